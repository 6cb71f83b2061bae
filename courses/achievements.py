"""Finished courses as achievements that may earn a certificate."""

from django.db.models import Sum

from certificates.services import Achievement, Earned, register_achievement
from courses.models import Course, Enrolment
from courses.permissions import taught_courses
from edu.accounts.queries import get_user
from edu.core.errors import NotFound


def achievement_of(*, course: Course) -> Achievement:
    """Return what finishing the course is to the certificate room, with its hours of study to the next half hour."""
    minutes = course.lessons.filter(removed_at__isnull=True).aggregate(total=Sum("minutes"))["total"] or 0
    return Achievement(
        key=course.product_key,
        title=course.title,
        language=course.language,
        hours=f"{-(-minutes // 30) / 2:g}",
        organization_id=course.organization_id,
    )


def resolve_course(course_id: int) -> Achievement:
    """Return the achievement of a course by its database id; NotFound when there is none."""
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        message = "There is no such course."
        raise NotFound(message)
    return achievement_of(course=course)


def list_authored_courses(user_id: int) -> list[Achievement]:
    """Return the courses that the person may edit, and may therefore set up certificates for."""
    return [achievement_of(course=course) for course in taught_courses(get_user(user_id=user_id))]


def list_completed(public_id: str) -> list[Earned]:
    """Return what everybody earned who completed the course of a public id."""
    course = Course.objects.filter(public_id=public_id).first()
    if course is None:
        return []
    achievement = achievement_of(course=course)
    rows = Enrolment.objects.filter(course=course, completed_at__isnull=False, user__is_active=True).order_by("pk")
    return [
        Earned(achievement=achievement, user_id=user_id, passed=True, released=True, earned_at=completed_at)
        for user_id, completed_at in rows.values_list("user_id", "completed_at")
    ]


def register() -> None:
    """Make courses known to the certificate room."""
    register_achievement(
        kind="course", resolve=resolve_course, list_for_author=list_authored_courses, list_earned=list_completed
    )
