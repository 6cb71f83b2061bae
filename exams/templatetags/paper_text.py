"""Filters that word marks as papers show them."""

from decimal import Decimal

from django import template

from exams.view_models import number_text

register = template.Library()


@register.filter
def as_marks(value: Decimal | float | str | None) -> str:
    """Return marks without needless zeros: 2, 2.5, 0.25; empty for none."""
    return number_text(value if value != "" else None)
