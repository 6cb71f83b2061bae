"""Chapters and lessons: adding, naming, ordering, removing, restoring.

Each use case authorises its `actor`: NotAllowed for those who do not teach, NotFound for what is in courses that are
not hers; None is the system.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.authoring.courses import open_doors
from courses.authoring.pages import make_lesson_page, publish_page, rename_pages
from courses.authoring.totals import refresh_outline
from courses.body import blocks_from_html
from courses.domain.completion import default_rule
from courses.models import Chapter, Course, Lesson, LessonPage
from courses.permissions import require_chapter, require_course, require_lesson
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput


def _require_title(title: str) -> str:
    if not title.strip():
        raise InvalidInput(_("A title is needed."), field="title")
    return title.strip()[:200]


def _after_change(course: Course) -> None:
    refresh_outline(course=course)
    if course.published_at is not None:
        open_doors(course=course)


@transaction.atomic
def add_chapter(*, actor: Any | None, course_id: int, title: str, summary: str = "") -> int:
    """Add a chapter at the end; return its id. InvalidInput without a title."""
    require_course(actor, course_id=course_id)
    last = Chapter.objects.filter(course_id=course_id).aggregate(last=Max("position"))["last"]
    return Chapter.objects.create(
        course_id=course_id,
        title=_require_title(title),
        summary=summary[:300],
        position=0 if last is None else last + 1,
    ).pk


@transaction.atomic
def rename_chapter(*, actor: Any | None, chapter_id: int, title: str, summary: str | None = None) -> None:
    """Give a chapter another title, and another summary when one is given."""
    chapter = require_chapter(actor, chapter_id=chapter_id)
    chapter.title = _require_title(title)
    if summary is not None:
        chapter.summary = summary[:300]
    chapter.save()


@transaction.atomic
def delete_chapter(*, actor: Any | None, chapter_id: int) -> None:
    """Delete an empty chapter; Conflict while lessons stand in it."""
    chapter = require_chapter(actor, chapter_id=chapter_id)
    if chapter.lessons.filter(removed_at__isnull=True).exists():
        raise Conflict(_("Move or remove the lessons of this chapter first."))
    if chapter.lessons.exists():
        other = Chapter.objects.filter(course_id=chapter.course_id).exclude(pk=chapter.pk).first()
        if other is None:
            raise Conflict(_("The last chapter cannot be deleted while removed lessons could come back to it."))
        chapter.lessons.update(chapter=other)
    chapter.delete()


def free_lesson_slug(course: Course, wanted: str) -> str:
    """Return a lesson address that is free in the course, made of `wanted`."""
    base = slugify(wanted, allow_unicode=True)[:90] or "lesson"
    taken = set(Lesson.objects.filter(course=course, slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def add_lesson(
    *,
    actor: Any | None,
    chapter_id: int,
    title: str,
    kind: str = "text",
    slug: str = "",
    minutes: int = 5,
    free_preview: bool = False,
    required: bool = True,
    completion: str = "",
    body_html: str = "",
    video_id: int | None = None,
    asset_id: int | None = None,
    question_ids: Sequence[int] = (),
    pass_percent: int = 60,
    starts_at: datetime | None = None,
    place: str = "",
) -> int:
    """Add a lesson at the end of a chapter, with a draft page made of `body_html`; return its id.

    `completion` is manual, opened, watched or passed; empty for what fits the kind. InvalidInput for what is unknown,
    Conflict when the address is taken in the course.
    """
    chapter = require_chapter(actor, chapter_id=chapter_id)
    course = chapter.course
    if kind not in Lesson.Kind.values:
        raise InvalidInput(_("There is no such kind of lesson."), field="kind")
    if completion and completion not in Lesson.Completion.values:
        raise InvalidInput(_("There is no such rule of completion."), field="completion")
    if slug and Lesson.objects.filter(course=course, slug=slug).exists():
        raise Conflict(_("Another lesson of the course has this address."), field="slug")
    last = chapter.lessons.aggregate(last=Max("position"))["last"]
    lesson = Lesson.objects.create(
        course=course,
        chapter=chapter,
        slug=slug or free_lesson_slug(course, title),
        title=_require_title(title),
        kind=kind,
        position=0 if last is None else last + 1,
        minutes=minutes,
        free_preview=free_preview,
        required=required,
        completion=completion or default_rule(kind),
        video_id=video_id,
        asset_id=asset_id,
        question_ids=list(question_ids),
        pass_percent=pass_percent,
        starts_at=starts_at,
        place=place[:300],
    )
    make_lesson_page(lesson=lesson, body=blocks_from_html(body_html))
    _after_change(course)
    return lesson.pk


EDITABLE = frozenset(
    ["kind", "minutes", "free_preview", "required", "completion", "pass_percent", "starts_at", "place"]
)


@transaction.atomic
def change_lesson(
    *, actor: Any | None, lesson_id: int, title: str | None = None, fields: Mapping[str, Any] | None = None
) -> None:
    """Change title and settings of a lesson (see EDITABLE); a new kind brings its own rule unless one is given."""
    lesson = require_lesson(actor, lesson_id=lesson_id)
    values = dict(fields or {})
    if "kind" in values and values["kind"] != lesson.kind:
        values.setdefault("completion", default_rule(values["kind"]))
    for name in EDITABLE & values.keys():
        setattr(lesson, name, values[name])
    if title is not None:
        lesson.title = _require_title(title)
    lesson.save()
    if title is not None:
        pages = LessonPage.objects.filter(lesson=lesson, locale__language_code=lesson.course.language)
        rename_pages(pages=pages, title=lesson.title)
    _after_change(lesson.course)


@transaction.atomic
def publish_lesson(*, actor: Any | None, lesson_id: int) -> None:
    """Publish the newest draft of the lesson's pages."""
    lesson = require_lesson(actor, lesson_id=lesson_id)
    for page in LessonPage.objects.filter(lesson=lesson):
        publish_page(page)
    _after_change(lesson.course)


