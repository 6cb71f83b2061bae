"""A finished course as an achievement, for the certificates room."""

from django.db.models import Sum

from certificates.services import Achievement
from courses.models import Course
from courses.queries import list_taught_course_ids
from edu.core.errors import NotFound


def course_achievement(course_id: int) -> Achievement:
    """Return what finishing a course is called; NotFound when there is none."""
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        raise NotFound("There is no such course.")
    return _achievement(course)


def list_authored_courses(user_id: int) -> list[Achievement]:
    """Return the courses that the person owns or teaches."""
    rows = Course.objects.filter(pk__in=list_taught_course_ids(user_id=user_id)).order_by("title")
    return [_achievement(course) for course in rows]


def _achievement(course: Course) -> Achievement:
    """Name the course, with its hours of study: the minutes of its lessons, rounded up to the half hour."""
    minutes = course.lessons.filter(removed_at__isnull=True).aggregate(total=Sum("minutes"))["total"] or 0
    halves = -(-minutes // 30)
    return Achievement(
        key=course.product_key,
        title=course.title,
        language=course.language,
        hours=f"{halves / 2:g}",
        organization_id=course.organization_id,
    )
