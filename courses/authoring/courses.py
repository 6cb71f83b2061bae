"""Making, changing, publishing, withdrawing and copying courses.

Each use case authorises its `actor`: NotAllowed for those who do not teach, NotFound for courses that are not hers;
None is the system (loaders, handlers).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from certificates.queries import has_rule
from certificates.services import set_awarded
from courses.achievements import achievement_of
from courses.authoring.editors import refresh_editor_access
from courses.authoring.pages import course_folder, free_page_slug, make_course_page, publish_page, reindex_course
from courses.authoring.totals import refresh_outline
from courses.body import course_blocks
from courses.fetch import outline_lessons
from courses.models import Category, Chapter, Course, CourseInclusion, CoursePage, Instructor, Lesson, LessonPage
from courses.permissions import require_author, require_course
from edu.access.services import register_door, set_opens
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.organizations.queries import list_trainer_ids

RESERVED = frozenset(["instructors"])
"""Course addresses that would hide other pages."""
LEVELS = {"入门": "beginner", "初级": "beginner", "进阶": "intermediate", "中级": "intermediate", "高级": "advanced"}


def free_slug(wanted: str, *, fallback: str = "course") -> str:
    """Return a course address that nobody has yet, made of `wanted`."""
    base = slugify(wanted, allow_unicode=True)[:90] or fallback
    taken = RESERVED | set(Course.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def ensure_category(*, slug: str, name_en: str, name_zh: str, parent_slug: str = "", position: int = 0) -> int:
    """Make or rename a subject of the catalogue; return its id."""
    parent = Category.objects.get(slug=parent_slug) if parent_slug else None
    row, _created = Category.objects.update_or_create(
        slug=slug, defaults={"name_en": name_en, "name_zh": name_zh, "parent": parent, "position": position}
    )
    return row.pk


def ensure_instructor(*, slug: str, name: str, title: str = "", bio: str = "", user_id: int | None = None) -> int:
    """Make or change the public page of an instructor; return its id. `bio` is HTML of paragraphs.

    An account that she is given may edit the pages of her courses at once.
    """
    from courses.body import rich_text

    defaults: dict[str, Any] = {"name": name, "title": title, "bio": rich_text(bio)}
    if user_id is not None:
        defaults["user_id"] = user_id
    row, _created = Instructor.objects.update_or_create(slug=slug, defaults=defaults)
    if user_id is not None:
        refresh_editor_access(user_ids=[user_id])
    return row.pk


@transaction.atomic
def create_course(
    *,
    actor: Any | None,
    title: str,
    language: str,
    owner_id: int | None = None,
    slug: str = "",
    category: str = "",
    instructors: Sequence[str] = (),
    subtitle: str = "",
    summary: str = "",
    description: str = "",
    outcomes: Sequence[str] = (),
    audience: str = "",
    faq: Iterable[tuple[str, str]] = (),
    level: str = "beginner",
    is_free: bool = False,
    sequential: bool = False,
    certificate_on_completion: bool = False,
    organization_id: int | None = None,
    first_chapter: str = "",
) -> int:
    """Make a draft course with its page in `language`; return its id.

    It belongs to the actor; only the system names another owner by `owner_id`. `category` and `instructors` are slugs
    made before (ensure_category, ensure_instructor). `description` is HTML, `audience` HTML or plain text.
    `first_chapter` is the title of an empty chapter. NotAllowed for those who may make no courses, NotFound for an
    organisation that the actor does not train for, Conflict when the address is taken; InvalidInput for an unknown
    category or level.
    """
    require_author(actor, organization_id=organization_id)
    if actor is not None:
        owner_id = actor.pk
    if slug and not re.fullmatch(r"[-\w]+", slug):
        raise InvalidInput(_("An address holds letters, figures, hyphens and underscores only."), field="slug")
    if slug in RESERVED or (slug and Course.objects.filter(slug=slug).exists()):
        raise Conflict(_("Another course has this address."), field="slug")
    subject = Category.objects.filter(slug=category).first() if category else None
    if category and subject is None:
        raise InvalidInput(_("There is no such category."), field="category")
    level = LEVELS.get(level, level)
    if level not in Course.Level.values:
        raise InvalidInput(_("There is no such level."), field="level")
    if not title.strip():
        raise InvalidInput(_("A course needs a title."), field="title")
    course = Course.objects.create(
        slug=slug or free_slug(title),
        title=title.strip()[:200],
        subtitle=subtitle[:200],
        summary=summary[:500],
        language=language,
        category=subject,
        owner_id=owner_id,
        organization_id=organization_id,
        level=level,
        is_free=is_free,
        sequential=sequential,
    )
    teachers = list(Instructor.objects.filter(slug__in=instructors))
    if len(teachers) != len(set(instructors)):
        raise InvalidInput(_("There is no such instructor."), field="instructors")
    course.instructors.set(teachers)
    if certificate_on_completion:
        set_awarded(achievement=achievement_of(course=course), is_awarded=True, actor=course.owner)
    body = course_blocks(description=description, outcomes=list(outcomes), audience=audience, faq=list(faq))
    make_course_page(
        course=course,
        language=language,
        title=course.title,
        subtitle=course.subtitle,
        summary=course.summary,
        body=body,
    )
    if first_chapter.strip():
        Chapter.objects.create(course=course, title=first_chapter.strip()[:200])
    refresh_editor_access(user_ids=_editor_ids(course))
    return course.pk


def _editor_ids(course: Course) -> list[int]:
    """Return the accounts of those who may edit the course: its owner, its instructors, its organisation's trainers."""
    teachers = course.instructors.filter(user__isnull=False).values_list("user_id", flat=True)
    trainers = list_trainer_ids(organization_id=course.organization_id) if course.organization_id else []
    return [user_id for user_id in (course.owner_id, *teachers, *trainers) if user_id is not None]


