"""Filters that word questions in lists."""

from django import template

from exams.domain.text import shortened

register = template.Library()


@register.filter
def in_short(summary: str | None, limit: int) -> str:
    """Return the first words of a question, at most `limit` characters, for a place with `data-math`: formulas stay
    whole."""
    return shortened(summary or "", int(limit))
