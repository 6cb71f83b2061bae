"""Fractions of marks between per cent and our numbers, and the ids of options. Pure; shared by the formats."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from exams.domain.numbers import parse_decimal

_DENOMINATORS = (3, 6, 7, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19)


@lru_cache(maxsize=1024)
def exact_fraction(percent: str, /) -> float:
    """Return per cent as a fraction; what is a rounded third, sixth, seventh … is taken for that.

    ValueError when the text is not a number. `33.33333` is 1/3, so that three of them make a whole.
    """
    value = parse_decimal(percent)
    if value is None:
        raise ValueError(percent)
    fraction = value / 100
    if fraction == round(fraction, 2):
        return float(fraction)
    for denominator in _DENOMINATORS:
        near = Fraction(round(fraction * denominator), denominator)
        if abs(Fraction(fraction) - near) < Fraction(1, 20_000) and len(str(fraction).lstrip("-0.")) >= 4:
            return float(near)
    return float(fraction)


@lru_cache(maxsize=1024)
def percent_of(fraction: float, /) -> str:
    """Return a fraction as per cent, as exact as a reader needs (`33.33333`)."""
    percent = (Decimal(repr(float(fraction))) * 100).quantize(Decimal("0.0000001"))
    return format(percent.normalize(), "f") if percent else "0"


@lru_cache(maxsize=64)
def option_ids(count: int, /) -> tuple[str, ...]:
    """Return so many ids of options: a, b, … z, then o27, o28, …"""
    return tuple(chr(96 + number) if number <= 26 else f"o{number}" for number in range(1, count + 1))
