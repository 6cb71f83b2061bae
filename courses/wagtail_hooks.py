"""The page editor: course editors see and touch their own course pages only, whatever the group allows."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.authoring.editors import edits_everything, may_edit_page, refresh_editor_access
from courses.models import Category, CourseIndexPage, CoursePage, Instructor, LessonPage
from courses.permissions import taught_courses


def _guard(request: HttpRequest, page: Page, *_args: Any) -> None:
    if not may_edit_page(request.user, page):
        raise PermissionDenied


for _name in (
    "before_edit_page",
    "before_delete_page",
    "before_unpublish_page",
    "before_copy_page",
    "before_move_page",
    "before_convert_alias_page",
):
    hooks.register(_name, _guard)


def _desk_of(page: Page) -> str:
    """Return the address of the page's course at the instructor's desk."""
    specific = page.specific
    course = specific.course if isinstance(specific, CoursePage) else specific.lesson.course
    return reverse("teaching:settings", args=[course.public_id])


@hooks.register("before_copy_page")
def copy_at_the_desk(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Send who copies a course page to the desk, where course and outline are copied with it, even a superuser."""
    if not isinstance(page.specific, CoursePage | LessonPage):
        return None
    messages.warning(request, _("Courses are copied here, with their outline; a page alone cannot be copied."))
    return redirect(_desk_of(page))


@hooks.register("before_delete_page")
def keep_last_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to delete the only page of a course or lesson, without which it could not be shown any more."""
    specific = page.specific
    if isinstance(specific, CoursePage):
        is_last = CoursePage.objects.filter(course_id=specific.course_id).count() == 1
    elif isinstance(specific, LessonPage):
        is_last = LessonPage.objects.filter(lesson_id=specific.lesson_id).count() == 1
    else:
        return None
    if not is_last:
        return None
    messages.warning(request, _("This page presents the course. Withdraw the course, or take the lesson out, here."))
    return redirect(_desk_of(page))


@hooks.register("before_bulk_action")
def refuse_bulk_acts(
    request: HttpRequest, action_type: str, objects: list[Any], action_class_instance: Any
) -> HttpResponse | None:
    """Refuse acts on many pages at once where one of them is not the person's, or presents a course and would go."""
    pages = [row.specific for row in objects if isinstance(row, Page)]
    for page in pages:
        if isinstance(page, CoursePage | LessonPage):
            _guard(request, page)
            if action_type in {"delete", "move"}:
                raise PermissionDenied
    return None


@hooks.register("before_create_page")
def refuse_loose_pages(request: HttpRequest, parent_page: Page, page_class: type[Page]) -> None:
    """Course and lesson pages are made with their records, at the instructor's desk."""
    if page_class in {CoursePage, LessonPage}:
        raise PermissionDenied


@hooks.register("construct_explorer_page_queryset")
def own_pages(parent_page: Page, pages: "QuerySet[Page]", request: HttpRequest) -> "QuerySet[Page]":
    """List only the person's own courses to course editors."""
    if edits_everything(request.user):
        return pages
    mine = CoursePage.objects.filter(course__in=taught_courses(request.user)).values("pk")
    if isinstance(parent_page.specific, CourseIndexPage):
        return pages.filter(pk__in=mine)
    if isinstance(parent_page.specific, CoursePage):
        return pages if may_edit_page(request.user, parent_page) else pages.none()
    return pages


class CategoryViewSet(SnippetViewSet):
    """Subjects of the catalogue."""

    model = Category
    icon = "folder-open-inverse"
    list_display = ("name_en", "name_zh", "parent", "position")
    add_to_admin_menu = False


class InstructorViewSet(SnippetViewSet):
    """Instructors as learners see them."""

    model = Instructor
    icon = "user"
    list_display = ("name", "title")
    add_to_admin_menu = False


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def admit_instructor(request: HttpRequest, instance: Any) -> None:
    """Let the account that an instructor was given into the page editor for her courses."""
    if isinstance(instance, Instructor) and instance.user_id is not None:
        refresh_editor_access(user_ids=[instance.user_id])


register_snippet(CategoryViewSet)
register_snippet(InstructorViewSet)
