"""What a learner's desk shows: where to go on, her courses, her single lessons."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from courses.fetch import CourseCard, cards_of
from courses.models import Course, Enrolment, Lesson, LessonProgress
from edu.access.queries import list_accessible


@dataclass(frozen=True, kw_only=True)
class EnrolledCourse:
    """A course of a learner with how far she is, and where she goes on."""

    card: CourseCard
    percent: int
    is_done: bool
    has_access: bool
    continue_url: str
    last_title: str
    active_at: Any
    completed_at: Any


@dataclass(frozen=True, kw_only=True)
class SingleLesson:
    """A lesson that a learner has without its course."""

    title: str
    course_title: str
    url: str
    kind: str
    is_done: bool
    percent: int


def list_enrolled(*, user_id: int, limit: int | None = None) -> list[EnrolledCourse]:
    """Return the learner's courses, the one she worked on last first. Queries do not grow with their number."""
    rows = list(
        Enrolment.objects.filter(user_id=user_id)
        .exclude(course__status=Course.Status.DRAFT)
        .select_related("last_lesson")
        .order_by("-active_at")[:limit]
    )
    cards = {card.id: card for card in cards_of(Course.objects.filter(pk__in=[row.course_id for row in rows]))}
    open_keys = list_accessible(user_id=user_id, product_keys=[card.product_key for card in cards.values()])
    return [
        EnrolledCourse(
            card=cards[row.course_id],
            percent=row.progress_percent,
            is_done=row.completed_at is not None,
            has_access=cards[row.course_id].product_key in open_keys,
            continue_url=reverse("learning:course", args=[cards[row.course_id].slug]),
            last_title=row.last_lesson.title if row.last_lesson else "",
            active_at=row.active_at,
            completed_at=row.completed_at,
        )
        for row in rows
        if row.course_id in cards
    ]


def list_single_lessons(*, user_id: int) -> list[SingleLesson]:
    """Return the lessons that the learner owns without being in their courses."""
    mine = Enrolment.objects.filter(user_id=user_id).values("course_id")
    rows = list(
        LessonProgress.objects.filter(user_id=user_id, lesson__removed_at__isnull=True)
        .exclude(lesson__course_id__in=mine)
        .select_related("lesson__course")
        .order_by("-opened_at")[:50]
    )
    owned = list_accessible(user_id=user_id, product_keys=[row.lesson.product_key for row in rows])
    return [
        SingleLesson(
            title=row.lesson.title,
            course_title=row.lesson.course.title,
            url=row.lesson.get_absolute_url(),
            kind=str(Lesson.Kind(row.lesson.kind).label),
            is_done=row.completed_at is not None,
            percent=row.percent,
        )
        for row in rows
        if row.lesson.product_key in owned
    ]
