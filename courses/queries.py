"""Reads of courses for other rooms, as plain values."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.urls import reverse

from courses.fetch import CourseCard, cards_of
from courses.models import Category, Course, CoursePage, Enrolment, Instructor, Lesson, LessonProgress
from courses.permissions import can_edit, listed_courses, visible_courses
from edu.search.queries import search

__all__ = [
    "CatalogueFigures",
    "CategoryView",
    "CourseCard",
    "LearnerProgress",
    "can_edit_course",
    "catalogue_figures",
    "find_course",
    "get_course_card",
    "get_course_title",
    "is_enrolled",
    "list_categories",
    "list_courses",
    "list_organization_courses",
    "list_taught_course_ids",
    "progress_of",
    "search_courses",
]

SORTS = {
    "newest": ("-published_at", "-id"),
    "popular": ("-learner_count", "-id"),
    "title": ("title", "id"),
}


@dataclass(frozen=True, kw_only=True)
class CategoryView:
    """A subject with the number of public courses in it and below it."""

    slug: str
    name: str
    url: str
    parent_slug: str
    course_count: int


@dataclass(frozen=True, kw_only=True)
class CatalogueFigures:
    """What the public catalogue holds: courses, their lessons, and enrolments in them."""

    courses: int
    lessons: int
    enrolments: int


@dataclass(frozen=True, kw_only=True)
class LearnerProgress:
    """How far one person is in one course; zeros before she has begun."""

    user_id: int
    enrolled_at: datetime | None
    active_at: datetime | None
    percent: int
    lessons_done: int
    watched_seconds: float
    completed_at: datetime | None


def find_ids(*, query: str, courses: QuerySet[Course]) -> list[int]:
    """Return ids of those of `courses` in which every term of `query` is found, best first."""
    found = search(queryset=CoursePage.objects.filter(live=True), query=query)
    ordered = list(dict.fromkeys(page.course_id for page in found))
    allowed = set(courses.filter(pk__in=ordered).values_list("pk", flat=True))
    return [pk for pk in ordered if pk in allowed]


def filter_courses(
    *,
    user: Any | None,
    query: str = "",
    category: str = "",
    language: str = "",
    level: str = "",
    price: str = "",
    sort: str = "",
) -> QuerySet[Course]:
    """Return the courses that the person may find and that fit, in order.

    `price` is free or paid; `sort` newest, popular or title, and relevance when there is a query and no sort.
    """
    rows = listed_courses(user)
    if category:
        rows = rows.filter(Q(category__slug=category) | Q(category__parent__slug=category))
    if language:
        rows = rows.filter(language=language)
    if level:
        rows = rows.filter(level=level)
    if price in {"free", "paid"}:
        rows = rows.filter(is_free=price == "free")
    if not query.strip():
        return rows.order_by(*SORTS.get(sort, SORTS["newest"]))
    ids = find_ids(query=query, courses=rows)
    if sort in SORTS:
        return rows.filter(pk__in=ids).order_by(*SORTS[sort])
    rank = Case(*[When(pk=pk, then=Value(place)) for place, pk in enumerate(ids)], default=Value(len(ids)))
    return rows.filter(pk__in=ids).order_by(rank)


def put_language_first(rows: QuerySet[Course], *, language: str) -> QuerySet[Course]:
    """Return the courses with those in `language` before all others, else in the order they had."""
    rest = Case(When(language=language, then=Value(0)), default=Value(1))
    return rows.order_by(rest, *rows.query.order_by)


def list_courses(
    *,
    user: Any | None = None,
    query: str = "",
    category: str = "",
    language: str = "",
    level: str = "",
    price: str = "",
    sort: str = "",
    prefer_language: str = "",
    limit: int = 12,
) -> list[CourseCard]:
    """Return cards of published courses that the person may find; see `filter_courses` for what narrows them.

    Courses in `prefer_language` come before all others.
    """
    rows = filter_courses(
        user=user, query=query, category=category, language=language, level=level, price=price, sort=sort
    )
    if prefer_language:
        rows = put_language_first(rows, language=prefer_language)
    return cards_of(rows[:limit])


def catalogue_figures() -> CatalogueFigures:
    """Return the sums over the courses that everybody may find."""
    found = listed_courses(None).aggregate(
        courses=Count("pk"), lessons=Sum("lesson_count"), enrolments=Sum("learner_count")
    )
    return CatalogueFigures(
        courses=found["courses"], lessons=found["lessons"] or 0, enrolments=found["enrolments"] or 0
    )


def search_courses(*, query: str, user: Any | None = None, limit: int = 20) -> list[CourseCard]:
    """Return cards of the courses in which every term of `query` is found, best first."""
    return list_courses(user=user, query=query, limit=limit)


def list_categories(*, user: Any | None = None) -> list[CategoryView]:
    """Return the subjects that hold a course the person may find, with how many. Two queries."""
    counts = dict(
        listed_courses(user)
        .filter(category__isnull=False)
        .order_by()
        .values_list("category_id")
        .annotate(number=Count("pk"))
    )
    rows = list(Category.objects.all())
    slugs = {row.pk: row.slug for row in rows}
    views = []
    for row in rows:
        number = counts.get(row.pk, 0) + sum(counts.get(other.pk, 0) for other in rows if other.parent_id == row.pk)
        if number:
            views.append(
                CategoryView(
                    slug=row.slug,
                    name=row.name,
                    url=f"{reverse('courses:catalogue')}?category={row.slug}",
                    parent_slug=slugs.get(row.parent_id or 0, ""),
                    course_count=number,
                )
            )
    return views


def get_course_card(*, product_key: str) -> CourseCard | None:
    """Return the card of the course (or of the course of the lesson) behind a product key; None for others."""
    kind, _colon, value = product_key.partition(":")
    try:
        public_id = uuid.UUID(value)
    except ValueError:
        return None
    if kind == "course":
        rows = Course.objects.filter(public_id=public_id)
    elif kind == "lesson":
        rows = Course.objects.filter(lessons__public_id=public_id)
    else:
        return None
    return next(iter(cards_of(rows)), None)


def find_course(*, slug: str, user: Any | None) -> CourseCard | None:
    """Return the card of a course whose page the person may open; None otherwise."""
    return next(iter(cards_of(visible_courses(user).filter(slug=slug))), None)


def get_course_title(*, course_id: int) -> str:
    """Return the title of a course; empty when there is none."""
    return Course.objects.filter(pk=course_id).values_list("title", flat=True).first() or ""


def list_organization_courses(*, organization_id: int) -> list[CourseCard]:
    """Return the published private courses of an organisation."""
    return cards_of(
        Course.objects.filter(organization_id=organization_id, status=Course.Status.PUBLISHED).order_by("title")
    )


def is_enrolled(*, user_id: int, course_id: int) -> bool:
    """Whether the person is or was a learner of the course."""
    return Enrolment.objects.filter(user_id=user_id, course_id=course_id).exists()


def can_edit_course(*, user: Any, course_id: int) -> bool:
    """Whether the person may edit the course (answer questions, make announcements)."""
    course = Course.objects.filter(pk=course_id).first()
    return course is not None and can_edit(user, course)


def list_taught_course_ids(*, user_id: int) -> list[int]:
    """Return ids of the courses that the person owns or teaches."""
    teaching = Instructor.objects.filter(user_id=user_id).values("courses__pk")
    return list(Course.objects.filter(Q(owner_id=user_id) | Q(pk__in=teaching)).values_list("pk", flat=True))


def progress_of(*, user_ids: Sequence[int], course_id: int) -> dict[int, LearnerProgress]:
    """Return the progress of these people in a course, by user id. Two queries, whatever their number."""
    enrolments = {row.user_id: row for row in Enrolment.objects.filter(course_id=course_id, user_id__in=user_ids)}
    done: dict[int, int] = {}
    watched: dict[int, float] = {}
    rows = LessonProgress.objects.filter(
        lesson__course_id=course_id, lesson__removed_at__isnull=True, user_id__in=user_ids
    ).values_list("user_id", "completed_at", "watched_seconds")
    for user_id, completed_at, seconds in rows:
        done[user_id] = done.get(user_id, 0) + (completed_at is not None)
        watched[user_id] = watched.get(user_id, 0.0) + seconds
    result = {}
    for user_id in user_ids:
        row = enrolments.get(user_id)
        result[user_id] = LearnerProgress(
            user_id=user_id,
            enrolled_at=row.enrolled_at if row else None,
            active_at=row.active_at if row else None,
            percent=row.progress_percent if row else 0,
            lessons_done=done.get(user_id, 0),
            watched_seconds=watched.get(user_id, 0.0),
            completed_at=row.completed_at if row else None,
        )
    return result


def get_lesson_course_id(*, lesson_public_id: uuid.UUID) -> int | None:
    """Return the course of a lesson; None when there is no such lesson."""
    return Lesson.objects.filter(public_id=lesson_public_id).values_list("course_id", flat=True).first()


# -- figures for the operator's desk ----------------------------------------------------------------
def active_user_ids(*, from_at: datetime, to_at: datetime) -> set[int]:
    """Return the people who opened, watched or completed a lesson from `from_at` until before `to_at`.

    Only the first opening, the last report and the completion of a lesson are known, so that a day in the middle of
    a long lesson may be missed.
    """
    rows = LessonProgress.objects.filter(
        Q(opened_at__gte=from_at, opened_at__lt=to_at)
        | Q(reported_at__gte=from_at, reported_at__lt=to_at)
        | Q(completed_at__gte=from_at, completed_at__lt=to_at)
    )
    return set(rows.values_list("user_id", flat=True))


def count_completed_lessons(*, from_at: datetime, to_at: datetime) -> int:
    """Return how many lessons were completed from `from_at` until before `to_at`."""
    return LessonProgress.objects.filter(completed_at__gte=from_at, completed_at__lt=to_at).count()


# -- facts for the community ------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class LessonFacts:
    """What the community needs to know of a lesson and its course."""

    id: int
    public_id: uuid.UUID
    title: str
    url: str
    product_key: str
    course_id: int
    course_title: str
    course_slug: str
    course_key: str


def find_lesson(*, public_id: uuid.UUID | None = None, lesson_id: int | None = None) -> LessonFacts | None:
    """Return a lesson by its public id or its database id; None when there is none, or it was removed."""
    rows = Lesson.objects.filter(removed_at__isnull=True).select_related("course")
    row = (rows.filter(public_id=public_id) if public_id else rows.filter(pk=lesson_id)).first()
    if row is None:
        return None
    return LessonFacts(
        id=row.pk,
        public_id=row.public_id,
        title=row.title,
        url=reverse("courses:lesson", args=[row.course.slug, row.slug]),
        product_key=row.product_key,
        course_id=row.course_id,
        course_title=row.course.title,
        course_slug=row.course.slug,
        course_key=row.course.product_key,
    )


def find_lesson_by_slug(*, course_slug: str, lesson_slug: str) -> LessonFacts | None:
    """Return a lesson by the slugs of its course and its own."""
    lesson_id = Lesson.objects.filter(course__slug=course_slug, slug=lesson_slug).values_list("pk", flat=True).first()
    return find_lesson(lesson_id=lesson_id) if lesson_id else None


def get_product_key(*, course_id: int) -> str:
    """Return the product key of a course; empty when there is none."""
    course = Course.objects.filter(pk=course_id).only("public_id").first()
    return course.product_key if course else ""


def list_teacher_user_ids(*, course_id: int) -> list[int]:
    """Return the people who answer for a course: its instructors who have an account, or else its owner."""
    teachers = Instructor.objects.filter(courses__pk=course_id, user__isnull=False).values_list("user_id", flat=True)
    owner = Course.objects.filter(pk=course_id, owner__isnull=False).values_list("owner_id", flat=True)
    return list(dict.fromkeys(teachers)) or list(owner)


def list_enrolled_course_ids(*, user_id: int) -> list[int]:
    """Return ids of the courses that the person is or was a learner of."""
    return list(Enrolment.objects.filter(user_id=user_id).values_list("course_id", flat=True))


def list_learner_ids(*, course_id: int) -> list[int]:
    """Return the people who are or were learners of a course."""
    return list(Enrolment.objects.filter(course_id=course_id).order_by("user_id").values_list("user_id", flat=True))


def get_slug(*, course_id: int) -> str:
    """Return the slug of a course; empty when there is none."""
    return Course.objects.filter(pk=course_id).values_list("slug", flat=True).first() or ""
