"""How far people are with courses, for many people at once; re-exported by courses.queries for the training room."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from courses.models import Course, Enrolment


@dataclass(frozen=True, kw_only=True)
class CourseStanding:
    """One person in one course: `percent` of the required lessons, `finished_at` None until all are done."""

    user_id: int
    course_public_id: uuid.UUID
    percent: int
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OwnedCourse:
    """A course of an organisation, in a list."""

    public_id: uuid.UUID
    product_key: str
    title: str
    slug: str
    status: str


def list_standings(*, user_ids: Sequence[int], course_public_ids: Sequence[uuid.UUID]) -> list[CourseStanding]:
    """Return the standing of everybody who is enrolled in one of the courses; others are left out. One query."""
    rows = Enrolment.objects.filter(course__public_id__in=course_public_ids, user_id__in=user_ids).select_related(
        "course"
    )
    return [
        CourseStanding(
            user_id=row.user_id,
            course_public_id=row.course.public_id,
            percent=row.progress_percent,
            finished_at=row.completed_at,
        )
        for row in rows
    ]


def list_organization_courses(*, organization_id: int) -> list[OwnedCourse]:
    """Return the organisation's own courses by title, drafts included."""
    rows = Course.objects.filter(organization_id=organization_id).order_by("title", "id")
    return [
        OwnedCourse(
            public_id=row.public_id,
            product_key=row.product_key,
            title=row.title,
            slug=row.slug,
            status=row.status,
        )
        for row in rows
    ]
