"""Courses as groups of learners, told to the exams room, which shows their teachers where they fail."""

import uuid
from typing import Any

from courses.models import Course, Enrolment
from courses.permissions import taught_courses

MOST_OFFERED = 50
ROOM = "course"


def list_course_cohorts(*, user: Any) -> list[Any]:
    """Return the courses that the person teaches, newest first, MOST_OFFERED at most; one or two statements."""
    from exams.services import Cohort

    rows = taught_courses(user).exclude(status=Course.Status.DRAFT).order_by("-pk")[:MOST_OFFERED]
    return [Cohort(key=f"{ROOM}:{row.public_id}", title=row.title) for row in rows.only("public_id", "title")]


def people_of_course(*, user: Any, key: str) -> set[int] | None:
    """Return the learners of a course that the person teaches; None for all others."""
    try:
        public_id = uuid.UUID(key.partition(":")[2])
    except ValueError:
        return None
    course_id = taught_courses(user).filter(public_id=public_id).values_list("pk", flat=True).first()
    if course_id is None:
        return None
    return set(Enrolment.objects.filter(course_id=course_id).values_list("user_id", flat=True))


def register() -> None:
    """Make courses known to the exams room."""
    from exams.services import register_cohorts

    register_cohorts(room=ROOM, list_cohorts=list_course_cohorts, people_of=people_of_course)
