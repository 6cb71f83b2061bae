"""Reads of the community for its pages and for other rooms."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import get_language

from courses import queries as courses
from edu.accounts.queries import public_name
from edu.community.models import Announcement, Answer, Question, Review
from edu.core.clock import now_utc


@dataclass(frozen=True, kw_only=True)
class RatingView:
    """The stars of a course: their mean to one place, and how many there are."""

    mean: float
    count: int

    @property
    def full_stars(self) -> int:
        """Return the mean as whole stars."""
        return round(self.mean)


@dataclass(frozen=True, kw_only=True)
class ReviewView:
    """A review as everybody reads it."""

    name: str
    author_id: int
    stars: int
    text: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class AnnouncementView:
    """An announcement as a learner reads it."""

    public_id: uuid.UUID
    title: str
    body: str
    course_title: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class AnswerView:
    """An answer with what the reader may do with it."""

    public_id: uuid.UUID
    name: str
    body: str
    by_teacher: bool
    is_accepted: bool
    is_own: bool
    created_at: datetime
    edited_at: datetime | None


def get_rating(*, course_id: int) -> RatingView:
    """Return the stars of a course. One query."""
    row = Review.objects.filter(course_id=course_id).aggregate(mean=Avg("stars"), count=Count("pk"))
    return RatingView(mean=round(row["mean"] or 0, 1), count=row["count"])


def list_reviews(*, course_id: int, limit: int = 10) -> list[ReviewView]:
    """Return the latest reviews of a course. One query."""
    rows = Review.objects.filter(course_id=course_id).select_related("author")[:limit]
    return [
        ReviewView(
            name=public_name(user=row.author),
            author_id=row.author_id,
            stars=row.stars,
            text=row.text,
            created_at=row.created_at,
        )
        for row in rows
    ]


def find_review(*, course_id: int, author_id: int) -> Review | None:
    """Return the person's own review of a course."""
    return Review.objects.filter(course_id=course_id, author_id=author_id).first()


def list_questions(
    *, course_id: int | None = None, lesson_id: int | None = None, query: str = ""
) -> QuerySet[Question]:
    """Return the questions of a course or of a lesson, newest first, with their authors and lessons."""
    rows = Question.objects.filter(deleted_at__isnull=True).select_related("author", "lesson")
    if course_id is not None:
        rows = rows.filter(course_id=course_id)
    if lesson_id is not None:
        rows = rows.filter(lesson_id=lesson_id)
    if query:
        rows = rows.filter(Q(title__icontains=query) | Q(body__icontains=query))
    return rows


def list_answers(*, question: Question, user_id: int) -> list[AnswerView]:
    """Return the answers of a question: the accepted one first, then the teachers', then by time. One query."""
    rows = list(Answer.objects.filter(question=question, deleted_at__isnull=True).select_related("author"))
    rows.sort(key=lambda row: (row.pk != question.accepted_answer_id, not row.by_teacher, row.created_at, row.pk))
    return [
        AnswerView(
            public_id=row.public_id,
            name=public_name(user=row.author),
            body=row.body,
            by_teacher=row.by_teacher,
            is_accepted=row.pk == question.accepted_answer_id,
            is_own=row.author_id == user_id,
            created_at=row.created_at,
            edited_at=row.edited_at,
        )
        for row in rows
    ]


def find_announcements(*, user: Any | None, course_id: int | None = None) -> QuerySet[Announcement]:
    """Return what is announced to a person: the site's news and that of her courses, or of one course only.

    In her language, and what is for all languages.
    """
    rows = Announcement.objects.filter(withdrawn_at__isnull=True, published_at__lte=now_utc()).select_related("course")
    rows = rows.filter(language__in=["", get_language() or ""])
    if course_id is not None:
        return rows.filter(course_id=course_id)
    ids = courses.list_enrolled_course_ids(user_id=user.pk) if user is not None and user.is_authenticated else []
    return rows.filter(Q(course__isnull=True) | Q(course_id__in=ids))


def announcement_views(rows: Any) -> list[AnnouncementView]:
    """Return announcements as pages show them."""
    return [
        AnnouncementView(
            public_id=row.public_id,
            title=row.title,
            body=row.body,
            course_title=row.course.title if row.course else "",
            published_at=row.published_at,
        )
        for row in rows
    ]


def list_announcements(*, user: Any | None, limit: int = 3) -> list[AnnouncementView]:
    """Return the latest announcements to a person, for her desk. Two queries."""
    return announcement_views(find_announcements(user=user)[:limit])
