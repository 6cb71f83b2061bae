"""A page of a list that another room has cut already, in the shape that components/pagination.html reads."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NumberedPage:
    """Page `number` of `pages`."""

    number: int
    pages: int

    @property
    def paginator(self) -> "NumberedPage":
        """Return itself: it knows the number of pages."""
        return self

    @property
    def num_pages(self) -> int:
        """Return how many pages there are."""
        return self.pages

    @property
    def page_range(self) -> range:
        """Return the numbers of all pages."""
        return range(1, self.pages + 1)

    def has_other_pages(self) -> bool:
        """Whether there is more than one page."""
        return self.pages > 1

    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.number < self.pages

    def previous_page_number(self) -> int:
        """Return the number of the page before."""
        return self.number - 1

    def next_page_number(self) -> int:
        """Return the number of the page after."""
        return self.number + 1
