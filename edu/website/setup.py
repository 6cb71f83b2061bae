"""Building the site's own pages from plain values: for the demo, and for whoever begins with an empty house."""

import json
from typing import Any, TypeVar

from django.conf import settings
from wagtail.models import Locale, Page, Site

from edu.website.models import HelpArticlePage, HelpIndexPage, HomePage

Sections = list[tuple[str, dict[str, Any]]]


def ensure_home(*, language: str, title: str, values: dict[str, Any], sections: Sections) -> HomePage:
    """Return the home page of a language, made (and for the default language set as the site's root) if missing."""
    locale, _made = Locale.objects.get_or_create(language_code=language)
    page = HomePage.objects.filter(locale=locale).first()
    if page is not None:
        return page
    root = Page.get_first_root_node()
    first = HomePage.objects.first()
    page = HomePage(title=title, slug=f"home-{language}", locale=locale, **values)
    page.sections = json.dumps([{"type": kind, "value": value} for kind, value in sections])
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