@transaction.atomic
def change_course(
    *,
    actor: Any | None,
    course_id: int,
    fields: Mapping[str, Any],
    instructor_ids: Sequence[int] | None = None,
) -> None:
    """Change settings of a course: category, level, is_free, sequential, certificate_on_completion, cover.

    Title, subtitle and summary belong to the page and follow it when it is published. Turning the certificate on gives
    the course a rule in the certificate room, in the starting look of `actor`; turning it off stops new ones.
    Instructors who are added may edit the course and its pages at once, and those who are left out no longer.
    """
    allowed = {"category", "level", "is_free", "sequential", "cover"}
    course = require_course(actor, course_id=course_id)
    for name in allowed & fields.keys():
        setattr(course, name, fields[name])
    course.save()
    if "certificate_on_completion" in fields:
        is_awarded = bool(fields["certificate_on_completion"])
        set_awarded(achievement=achievement_of(course=course), is_awarded=is_awarded, actor=actor)
    if instructor_ids is not None:
        before = _editor_ids(course)
        course.instructors.set(instructor_ids)
        refresh_editor_access(user_ids=[*before, *_editor_ids(course)])
    reindex_course(course=course)


@transaction.atomic
def set_included(*, actor: Any | None, course_id: int, product_keys: Sequence[str]) -> None:
    """Make owning the course open exactly these exams, papers and banks beside its lessons, in this order."""
    course = require_course(actor, course_id=course_id)
    CourseInclusion.objects.filter(course_id=course_id).exclude(product_key__in=product_keys).delete()
    for position, key in enumerate(product_keys):
        CourseInclusion.objects.update_or_create(course_id=course_id, product_key=key, defaults={"position": position})
    if course.published_at is not None:
        open_doors(course=course)


def open_doors(*, course: Course) -> None:
    """Register how the course and its lessons are shown to those who may not use them yet, and what it opens."""
    lessons = list(outline_lessons(course=course))
    register_door(product_key=course.product_key, title=course.title, url=course.get_absolute_url())
    for lesson in lessons:
        lesson.course = course
        register_door(product_key=lesson.product_key, title=lesson.title, url=lesson.get_absolute_url())
    included = course.inclusions.values_list("product_key", flat=True)
    # Lessons taken out of the outline stay open to those who own the course: they may still hold their notes.
    removed = [row.product_key for row in Lesson.objects.filter(course=course, removed_at__isnull=False)]
    set_opens(
        product_key=course.product_key,
        opened_keys=[*(lesson.product_key for lesson in lessons), *removed, *included],
    )


