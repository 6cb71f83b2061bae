"""Completing a course as something that the certificate room can certify; registered when the site starts."""

from certificates.services import Achievement, register_achievement
from courses.models import Course
from courses.permissions import taught_courses
from edu.accounts.models import User
from edu.core.errors import NotFound


def register() -> None:
    """Make courses known to the certificate room."""
    register_achievement(kind="course", resolve=resolve_course, list_for_author=list_authored_courses)


def resolve_course(course_id: int) -> Achievement:
    """Return the achievement that lies in completing a course; NotFound when there is none of this id."""
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        raise NotFound("There is no such course.")
    return _achievement_of(course)


def list_authored_courses(user_id: int) -> list[Achievement]:
    """Return the courses that the person teaches."""
    user = User.objects.filter(pk=user_id).first()
    return [_achievement_of(course) for course in taught_courses(user).order_by("title")] if user else []


def _achievement_of(course: Course) -> Achievement:
    return Achievement(
        key=course.product_key,
        title=course.title,
        language=course.language,
        organization_id=course.organization_id,
    )
