"""How long each question of an attempt was in front of the candidate: seconds by slot, as they are sent, stored and
believed.

A room sends totals of the whole attempt and never differences, so that a batch that arrives twice counts once. What it
sends is its own word: nothing here raises, and nothing is believed beyond the time that has passed.
"""

from collections.abc import Sequence
from math import isfinite

MAXIMUM_SECONDS = 9_999_999
"""Of one question as stored, a good 115 days: bounds the text, not the truth."""


def read_seconds(given: object, /, *, slots: int) -> tuple[int, ...] | None:
    """Return the totals that a room sent, from slot 1, without what follows the last question that was seen.

    None for anything but a list. What is no number, is below zero or endless counts as 0; slots that the attempt does
    not have are left out.
    """
    if not isinstance(given, list | tuple):
        return None
    seconds = [_whole(value) for value in given[:slots]]
    while seconds and seconds[-1] == 0:
        seconds.pop()
    return tuple(seconds)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    if isinstance(value, float) and not isfinite(value):
        return 0
    return max(0, min(MAXIMUM_SECONDS, int(value)))


def seconds_text(seconds: Sequence[int], /) -> str:
    """Return totals as they are stored: whole seconds from slot 1, separated by commas."""
    return ",".join(map(str, seconds))


def fair_seconds(stored: str, /, *, slots: int, elapsed_seconds: float) -> tuple[int, ...] | None:
    """Return the seconds of every slot as they are believed; None where nothing was recorded.

    Never negative; together never more than the time that has passed since the start: more than that is scaled down in
    proportion, so that the order of the questions by time stays.
    """
    parts = stored.split(",")[:slots] if stored else []
    seconds = [min(MAXIMUM_SECONDS, int(part)) if part.isascii() and part.isdecimal() else 0 for part in parts]
    total, most = sum(seconds), max(0, int(elapsed_seconds))
    if not total:
        return None
    if total > most:
        seconds = [value * most // total for value in seconds]
    return tuple(seconds + [0] * (slots - len(seconds)))
