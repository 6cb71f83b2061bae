"""How times within a film, and lengths of lessons and courses, are written."""

from django import template

from courses.wording import duration_label

register = template.Library()


@register.filter
def clock(seconds: int | float | None) -> str:
    """Return seconds as 4:07, or 1:02:03 from an hour on; empty for None."""
    if seconds is None:
        return ""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def duration(minutes: int | float | None) -> str:
    """Return minutes as "12 min", or "4 h 21 min" from an hour on; empty for None."""
    return "" if minutes is None else duration_label(minutes)


@register.filter
def unlocalized(value: int) -> str:
    """Return a number for programs, without the separators of a language."""
    return str(int(value))