@transaction.atomic
def remove_lesson(*, actor: Any | None, lesson_id: int) -> None:
    """Take a lesson out of the outline; the progress and notes of learners stay, and it can be brought back."""
    lesson = require_lesson(actor, lesson_id=lesson_id)
    lesson.removed_at = now_utc()
    lesson.save(update_fields=["removed_at"])
    _after_change(lesson.course)


@transaction.atomic
def restore_lesson(*, actor: Any | None, lesson_id: int) -> None:
    """Bring a removed lesson back, at the end of its chapter."""
    lesson = require_lesson(actor, lesson_id=lesson_id)
    last = lesson.chapter.lessons.filter(removed_at__isnull=True).aggregate(last=Max("position"))["last"]
    lesson.removed_at = None
    lesson.position = 0 if last is None else last + 1
    lesson.save(update_fields=["removed_at", "position"])
    _after_change(lesson.course)


@transaction.atomic
def arrange_outline(
    *, actor: Any | None, course_id: int, order: Sequence[tuple[uuid.UUID, Sequence[uuid.UUID]]]
) -> None:
    """Put chapters and lessons into the order given: (chapter, its lessons), by public id.

    Conflict when the outline has changed since the order was made: every chapter and lesson must be named once.
    """
    require_course(actor, course_id=course_id)
    _write_order(course_id=course_id, order=order)


def _write_order(*, course_id: int, order: Sequence[tuple[uuid.UUID, Sequence[uuid.UUID]]]) -> None:
    chapters = {row.public_id: row for row in Chapter.objects.filter(course_id=course_id)}
    lessons = {row.public_id: row for row in Lesson.objects.filter(course_id=course_id, removed_at__isnull=True)}
    named = [lesson for _chapter, content in order for lesson in content]
    if sorted(chapter for chapter, _content in order) != sorted(chapters) or sorted(named) != sorted(lessons):
        raise Conflict(_("The outline has changed meanwhile. Load the page again."))
    for place, (chapter_id, content) in enumerate(order):
        chapters[chapter_id].position = place
        for position, lesson_id in enumerate(content):
            lessons[lesson_id].chapter = chapters[chapter_id]
            lessons[lesson_id].position = position
    Chapter.objects.bulk_update(chapters.values(), ["position"])
    Lesson.objects.bulk_update(lessons.values(), ["position", "chapter"])


def current_order(*, course_id: int) -> list[tuple[uuid.UUID, list[uuid.UUID]]]:
    """Return the order of the outline as `arrange_outline` takes it."""
    order: dict[int, tuple[uuid.UUID, list[uuid.UUID]]] = {
        row.pk: (row.public_id, []) for row in Chapter.objects.filter(course_id=course_id).order_by("position", "id")
    }
    rows = Lesson.objects.filter(course_id=course_id, removed_at__isnull=True).order_by("position", "id")
    for chapter_id, public_id in rows.values_list("chapter_id", "public_id"):
        order[chapter_id][1].append(public_id)
    return list(order.values())


@transaction.atomic
def move_in_order(*, actor: Any | None, course_id: int, public_id: uuid.UUID | None, step: int) -> None:
    """Move a chapter or lesson one place up (-1) or down (+1); a lesson at the end goes on into the next chapter.

    What is not in the outline (any more) moves nothing.
    """
    require_course(actor, course_id=course_id)
    if public_id is None:
        return
    order = current_order(course_id=course_id)
    places = [chapter for chapter, _content in order]
    if public_id in places:
        place = places.index(public_id)
        target = place + step
        if 0 <= target < len(order):
            order[place], order[target] = order[target], order[place]
    else:
        found = [number for number, (_chapter, content) in enumerate(order) if public_id in content]
        if not found:
            return
        place = found[0]
        content = order[place][1]
        at = content.index(public_id)
        if 0 <= at + step < len(content):
            content[at], content[at + step] = content[at + step], content[at]
        elif 0 <= place + step < len(order):
            content.remove(public_id)
            other = order[place + step][1]
            other.insert(len(other) if step < 0 else 0, public_id)
    _write_order(course_id=course_id, order=order)
