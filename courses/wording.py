"""How lengths and languages of courses are written for a reader: the only place."""

from django.db.models import Model
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from courses.domain.duration import split_minutes

OWN_NAMES = {"en": "English", "zh-hans": "中文"}
"""Languages in their own words, as short as they are said."""


def duration_label(minutes: float) -> str:
    """Return a length in minutes as "12 min", "2 h" or "4 h 21 min" in the reader's language."""
    length = split_minutes(minutes)
    if not length.hours:
        text = _("%(minutes)d min")
    elif not length.minutes:
        text = _("%(hours)d h")
    else:
        text = _("%(hours)d h %(minutes)d min")
    return text % {"hours": length.hours, "minutes": length.minutes}


def own_name(code: str) -> str:
    """Return the name of a language in that language."""
    return OWN_NAMES.get(code) or str(get_language_info(code)["name_local"])


def foreign_name(code: str, *, is_translated: bool) -> str:
    """Return the own name of a course's language where the reader reads another and has no page in hers, else ""."""
    return "" if is_translated or code == (get_language() or code) else own_name(code)


def choice_label(row: Model, name: str) -> str:
    """Return the choice that a field holds as it is read, like `get_…_display`, which translates every choice."""
    value = getattr(row, name)
    labels = (label for key, label in row._meta.get_field(name).flatchoices if key == value)
    return str(next(labels, value))
