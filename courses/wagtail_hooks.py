"""The page editor: course editors see and touch their own course pages only, whatever the group allows."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.authoring.editors import edits_everything, may_edit_page
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
):
    hooks.register(_name, _guard)


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


register_snippet(CategoryViewSet)
register_snippet(InstructorViewSet)
