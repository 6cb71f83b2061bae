"""Letting instructors into the page editor, to their own course pages only (courses.wagtail_hooks guards the rest)."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from courses.authoring.pages import course_folder
from courses.models import CourseIndexPage, CoursePage, LessonPage
from courses.permissions import taught_courses

GROUP = "Course editors"


def ensure_editor_group() -> Group:
    """Return the group that may enter the editor and change, publish and schedule pages under the course folders."""
    group, created = Group.objects.get_or_create(name=GROUP)
    if created:
        group.permissions.add(Permission.objects.get(codename="access_admin", content_type__app_label="wagtailadmin"))
        root = Collection.get_first_root_node()
        if root is not None:
            for codename in ("add_image", "choose_image", "add_document", "choose_document"):
                permission = Permission.objects.filter(codename=codename).first()
                if permission is not None:
                    GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)
    folders = CourseIndexPage.objects.all() or [course_folder(language="en")]
    for folder in folders:
        for codename in ("change_page", "publish_page"):
            permission = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
            GroupPagePermission.objects.get_or_create(group=group, page=folder.page_ptr, permission=permission)
    return group


def refresh_editor_access(*, user_ids: Iterable[int]) -> None:
    """Let these people into the page editor while there is a course that they may edit, and out of it otherwise.

    Called whenever somebody is added to or left out of a course; which pages she may touch is asked anew each time.
    """
    for user in get_user_model().objects.filter(pk__in=set(user_ids)):
        if taught_courses(user).exists():
            user.groups.add(ensure_editor_group())
        else:
            user.groups.remove(*Group.objects.filter(name=GROUP))


def edits_everything(user: Any) -> bool:
    """Whether the person's rights come from more than the course editors' group."""
    return user.is_superuser or user.groups.exclude(name=GROUP).filter(page_permissions__isnull=False).exists()


def may_edit_page(user: Any, page: Page) -> bool:
    """Whether the person may change this page, as far as courses are concerned."""
    if edits_everything(user):
        return True
    specific = page.specific
    if isinstance(specific, CoursePage):
        return taught_courses(user).filter(pk=specific.course_id).exists()
    if isinstance(specific, LessonPage):
        return taught_courses(user).filter(pk=specific.lesson.course_id).exists()
    return False
