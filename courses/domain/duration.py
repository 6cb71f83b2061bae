"""How long something takes, in hours and minutes."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Duration:
    """Whole hours, and the minutes (0 to 59) beyond them."""

    hours: int
    minutes: int


def split_minutes(minutes: float) -> Duration:
    """Return a length in minutes as hours and minutes, rounded to whole minutes; ValueError below 0."""
    if minutes < 0:
        message = f"a length cannot be negative: {minutes}"
        raise ValueError(message)
    hours, rest = divmod(round(minutes), 60)
    return Duration(hours=hours, minutes=rest)
