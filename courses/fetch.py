"""Rows to values: the outline of a course with a learner's progress, and cards for lists."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from courses.covers import cover_url
from courses.domain.completion import LessonMark
from courses.models import Course, CoursePage, Lesson, LessonPage, LessonProgress
from courses.prices import price_label
from courses.wording import choice_label, duration_label, foreign_name
from edu.access.queries import DoorView, list_doors

ICONS = {
    "text": "file",
    "video": "play",
    "audio": "audio",
    "document": "file-pdf",
    "quiz": "help",
    "live": "users",
    "offline": "building",
}


@dataclass(frozen=True, kw_only=True)
class OutlineLesson:
    """A lesson as the outline shows it to one person."""

    id: int
    public_id: uuid.UUID
    slug: str
    title: str
    kind: str
    kind_label: str
    icon: str
    minutes: int
    free_preview: bool
    required: bool
    is_live: bool
    url: str
    product_key: str
    done: bool = False
    started: bool = False
    percent: int = 0


@dataclass(kw_only=True)
class OutlineChapter:
    """A chapter with its lessons in order."""

    id: int
    public_id: uuid.UUID
    title: str
    summary: str
    lessons: list[OutlineLesson] = field(default_factory=list)

    @property
    def done_count(self) -> int:
        """Return how many of its lessons are done."""
        return sum(lesson.done for lesson in self.lessons)


def outline_lessons(*, course: Course) -> QuerySet[Lesson]:
    """Return the lessons of the course in the order of the outline, removed ones left out."""
    return Lesson.objects.filter(course=course, removed_at__isnull=True).order_by(
        "chapter__position", "chapter_id", "position", "id"
    )


def list_outline(*, course: Course, user_id: int | None) -> list[OutlineChapter]:
    """Return the chapters with their lessons and the person's progress. Two queries, three with a person."""
    chapters = {
        row.pk: OutlineChapter(id=row.pk, public_id=row.public_id, title=row.title, summary=row.summary)
        for row in course.chapters.all()
    }
    live = LessonPage.objects.filter(lesson=OuterRef("pk"), live=True)
    rows = outline_lessons(course=course).annotate(is_live=Exists(live))
    language = get_language() or course.language
    translated = language != course.language
    if translated:
        rows = rows.annotate(page_title=Subquery(live.filter(locale__language_code=language).values("title")[:1]))
    progress: dict[int, tuple[datetime | None, int]] = {}
    if user_id is not None:
        progress = {
            lesson_id: (completed_at, percent)
            for lesson_id, completed_at, percent in LessonProgress.objects.filter(
                user_id=user_id, lesson__course=course
            ).values_list("lesson_id", "completed_at", "percent")
        }
    for row in rows:
        done_at, percent = progress.get(row.pk, (None, 0))
        chapters[row.chapter_id].lessons.append(
            OutlineLesson(
                id=row.pk,
                public_id=row.public_id,
                slug=row.slug,
                title=(getattr(row, "page_title", None) if translated else None) or row.title,
                kind=row.kind,
                kind_label=choice_label(row, "kind"),
                icon=ICONS[row.kind],
                minutes=row.minutes,
                free_preview=row.free_preview,
                required=row.required,
                is_live=row.is_live,
                url=reverse("courses:lesson", args=[course.slug, row.slug]),
                product_key=row.product_key,
                done=done_at is not None,
                started=row.pk in progress and done_at is None,
                percent=percent,
            )
        )
    return list(chapters.values())


def marks_of(outline: list[OutlineChapter]) -> list[LessonMark]:
    """Return the live lessons of the outline in order, as the rules of completion take them."""
    return [
        LessonMark(lesson_id=lesson.id, required=lesson.required, done=lesson.done)
        for chapter in outline
        for lesson in chapter.lessons
        if lesson.is_live
    ]


def fetch_marks(*, course: Course, user_id: int) -> list[LessonMark]:
    """Return the live lessons of the course in order with what the person has done. One query."""
    done = LessonProgress.objects.filter(lesson=OuterRef("pk"), user_id=user_id, completed_at__isnull=False)
    live = LessonPage.objects.filter(lesson=OuterRef("pk"), live=True)
    rows = outline_lessons(course=course).filter(Exists(live)).annotate(done=Exists(done))
    return [
        LessonMark(lesson_id=pk, required=required, done=is_done)
        for pk, required, is_done in rows.values_list("pk", "required", "done")
    ]


@dataclass(frozen=True, kw_only=True)
class CourseCard:
    """A course in a list; the fields are those of components/course_card.html, and what programs want."""

    id: int
    public_id: uuid.UUID
    product_key: str
    slug: str
    title: str
    subtitle: str
    summary: str
    language: str
    language_label: str
    level: str
    level_label: str
    category: str
    category_slug: str
    instructor: str
    url: str
    cover_url: str
    tone: int
    is_free: bool
    price_minor: int | None
    currency: str
    price_label: str
    lesson_count: int
    minutes: int
    learner_count: int
    meta: str
    duration: str = ""
    taught_in: str = ""
    badge: str = ""
    progress_percent: int | None = None
    learning_url: str = ""


def cards_of(courses: QuerySet[Course]) -> list[CourseCard]:
    """Return cards of these courses in their order. Five queries, whatever their number, once covers are rendered."""
    pages = CoursePage.objects.filter(course=OuterRef("pk"), live=True, locale__language_code=get_language() or "")
    courses = courses.annotate(is_translated=Exists(pages))
    rows = list(courses.select_related("category").prefetch_related("instructors", "cover__renditions"))
    doors = list_doors(product_keys=[row.product_key for row in rows]) if rows else {}
    return [card_of(row, doors.get(row.product_key)) for row in rows]


def card_of(course: Course, door: DoorView | None) -> CourseCard:
    """Return the card of a course whose category and instructors are loaded."""
    price = door.price_minor if door else None
    currency = door.currency if door else "CNY"
    names = [teacher.name for teacher in course.instructors.all()]
    lessons = ngettext("%(number)d lesson", "%(number)d lessons", course.lesson_count) % {"number": course.lesson_count}
    return CourseCard(
        id=course.pk,
        public_id=course.public_id,
        product_key=course.product_key,
        slug=course.slug,
        title=course.title,
        subtitle=course.subtitle,
        summary=course.summary,
        language=course.language,
        language_label=choice_label(course, "language"),
        level=course.level,
        level_label=choice_label(course, "level"),
        category=course.category.name if course.category else "",
        category_slug=course.category.slug if course.category else "",
        instructor=gettext(", ").join(names),
        url=course.get_absolute_url(),
        cover_url=cover_url(course),
        tone=course.tone,
        is_free=course.is_free,
        price_minor=price,
        currency=currency,
        price_label=price_label(price, currency),
        lesson_count=course.lesson_count,
        minutes=course.minutes,
        learner_count=course.learner_count,
        meta=lessons,
        duration=duration_label(course.minutes) if course.minutes else "",
        taught_in=foreign_name(course.language, is_translated=getattr(course, "is_translated", False)),
        badge="" if course.organization_id is None else gettext("Only for your organisation"),
    )
