"""What rooms above put on the pages of a course or lesson: reviews, questions and answers, study groups.

A room registers a function in its AppConfig.ready(): `register_panel(where="course", order=10, build=panel)`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest

Where = Literal["course", "lesson"]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of the page: a template, and what it is rendered with."""

    anchor: str
    label: str
    template: str
    context: dict[str, Any]


Builder = Callable[..., Panel | None]
_BUILDERS: dict[Where, list[tuple[int, Builder]]] = {"course": [], "lesson": []}


def register_panel(*, where: Where, order: int, build: Builder) -> None:
    """Add a panel: `build(request=, course_id=, lesson_id=, enrolled=)` returns it, or None to show nothing."""
    _BUILDERS[where].append((order, build))
    _BUILDERS[where].sort(key=lambda entry: entry[0])


def list_panels(
    request: HttpRequest, *, where: Where, course_id: int, lesson_id: int | None = None, enrolled: bool = False
) -> list[Panel]:
    """Return the panels of a page in order."""
    built = (
        build(request=request, course_id=course_id, lesson_id=lesson_id, enrolled=enrolled)
        for _order, build in _BUILDERS[where]
    )
    return [panel for panel in built if panel is not None]
