"""HTML drawn once and kept in this process, with the number of the slot written in afterwards.

What is drawn of a published question hangs on nothing but its version, the language, the frozen order, the response
and the mark, so all who meet the same get the same text. Called by exams.asked and exams.reviewed.
"""

import secrets
from collections.abc import Callable, Hashable

from django.utils.safestring import SafeString, mark_safe

SLOT = f"slot{secrets.token_hex(8)}"
"""Stands for the number of the slot in what is kept; nobody can write it into a question."""


class Drawings:
    """Drawings by what they hang on; at most `maximum` at once."""

    def __init__(self, *, maximum: int) -> None:
        self.maximum = maximum
        self.kept: dict[Hashable, str] = {}

    def html(self, name: Hashable | None, /, *, slot: int, draw: Callable[[], str]) -> SafeString:
        """Return the drawing of that name for a slot; one without a name is drawn anew and not kept."""
        html = self.kept.get(name) if name is not None else None
        if html is None:
            html = draw()
            if name is not None:
                if len(self.kept) >= self.maximum:
                    self.kept.clear()
                self.kept[name] = html
        return with_slot(html, slot)


def with_slot(html: str, slot: int, /) -> SafeString:
    """Return what a template drew with SLOT in place of the number, with the number in it."""
    return mark_safe(html.replace(SLOT, str(slot)))  # noqa: S308 - a template drew it
