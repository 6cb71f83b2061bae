"""How an amount of money is written for a reader."""

from django.utils.translation import get_language

from edu.core.money import money_label


def price_label(minor: int | None, currency: str) -> str:
    """Return an amount in minor units in the reader's language (edu.core.money says how); empty for None."""
    return "" if minor is None else money_label(minor, currency, language=get_language() or "en")
