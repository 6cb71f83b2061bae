"""Filters that word times of exams in the reader's language."""

from datetime import datetime, timedelta

from django import template
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.drawings import with_slot
from exams.richtext import safe_html

register = template.Library()


@register.filter
def rich_text(value: str | None) -> str:
    """Return stored text with the tags that authors may use and no others."""
    return safe_html(value or "")


@register.filter
def moment(value: str | datetime | None) -> str:
    """Return a moment (or its ISO text) as date and time of the site's zone; empty for none."""
    parsed = parse_datetime(value) if isinstance(value, str) else value
    if parsed is None:
        return ""
    local = timezone.localtime(parsed)
    return formats.date_format(local, "DATETIME_FORMAT")


@register.filter
def exact_moment(value: datetime | None) -> str:
    """Return a moment as date and time to the second in the site's zone; empty for none."""
    return f"{moment(value)}:{timezone.localtime(value):%S}" if value else ""


@register.filter
def at_slot(values: dict[int, object], slot: int) -> object:
    """Return what a mapping holds for a slot, None without."""
    return values.get(slot)


@register.filter
def duration(seconds: float | None) -> str:
    """Return a number of seconds as hours and minutes; seconds are named below two minutes."""
    if seconds is None:
        return ""
    whole = int(timedelta(seconds=seconds).total_seconds())
    if whole < 120:
        return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}
    hours, minutes = divmod(round(whole / 60), 60)
    hour_text = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    minute_text = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if not hours:
        return minute_text
    return _("%(hours)s %(minutes)s") % {"hours": hour_text, "minutes": minute_text} if minutes else hour_text


@register.filter
def spent(seconds: float | None) -> str:
    """Return how long a question was in view: to the second below an hour; empty for none."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return duration(seconds)
    minute_text = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    second_text = ngettext("%(n)d second", "%(n)d seconds", rest) % {"n": rest}
    if not minutes:
        return second_text
    return _("%(minutes)s %(seconds)s") % {"minutes": minute_text, "seconds": second_text} if rest else minute_text


@register.filter
def for_slot(html: str, slot: int) -> SafeString:
    """Return what was drawn for any slot with the number of this one in it."""
    return with_slot(html, slot)
