"""Money in minor units with its ISO 4217 currency: pure, integer, no unit ever lost. Every room may use
it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale
from babel.numbers import NumberPattern, parse_pattern

from edu.core.errors import InvalidInput

_CURRENCY = re.compile(r"[A-Z]{3}")
# ISO 4217 list one: the currencies whose minor unit is not a hundredth.
_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


class CurrencyMismatch(InvalidInput):
    """Amounts of different currencies cannot be combined."""

    code = "currency_mismatch"


def minor_digits(currency: str, /) -> int:
    """Return how many decimal places the currency has (CNY 2, JPY 0, KWD 3); ValueError for a malformed
    code."""
    if not _CURRENCY.fullmatch(currency):
        raise ValueError(f"Not an ISO 4217 currency code: {currency!r}")
    return _DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (fen, cents) of one currency; may be negative, as a refund line is."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("Money counts whole minor units; a float or a bool is not money.")
        minor_digits(self.currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str, /) -> "Money":
        """Build from major units (yuan); InvalidInput when it has more places than the currency."""
        if not isinstance(amount, Decimal):
            raise TypeError("Give major units as a Decimal, never as a float.")
        if not amount.is_finite():
            raise InvalidInput("This is not an amount of money.")
        scaled = amount.scaleb(minor_digits(currency))
        if scaled != scaled.to_integral_value():
            raise InvalidInput(f"{currency} has {minor_digits(currency)} decimal places at most.")
        return cls(int(scaled), currency)

    def to_decimal(self) -> Decimal:
        """Return the amount in major units, with exactly the currency's places."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined.")
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, quantity: int, /) -> "Money":
        """Return the price of a whole number of pieces."""
        if type(quantity) is not int:
            raise TypeError("A quantity is a whole number; use share() for a ratio.")
        return Money(self.minor * quantity, self.currency)

    def share(self, ratio: Decimal, /) -> "Money":
        """Return this amount times a ratio (0.15 for 15 per cent), half a minor unit rounded away from
        zero."""
        if not isinstance(ratio, Decimal):
            raise TypeError("Give the ratio as a Decimal, never as a float.")
        minor = (Decimal(self.minor) * ratio).to_integral_value(rounding=ROUND_HALF_UP)
        return Money(int(minor), self.currency)

    def allocate(self, weights: Sequence[int], /) -> tuple["Money", ...]:
        """Split by weights so that the parts add up exactly to the whole.

        Largest remainder first, earlier part first among equals. ValueError when no weight is positive or
        one is negative.
        """
        whole = sum(weights)
        if whole <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("Weights are not negative, and one of them is positive.")
        sign = -1 if self.minor < 0 else 1
        amount = abs(self.minor)
        parts = [amount * weight // whole for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
        for i in by_remainder[: amount - sum(parts)]:
            parts[i] += 1
        return tuple(Money(sign * part, self.currency) for part in parts)


def money_label(minor: int, currency: str, /, *, language: str) -> str:
    """Return an amount in minor units as a reader of a language (en, zh-hans) writes it.

    This is the one place that decides how money looks, on pages, in mails and in documents, and it leaves the choice to
    the locale's data (CLDR): yuan are ¥199.00 in Chinese and CN¥199.00 in English, where a bare ¥ would be read as yen;
    yen are JP¥199 in Chinese and ¥199 in English. Always with exactly the currency's ISO 4217 places.
    """
    locale = "zh_Hans_CN" if language.startswith("zh") else "en"
    pattern = _pattern(locale, minor_digits(currency))
    amount = Money(minor, currency).to_decimal()
    return str(pattern.apply(amount, locale, currency=currency, currency_digits=False))


@cache
def _pattern(locale: str, digits: int) -> NumberPattern:
    """Return the locale's way to write money, with so many decimal places."""
    pattern = parse_pattern(Locale.parse(locale).currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern
