"""Reads of the site's pages."""

from typing import TypeVar

from django.utils.translation import get_language
from wagtail.models import Page

PageT = TypeVar("PageT", bound=Page)


def find_page(model: type[PageT], **filters: object) -> PageT | None:
    """Return the live page in the visitor's language, or in another when there is none."""
    pages = list(model.objects.live().filter(**filters).select_related("locale"))
    wanted = get_language() or "en"
    return next((page for page in pages if page.locale.language_code == wanted), pages[0] if pages else None)
