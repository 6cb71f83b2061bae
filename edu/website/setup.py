"""Building the site's own pages from plain values: for the demo, and for whoever begins with an empty house."""

import json
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site

from edu.website.models import HelpArticlePage, HelpIndexPage, HomePage

Sections = list[tuple[str, dict[str, Any]]]


def stream(sections: Sections) -> str:
    """Return sections as a stream field takes them."""
    return json.dumps([{"type": kind, "value": value} for kind, value in sections])


def ensure_home(*, language: str, title: str, values: dict[str, Any], sections: Sections) -> HomePage:
    """Return the home page of a language, made (and for the default language set as the site's root) if missing."""
    locale, _made = Locale.objects.get_or_create(language_code=language)
    page = HomePage.objects.filter(locale=locale).first()
    if page is not None:
        return page
    root = Page.get_first_root_node()
    first = HomePage.objects.first()
    page = HomePage(title=title, slug=f"home-{language}", locale=locale, **values)
    page.sections = stream(sections)
    if first is not None:
        page.translation_key = first.translation_key
    root.add_child(instance=page)
    page.save_revision().publish()
    if language == settings.LANGUAGE_CODE:
        Site.objects.update_or_create(
            is_default_site=True, defaults={"hostname": "localhost", "root_page": page, "site_name": "Jinbang"}
        )
        # The framework's own greeting page has no purpose beside ours.
        for greeting in Page.objects.filter(depth=2, slug="home", content_type__model="page"):
            greeting.delete()
    return page


AnyPage = TypeVar("AnyPage", bound=Page)


def add_page(*, home: HomePage, page: AnyPage, first: Page | None = None) -> AnyPage:
    """Add `page` under the home page (a help article: under the help centre), in its language, and publish it."""
    page.locale = home.locale
    if first is not None:
        page.translation_key = first.translation_key
    parent = home if not isinstance(page, HelpArticlePage) else HelpIndexPage.objects.child_of(home).get()
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


EDITORS = "Site editors"
"""The group of those who edit pages, pictures, documents, banners and settings."""
PAGE_PERMISSIONS = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page")
FILE_PERMISSIONS = {
    "wagtailimages": ("add_image", "change_image", "choose_image"),
    "wagtaildocs": ("add_document", "change_document", "choose_document"),
}
OWN_PERMISSIONS = ("add_banner", "change_banner", "delete_banner", "view_banner", "change_sitesettings")


def ensure_site_editors() -> Group:
    """Return the group of site editors with exactly what it may do, made if missing, and with every operator in it."""
    group, _made = Group.objects.get_or_create(name=EDITORS)
    group.permissions.set(
        Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
        | Permission.objects.filter(content_type__app_label="website", codename__in=OWN_PERMISSIONS)
    )
    root = Page.get_first_root_node()
    for codename in PAGE_PERMISSIONS:
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    files = Collection.get_first_root_node()
    for app, codenames in FILE_PERMISSIONS.items():
        for permission in Permission.objects.filter(content_type__app_label=app, codename__in=codenames):
            GroupCollectionPermission.objects.get_or_create(group=group, collection=files, permission=permission)
    group.user_set.set(get_user_model().objects.filter(is_operator=True, is_active=True))
    return group


def sync_site_editor(*, user: Any) -> None:
    """Put an operator into the group of site editors, and take everybody else out of it."""
    if user.is_operator and user.is_active:
        group = Group.objects.filter(name=EDITORS).first() or ensure_site_editors()
        user.groups.add(group)
    else:
        user.groups.remove(*Group.objects.filter(name=EDITORS, user=user))
