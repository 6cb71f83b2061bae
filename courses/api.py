"""Courses for programs: a paged, searchable list and one course with its outline."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from courses.fetch import CourseCard, cards_of, list_outline
from courses.models import Course
from courses.permissions import visible_courses
from courses.queries import filter_courses
from edu.core.errors import NotFound

router = Router(tags=["courses"])
MAX_PAGE_SIZE = 100


class CourseOut(Schema):
    """A course in a list. Money is in minor units of `currency`; null when it is not sold."""

    id: uuid.UUID
    slug: str
    title: str
    subtitle: str
    summary: str
    language: str
    level: str
    category: str
    instructor: str
    is_free: bool
    price_minor: int | None
    currency: str
    lesson_count: int
    minutes: int
    url: str


class CoursePageOut(Schema):
    """One page of courses."""

    items: list[CourseOut]
    count: int
    page: int
    page_count: int


class LessonOut(Schema):
    """A lesson of the outline."""

    id: uuid.UUID
    slug: str
    title: str
    kind: str
    minutes: int
    free_preview: bool
    required: bool
    done: bool
    url: str


class ChapterOut(Schema):
    """A chapter of the outline."""

    id: uuid.UUID
    title: str
    summary: str
    lessons: list[LessonOut]


class CourseDetailOut(CourseOut):
    """A course with its outline; `done` tells about the caller, when she is known."""

    chapters: list[ChapterOut]


class CourseFilter(Schema):
    """What narrows the list."""

    q: str = ""
    category: str = ""
    language: str = ""
    level: str = ""
    price: str = ""
    sort: str = ""
    page: int = 1
    page_size: int = 20


def caller(request: HttpRequest) -> Any:
    """Return whose request it is: by token, by session, or nobody. A wrong token is refused, not ignored."""
    if request.headers.get("Authorization"):
        from ninja.errors import AuthenticationError

        from edu.accounts.tokens import TokenAuth

        user = TokenAuth()(request)
        if not user:
            raise AuthenticationError
        return user
    return request.user


def _course(card: CourseCard, request: HttpRequest) -> dict[str, Any]:
    fields = {name: getattr(card, name) for name in CourseOut.model_fields if name not in {"id", "url"}}
    return fields | {"id": card.public_id, "url": request.build_absolute_uri(card.url)}


@router.get("", response=CoursePageOut, summary="List courses")
def list_all(request: HttpRequest, narrow: Query[CourseFilter]) -> dict[str, Any]:
    """List the published courses that the caller may find. `q` searches titles, summaries, lessons and instructors."""
    rows = filter_courses(
        user=caller(request),
        query=narrow.q[:100],
        category=narrow.category,
        language=narrow.language,
        level=narrow.level,
        price=narrow.price,
        sort=narrow.sort,
    )
    page = Paginator(rows, max(1, min(narrow.page_size, MAX_PAGE_SIZE))).get_page(narrow.page)
    return {
        "items": [_course(card, request) for card in cards_of(page.object_list)],
        "count": page.paginator.count,
        "page": page.number,
        "page_count": page.paginator.num_pages,
    }


@router.get("/{slug}", response=CourseDetailOut, summary="One course with its outline")
def get_one(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return a course that the caller may see, with chapters and lessons in order."""
    user = caller(request)
    course = visible_courses(user).exclude(status=Course.Status.DRAFT).filter(slug=slug)
    card = next(iter(cards_of(course)), None)
    if card is None:
        raise NotFound(_("There is no such course."))
    outline = list_outline(course=course.get(), user_id=user.pk if user.is_authenticated else None)
    chapters = [
        {
            "id": chapter.public_id,
            "title": chapter.title,
            "summary": chapter.summary,
            "lessons": [
                {name: getattr(lesson, name) for name in LessonOut.model_fields if name not in {"id", "url"}}
                | {"id": lesson.public_id, "url": request.build_absolute_uri(lesson.url)}
                for lesson in chapter.lessons
                if lesson.is_live
            ],
        }
        for chapter in outline
    ]
    return _course(card, request) | {"chapters": chapters}
