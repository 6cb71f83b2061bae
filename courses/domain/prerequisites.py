"""Which lesson must come first in a course whose lessons are taken in order. Pure."""

from collections.abc import Sequence

from courses.domain.completion import LessonMark


def blocking_lesson(marks: Sequence[LessonMark], *, lesson_id: int, sequential: bool) -> int | None:
    """Return the id of the first required lesson before `lesson_id` that is not done; None when it is open.

    `marks` are in the order of the outline. In a course that is not sequential every lesson is open.
    """
    if not sequential:
        return None
    for mark in marks:
        if mark.lesson_id == lesson_id:
            return None
        if mark.required and not mark.done:
            return mark.lesson_id
    return None


def next_lesson(marks: Sequence[LessonMark], *, after: int | None = None) -> int | None:
    """Return the first lesson that is not done after the lesson `after`, or from the start; None when all are done."""
    ids = [mark.lesson_id for mark in marks]
    start = ids.index(after) + 1 if after in ids else 0
    ahead = [*marks[start:], *marks[:start]]
    return next((mark.lesson_id for mark in ahead if not mark.done), None)
