"""How well one question is remembered: FSRS (Free Spaced Repetition Scheduler, version 6) by the `fsrs` library.

Stability is the number of days after which the chance of a right answer has fallen to 90 per cent, difficulty goes from
1 to 10. There are no steps of minutes and no chance in the intervals: a question that went wrong comes back after a
whole day or more, and the interval shown is the one that counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache

from fsrs import Card, Rating, Scheduler, State

DEFAULT_RETENTION = 90
"""Per cent of the due questions that a learner wants to know; FSRS's own proposal."""
RETENTIONS = range(80, 98)
"""Per cents that can be wished for: below, little is known; above, the intervals shrink to nothing."""


class Recalled(StrEnum):
    """How an answer counts for memory: wrong or blank is again, right is good, right, quick and certain is easy."""

    AGAIN = "again"
    GOOD = "good"
    EASY = "easy"


_RATINGS = {Recalled.AGAIN: Rating.Again, Recalled.GOOD: Rating.Good, Recalled.EASY: Rating.Easy}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of the memory of one question: stability in days, difficulty 1 to 10, when it was last answered and
    when it is due again."""

    stability: float
    difficulty: float
    reviewed_at: datetime
    due_at: datetime

    @property
    def interval_days(self) -> int:
        """Return the days between the last answer and the due date."""
        return (self.due_at - self.reviewed_at).days


@cache
def scheduler_for(retention: int, /) -> Scheduler:
    """Return the scheduler for a wished retention in per cent (RETENTIONS)."""
    return Scheduler(
        desired_retention=retention / 100,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=3650,
        enable_fuzzing=False,
    )


def review(memory: Memory | None, recalled: Recalled, /, *, at: datetime, retention: int) -> Memory:
    """Return the memory after an answer given `at` (aware); None as memory for the first one."""
    at = at.astimezone(UTC)
    card = _card(memory, at)
    card, _log = scheduler_for(retention).review_card(card, _RATINGS[recalled], at)
    assert card.stability is not None
    assert card.difficulty is not None
    return Memory(stability=card.stability, difficulty=card.difficulty, reviewed_at=at, due_at=card.due)


def recall_chance(memory: Memory, /, *, at: datetime) -> float:
    """Return the chance, 0 to 1, that the question would be answered rightly at a moment."""
    at = at.astimezone(UTC)
    return scheduler_for(DEFAULT_RETENTION).get_card_retrievability(_card(memory, at), at)


def still_known_days(memory: Memory, /, *, at: datetime) -> float:
    """Return for how many more days from a moment the chance of a right answer stays at 90 per cent or more; negative
    where it has fallen below."""
    return memory.stability - (at.astimezone(UTC) - memory.reviewed_at.astimezone(UTC)).total_seconds() / 86_400


def list_intervals(*, retention: int, count: int) -> tuple[int, ...]:
    """Return after how many days a question comes back that goes wrong once and then is right each time it is due: the
    interval after the wrong answer, and after each of the right ones, `count` in all."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    memory = review(None, Recalled.AGAIN, at=at, retention=retention)
    intervals = [memory.interval_days]
    while len(intervals) < count:
        memory = review(memory, Recalled.GOOD, at=memory.due_at, retention=retention)
        intervals.append(memory.interval_days)
    return tuple(intervals)


def _card(memory: Memory | None, at: datetime) -> Card:
    if memory is None:
        return Card(card_id=1, due=at)
    return Card(
        card_id=1,
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at.astimezone(UTC),
        last_review=memory.reviewed_at.astimezone(UTC),
    )
