"""When a lesson is done, when a course is, and how much of a film was really played. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WATCHED_SHARE = 0.9
"""Share of a film that must have been played at least once."""
FASTEST_SPEED = 2.0
"""The player's highest speed: film seconds that fit into one second of the clock."""
REPORT_GRACE_SECONDS = 2.0
"""Added to the time between two reports for their way through the network."""
GAP_SECONDS = 1.0
"""Played stretches closer than this are one: the player reports in tenths."""

RULE_BY_KIND = {
    "text": "manual",
    "video": "watched",
    "audio": "manual",
    "document": "opened",
    "quiz": "passed",
    "live": "manual",
    "offline": "manual",
}

Stretch = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class LessonMark:
    """A lesson of the outline with whether it counts and whether it is done."""

    lesson_id: int
    required: bool
    done: bool


def default_rule(kind: str) -> str:
    """Return when a lesson of this kind is done unless its author says otherwise."""
    return RULE_BY_KIND[kind]


def accepted_seconds(*, reported: float, elapsed: float) -> float:
    """Return how many of the `reported` film seconds can have been played in `elapsed` seconds of the clock."""
    bound = max(0.0, elapsed) * FASTEST_SPEED + REPORT_GRACE_SECONDS
    return max(0.0, min(reported, bound))


def add_stretch(*, covered: Sequence[Sequence[float]], start: float, end: float, duration: float) -> list[Stretch]:
    """Return `covered` with the played stretch from `start` to `end` merged in, within 0 and `duration` (seconds)."""
    low, high = max(0.0, start), min(end, duration)
    stretches = [(float(item[0]), float(item[1])) for item in covered]
    if high > low:
        stretches.append((low, high))
    merged: list[Stretch] = []
    for begin, finish in sorted(stretches):
        if merged and begin <= merged[-1][1] + GAP_SECONDS:
            merged[-1] = (merged[-1][0], max(merged[-1][1], finish))
        else:
            merged.append((begin, finish))
    return merged


def covered_percent(*, covered: Sequence[Sequence[float]], duration: float) -> int:
    """Return the share of the film that was played at least once, in whole per cent, never rounded up."""
    if duration <= 0:
        return 0
    played = sum(item[1] - item[0] for item in covered)
    return min(100, int(100 * played / duration))


def is_watched(*, percent: int) -> bool:
    """Whether enough of the film was played."""
    return percent >= WATCHED_SHARE * 100


def course_percent(marks: Sequence[LessonMark]) -> int:
    """Return the required lessons done, in whole per cent, never rounded up; without required ones all count."""
    counting = [mark for mark in marks if mark.required] or list(marks)
    if not counting:
        return 0
    return 100 * sum(mark.done for mark in counting) // len(counting)


def is_course_complete(marks: Sequence[LessonMark]) -> bool:
    """Whether every required lesson is done (every lesson, when none is required); an empty course never is."""
    return course_percent(marks) == 100
