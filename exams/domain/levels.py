"""The steps in which a marker gives the points of a criterion by one key or one click. Pure."""

from decimal import ROUND_HALF_UP, Decimal

MOST_WHOLE = 10
STEPS = 10
HALF = Decimal("0.5")


def point_levels(points: Decimal, /) -> tuple[Decimal, ...]:
    """Return the levels from nothing to all points: every point up to 10, every half below 3, tenths (rounded to
    halves) of more; the key of a digit gives the level of that place.
    """
    if points <= 0:
        return (Decimal(0),)
    if points < 3 and points % HALF == 0:
        return tuple(HALF * step for step in range(int(points / HALF) + 1))
    if points <= MOST_WHOLE and points == points.to_integral_value():
        return tuple(Decimal(step) for step in range(int(points) + 1))
    unit = HALF if points >= STEPS * HALF else Decimal("0.01")
    steps = ((points * step / STEPS / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit for step in range(STEPS))
    return tuple(dict.fromkeys([*steps, points]))


def level_text(level: Decimal, /) -> str:
    """Return a level without needless zeros."""
    text = format(level.quantize(Decimal("0.01")), "f").rstrip("0").rstrip(".")
    return text or "0"
