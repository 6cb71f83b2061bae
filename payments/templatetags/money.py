"""Money in templates: {{ order.total_minor|money:order.currency }}."""

from django import template

from payments.wording import money_label

register = template.Library()


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Return minor units of a currency as a person reads them; nothing for None."""
    return "" if minor is None else money_label(int(minor), currency)
