"""Making the Wagtail pages of courses and lessons, and keeping their place in the tree."""

from contextvars import ContextVar
from typing import Any

from django.utils.text import slugify
from wagtail.models import Locale, Page, Site
from wagtail.search import index

from courses.models import Course, CourseIndexPage, CoursePage, Lesson, LessonPage

INDEX_TITLES = {"en": "Courses", "zh-hans": "课程"}


def get_locale(language: str) -> Locale:
    """Return the locale of a language of the site, made when it is new."""
    return Locale.objects.get_or_create(language_code=language)[0]


def course_folder(*, language: str) -> CourseIndexPage:
    """Return the page under which course pages of a language stand; made under that language's home when missing."""
    locale = get_locale(language)
    folder = CourseIndexPage.objects.filter(locale=locale).order_by("depth", "pk").first()
    if folder is not None:
        return folder
    parent = _home(locale)
    slug = "courses" if not parent.get_children().filter(slug="courses").exists() else f"courses-{language}"
    folder = CourseIndexPage(title=INDEX_TITLES.get(language, "Courses"), slug=slug, locale=locale, live=True)
    original = CourseIndexPage.objects.exclude(locale=locale).first()
    if original is not None:
        folder.translation_key = original.translation_key
    parent.add_child(instance=folder)
    return folder


def _home(locale: Locale) -> Page:
    """Return the home page of a language, or that of the default site, or the root of the tree."""
    site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
    if site is None:
        return Page.get_first_root_node()
    home = Page.objects.filter(translation_key=site.root_page.translation_key, locale=locale).first()
    return home or site.root_page


def free_page_slug(parent: Page, wanted: str) -> str:
    """Return `wanted`, or it with a number when a sibling has it already."""
    base = slugify(wanted, allow_unicode=True) or "page"
    taken = set(parent.get_children().filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def make_course_page(
    *, course: Course, language: str, title: str, body: list[dict[str, Any]], **fields: str
) -> CoursePage:
    """Make the draft page of a course in one language; `fields` are subtitle and summary."""
    folder = course_folder(language=language)
    page = CoursePage(
        title=title,
        slug=free_page_slug(folder, course.slug),
        course=course,
        locale=get_locale(language),
        live=False,
        has_unpublished_changes=True,
        **fields,
    )
    sibling = CoursePage.objects.filter(course=course).first()
    if sibling is not None:
        page.translation_key = sibling.translation_key
    page.body = page.body.stream_block.to_python(body)
    folder.add_child(instance=page)
    page.save_revision()
    return page


def make_lesson_page(*, lesson: Lesson, body: list[dict[str, Any]]) -> LessonPage:
    """Make the draft page of a lesson in the language of its course."""
    parent = CoursePage.objects.get(course=lesson.course, locale__language_code=lesson.course.language)
    page = LessonPage(
        title=lesson.title,
        slug=free_page_slug(parent, lesson.slug),
        lesson=lesson,
        locale=parent.locale,
        live=False,
        has_unpublished_changes=True,
    )
    page.body = page.body.stream_block.to_python(body)
    parent.add_child(instance=page)
    page.save_revision()
    return page


_is_published_by_us: ContextVar[bool] = ContextVar("page_is_published_by_us", default=False)


def publish_page(page: Page) -> None:
    """Publish the newest draft of a page; one that has a later time of its own waits for it.

    The caller brings the course's figures and doors up to date afterwards.
    """
    revision = page.get_latest_revision() or page.save_revision()
    token = _is_published_by_us.set(True)
    try:
        revision.publish()
    finally:
        _is_published_by_us.reset(token)


def is_published_by_us() -> bool:
    """Whether a page is being published by `publish_page`, and not by the page editor or its schedule."""
    return _is_published_by_us.get()


def rename_pages(*, pages: Any, title: str) -> None:
    """Give pages a new title, in what is live and in the draft that editors go on with."""
    for page in pages:
        draft = page.get_latest_revision_as_object()
        draft.title = title
        revision = draft.save_revision()
        if page.live and not page.has_unpublished_changes:
            revision.publish()
        elif page.live:
            page.title = title
            page.save(update_fields=["title"])


def reindex_course(*, course: Course) -> None:
    """Write the words of the course into the search index again, after its outline or category changed."""
    for page in CoursePage.objects.filter(course=course):
        index.insert_or_update_object(page)
