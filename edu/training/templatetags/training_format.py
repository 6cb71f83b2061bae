"""Dates of messages and tones of states, as the training room's templates show them."""

from datetime import date

from django import template
from django.utils.formats import date_format

register = template.Library()

TONES = {
    "done": "success",
    "failed": "danger",
    "late": "danger",
    "in_progress": "info",
    "not_started": "",
    "left": "",
    "new": "success",
    "update": "info",
    "move": "gold",
    "unchanged": "",
    "error": "danger",
}
ICONS = {"done": "check", "failed": "close", "late": "clock", "error": "alert"}


@register.filter
def iso_day(text: str) -> str:
    """Return a day in ISO 8601 as people write it in the active language; the text itself when it is none."""
    try:
        return str(date_format(date.fromisoformat(text), "DATE_FORMAT"))
    except ValueError:
        return text


@register.filter
def state_tone(state: str) -> str:
    """Return the badge tone of a state."""
    return TONES.get(state, "")


@register.filter
def state_icon(state: str) -> str:
    """Return the icon of a state, "" for none."""
    return ICONS.get(state, "")
