"""Finding the course of an address for a person; for everybody else it does not exist."""

from typing import Any

from django.http import Http404

from courses import queries as courses


def course_or_404(*, slug: str, user: Any) -> courses.CourseCard:
    """Return the card of a course whose page the person may open; 404 otherwise."""
    card = courses.find_course(slug=slug, user=user)
    if card is None:
        raise Http404
    return card
