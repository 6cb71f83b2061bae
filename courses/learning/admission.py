"""Who may use a lesson, and in what role. Every use case of the lesson room asks here."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from courses.domain.prerequisites import blocking_lesson
from courses.fetch import fetch_marks
from courses.models import Lesson
from courses.permissions import can_edit, visible_courses
from edu.access.queries import AccessAnswer, has_access, why_not
from edu.core.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Whether a person may use a lesson, and in what role."""

    allowed: bool
    by_grant: bool = False
    free: bool = False
    editing: bool = False
    answer: AccessAnswer | None = None


def check_entry(user: Any, *, lesson: Lesson) -> Entry:
    """Return whether the person may use the lesson; NotFound when she may not even see its course.

    A free preview of a published course is open to everybody. A grant of the course or of the lesson opens it; its
    editors may always enter. The owner of a single lesson enters although the course is withdrawn.
    """
    signed_in = user.is_authenticated
    user_id = user.pk if signed_in else None
    granted = signed_in and has_access(user_id=user_id, product_key=lesson.product_key)
    if not granted and not visible_courses(user).filter(pk=lesson.course_id).exists():
        raise NotFound(_("There is no such lesson."))
    if granted:
        return Entry(allowed=True, by_grant=True)
    if lesson.free_preview and lesson.course.is_published:
        return Entry(allowed=True, free=True)
    if signed_in and can_edit(user, lesson.course):
        return Entry(allowed=True, editing=True)
    return Entry(allowed=False, answer=why_not(user_id=user_id, product_key=lesson.product_key))


def find_seen_lesson(user: Any, *, public_id: uuid.UUID) -> Lesson:
    """Return a lesson of the outline whose course the person may see; NotFound otherwise."""
    return _find(user, public_id)[0]


def _find(user: Any, public_id: uuid.UUID) -> tuple[Lesson, Entry]:
    lesson = (
        Lesson.objects.select_related("course", "video").filter(public_id=public_id, removed_at__isnull=True).first()
    )
    if lesson is None:
        raise NotFound(_("There is no such lesson."))
    return lesson, check_entry(user, lesson=lesson)


def require_open_lesson(user: Any, *, public_id: uuid.UUID) -> Lesson:
    """Return a lesson that the person may use now; NotFound when it is closed to her or waits for those before it."""
    lesson, entry = _find(user, public_id)
    is_open = entry.allowed
    if entry.by_grant and lesson.course.sequential:
        marks = fetch_marks(course=lesson.course, user_id=user.pk)
        is_open = blocking_lesson(marks, lesson_id=lesson.pk, sequential=True) is None
    if not is_open:
        raise NotFound(_("There is no such lesson."))
    return lesson
