"""How a learner stands with one question, from what she answered: the rules of the wrong-answer book.

What happened is a sequence of answers (of practice, and of exams whose keys are open to her) and at most one act by
hand, ordered by when they were given. `fold` tells what follows from all of it, `advance` from one more answer that is
the newest; both come to the same.

- An answer that does not earn everything is wrong, one that was left blank is counted apart. Either enters the question
  into the book, ends a streak, and brings it back where it had left by mastery.
- A question leaves the book by mastery: right several times in a row, or remembered for so many days (MasteryRule).
- The learner may take it out by hand, or put it back, which begins the streak anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from exams.domain.recall import DEFAULT_RETENTION, Memory, Recalled, review

EASY_SECONDS = 20
"""A right answer that was quick (at most so many seconds) and certain counts as easy."""
_WHOLE = 1 - 1e-6


class MasteryKind(StrEnum):
    """By what a question leaves the book."""

    STREAK = "streak"
    RECALL = "recall"


@dataclass(frozen=True, slots=True, kw_only=True)
class MasteryRule:
    """When a question leaves the book: right `streak` times in a row (1 to 5), or so well remembered that the chance of
    a right answer stays at 90 per cent or more for `days`. `retention` (per cent) sets the intervals of the due dates.
    """

    kind: MasteryKind = MasteryKind.STREAK
    streak: int = 2
    days: int = 30
    retention: int = DEFAULT_RETENTION


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Answered:
    """One marked answer: when it was given, where (practice or exam, its session or attempt, the place in it), of which
    version, the fraction earned, whether it was left blank, and whether it was quick and certain."""

    at: datetime
    source_kind: str
    source_id: int
    place: int
    version_id: int
    fraction: float
    is_blank: bool = False
    is_easy: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it earned everything."""
        return not self.is_blank and self.fraction >= _WHOLE

    @property
    def recalled(self) -> Recalled:
        """Return how it counts for memory."""
        if not self.is_right:
            return Recalled.AGAIN
        return Recalled.EASY if self.is_easy else Recalled.GOOD


class HandAct(StrEnum):
    """What the learner last said by hand of an entry."""

    NONE = ""
    MASTERED = "mastered"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a learner stands with one question. Without an answer all is empty; `last_wrong_at` None: never in the book.

    `right_streak` counts right answers in a row up to now; `source_*` say where it was last wrong or blank.
    """

    answered_count: int = 0
    right_count: int = 0
    wrong_count: int = 0
    blank_count: int = 0
    right_streak: int = 0
    last_fraction: float | None = None
    last_answered_at: datetime | None = None
    version_id: int = 0
    source_kind: str = ""
    source_id: int = 0
    first_wrong_at: datetime | None = None
    last_wrong_at: datetime | None = None
    right_at: datetime | None = None
    mastered_at: datetime | None = None
    hand_act: HandAct = HandAct.NONE
    hand_at: datetime | None = None
    memory: Memory | None = None

    @property
    def is_in_book(self) -> bool:
        """Whether it waits in the wrong-answer book to be mastered."""
        return self.last_wrong_at is not None and self.mastered_at is None

    def precedes(self, answered: Answered, /) -> bool:
        """Whether everything known here happened before the answer, so that `advance` may take it."""
        return all(known is None or known < answered.at for known in (self.last_answered_at, self.hand_at))


def advance(standing: Standing, answered: Answered, /, *, rule: MasteryRule) -> Standing:
    """Return the standing after one more answer, which is newer than all that it knows."""
    memory = review(standing.memory, answered.recalled, at=answered.at, retention=rule.retention)
    changes: dict[str, Any] = {
        "answered_count": standing.answered_count + 1,
        "last_fraction": answered.fraction,
        "last_answered_at": answered.at,
        "version_id": answered.version_id,
        "memory": memory,
    }
    if not answered.is_right:
        changes |= {
            "wrong_count": standing.wrong_count + (not answered.is_blank),
            "blank_count": standing.blank_count + answered.is_blank,
            "right_streak": 0,
            "source_kind": answered.source_kind,
            "source_id": answered.source_id,
            "first_wrong_at": standing.first_wrong_at or answered.at,
            "last_wrong_at": answered.at,
            "mastered_at": None,
        }
    else:
        streak = standing.right_streak + 1
        changes |= {"right_count": standing.right_count + 1, "right_streak": streak, "right_at": answered.at}
        if standing.is_in_book and _is_mastered(streak, memory, rule):
            changes["mastered_at"] = answered.at
    return replace(standing, **changes)


def _is_mastered(streak: int, memory: Memory, rule: MasteryRule) -> bool:
    if rule.kind is MasteryKind.STREAK:
        return streak >= rule.streak
    return memory.stability >= rule.days


def act(standing: Standing, hand_act: HandAct, /, *, at: datetime) -> Standing:
    """Return the standing after the learner took the question out of the book, or put it back."""
    if hand_act is HandAct.NONE:
        return standing
    is_out = hand_act is HandAct.MASTERED
    return replace(
        standing,
        hand_act=hand_act,
        hand_at=at,
        mastered_at=at if is_out else None,
        right_streak=standing.right_streak if is_out else 0,
    )


def fold(
    answers: Iterable[Answered],
    /,
    *,
    rule: MasteryRule,
    hand_act: HandAct = HandAct.NONE,
    hand_at: datetime | None = None,
) -> Standing:
    """Return how a learner stands with one question after all her answers to it, in whatever order they are given, and
    her last act by hand."""
    standing = Standing()
    waits = hand_act is not HandAct.NONE and hand_at is not None
    for answered in sorted(answers):
        if waits and hand_at is not None and hand_at < answered.at:
            standing, waits = act(standing, hand_act, at=hand_at), False
        standing = advance(standing, answered, rule=rule)
    return act(standing, hand_act, at=hand_at) if waits and hand_at is not None else standing