@transaction.atomic
def publish_course(*, actor: Any | None, course_id: int) -> None:
    """Show the course in the catalogue: publish its pages, register its doors. Conflict without any lesson."""
    require_course(actor, course_id=course_id)
    course = Course.objects.select_for_update().get(pk=course_id)
    lessons = outline_lessons(course=course)
    if not lessons.exists():
        raise Conflict(_("A course needs at least one lesson before it can be published."))
    course.status = Course.Status.PUBLISHED
    course.published_at = course.published_at or now_utc()
    course.save(update_fields=["status", "published_at"])
    for lesson_page in LessonPage.objects.filter(lesson__in=lessons):
        if not lesson_page.live or lesson_page.has_unpublished_changes:
            publish_page(lesson_page)
    refresh_outline(course=course)
    for page in CoursePage.objects.filter(course=course):
        publish_page(page)
    course.refresh_from_db()
    open_doors(course=course)
    _trace(course, "course.publish", actor)


@transaction.atomic
def withdraw_course(*, actor: Any | None, course_id: int) -> None:
    """Take the course out of the catalogue; those who own it keep it. It can be published again."""
    course = require_course(actor, course_id=course_id)
    course.status = Course.Status.ARCHIVED if course.published_at else Course.Status.DRAFT
    course.save(update_fields=["status"])
    _trace(course, "course.withdraw", actor)


@transaction.atomic
def copy_course(*, actor: Any, course_id: int, title: str) -> int:
    """Make a draft copy that belongs to the actor: settings, outline and pages, without learners or what it includes.

    Returns its id. InvalidInput without a title.
    """
    source = require_course(actor, course_id=course_id)
    if not title.strip():
        raise InvalidInput(_("Give the copy a title."), field="title")
    copy = Course.objects.create(
        slug=free_slug(title, fallback=source.slug),
        title=title.strip()[:200],
        owner=actor,
        **{
            name: getattr(source, name)
            for name in (
                "subtitle",
                "summary",
                "language",
                "category",
                "organization",
                "level",
                "is_free",
                "sequential",
                "cover",
            )
        },
    )
    copy.instructors.set(source.instructors.all())
    if has_rule(achievement_key=source.product_key):
        set_awarded(achievement=achievement_of(course=copy), is_awarded=True, actor=copy.owner)
    lessons: dict[int, Lesson] = {}
    for chapter in source.chapters.all():
        twin = Chapter.objects.create(
            course=copy, title=chapter.title, summary=chapter.summary, position=chapter.position
        )
        for lesson in chapter.lessons.filter(removed_at__isnull=True):
            old = lesson.pk
            lesson.pk, lesson._state.adding = None, True
            lesson.public_id = Lesson._meta.get_field("public_id").get_default()
            lesson.course, lesson.chapter = copy, twin
            lesson.save()
            lessons[old] = lesson
    for page in CoursePage.objects.filter(course=source).select_related("locale"):
        _copy_pages(page=page, copy=copy, lessons=lessons)
    refresh_outline(course=copy)
    refresh_editor_access(user_ids=_editor_ids(copy))
    _trace(copy, "course.copy", actor)
    return copy.pk


def _copy_pages(*, page: CoursePage, copy: Course, lessons: dict[int, Lesson]) -> None:
    """Make draft pages of the copy after those of the source in one language."""
    folder = course_folder(language=page.locale.language_code)
    draft = page.get_latest_revision_as_object()
    own = page.locale.language_code == copy.language
    twin = CoursePage(
        title=copy.title if own else draft.title,
        slug=free_page_slug(folder, copy.slug),
        course=copy,
        locale=page.locale,
        subtitle=draft.subtitle,
        summary=draft.summary,
        body=draft.body,
        live=False,
        has_unpublished_changes=True,
    )
    folder.add_child(instance=twin)
    twin.save_revision()
    for lesson_page in LessonPage.objects.child_of(page).filter(lesson_id__in=lessons):
        text = lesson_page.get_latest_revision_as_object()
        child = LessonPage(
            title=text.title,
            slug=lesson_page.slug,
            lesson=lessons[lesson_page.lesson_id],
            locale=page.locale,
            body=text.body,
            live=False,
            has_unpublished_changes=True,
        )
        twin.add_child(instance=child)
        child.save_revision()


def _trace(course: Course, action: str, actor: Any | None) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="course",
        object_id=course.public_id,
        object_label=course.title,
        organization_id=course.organization_id,
    )
