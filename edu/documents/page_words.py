"""How a printed page names itself, in the language of the file and not in that of whoever asked for it."""

from django.utils import translation
from django.utils.translation import gettext as _


def page_words(*, page: int, total: int, language: str) -> str:
    """Return "Page 2 of 7" in a language."""
    with translation.override(language):
        return _("Page %(page)d of %(total)d") % {"page": page, "total": total}
