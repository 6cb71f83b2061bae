"""How an amount of money is written for a reader."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language, to_locale


def price_label(minor: int | None, currency: str) -> str:
    """Return an amount in minor units as ¥199.00 in the reader's language; empty for None."""
    if minor is None:
        return ""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    locale = to_locale(get_language() or "en").replace("zh_Hans", "zh_Hans_CN")
    return format_currency(amount, currency, locale=locale).replace("CN¥", "¥")
