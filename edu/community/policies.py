"""Who may read, ask, answer, review and announce. Every page and use case of the room asks here."""

from typing import Any

from courses import queries as courses
from edu.access.queries import has_access
from edu.core.errors import NotFound


def is_moderator(user: Any, *, course_id: int) -> bool:
    """Whether the person may delete what others wrote in a course: operators and those who teach it."""
    return bool(user.is_operator or user.is_superuser) or courses.can_edit_course(user=user, course_id=course_id)


def teaches(user: Any, *, course_id: int) -> bool:
    """Whether an answer of the person counts as the teacher's."""
    return courses.can_edit_course(user=user, course_id=course_id)


def may_take_part(user: Any, *, course_id: int, product_key: str = "") -> bool:
    """Whether the person may read and write about the lessons of a course.

    Learners of the course, holders of the lesson in question (`product_key`), its teachers, and operators.
    """
    if not user.is_authenticated:
        return False
    if courses.is_enrolled(user_id=user.pk, course_id=course_id):
        return True
    keys = [key for key in (product_key, courses.get_product_key(course_id=course_id)) if key]
    return any(has_access(user_id=user.pk, product_key=key) for key in keys) or is_moderator(user, course_id=course_id)


def require_part(user: Any, *, course_id: int, product_key: str = "") -> None:
    """Raise NotFound unless the person may take part: to others these pages do not exist."""
    if not may_take_part(user, course_id=course_id, product_key=product_key):
        raise NotFound


def may_review(user: Any, *, course_id: int) -> bool:
    """Whether the person may review a course: those who have learned it, not those who teach it."""
    if not user.is_authenticated or teaches(user, course_id=course_id):
        return False
    key = courses.get_product_key(course_id=course_id)
    return courses.is_enrolled(user_id=user.pk, course_id=course_id) or has_access(user_id=user.pk, product_key=key)


def may_announce(user: Any, *, course_id: int | None) -> bool:
    """Whether the person may announce something: operators to everybody, teachers to the learners of their course."""
    if user.is_operator or user.is_superuser:
        return True
    return course_id is not None and teaches(user, course_id=course_id)
