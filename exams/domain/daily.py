"""What a day's practice is made of: wrong answers that are due, then weak topics, then what is new. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SHORTEST, LONGEST = 5, 50
"""Questions of a day's practice at least and at most, whatever the goal."""
WEAK_FROM_ANSWERS = 3
"""Answers in a topic from which its accuracy is taken for something."""
WEAK_BELOW = 0.8
"""Accuracy below which a topic counts as weak."""
WEAK_TOPICS = 3
"""Topics that a day's practice looks after at most."""


@dataclass(frozen=True, kw_only=True)
class TopicRecord:
    """How a learner did in a topic: marked answers, and how many of them were right."""

    topic_id: int
    answered: int
    right: int

    @property
    def accuracy(self) -> float:
        """Return the share of right answers, 0 to 1; 1 without answers."""
        return self.right / self.answered if self.answered else 1.0


@dataclass(frozen=True, kw_only=True)
class DailyPlan:
    """The questions of a day in order, and how many came by which reason."""

    question_ids: tuple[int, ...]
    counts: dict[str, int] = field(default_factory=dict)


def daily_length(goal: int, /) -> int:
    """Return how many questions a day's practice has by the learner's goal of a day (0 and more)."""
    return max(SHORTEST, min(LONGEST, goal))


def weakest_topics(records: Iterable[TopicRecord], /) -> tuple[int, ...]:
    """Return the weak topics, the weakest first; of equals the one with more answers."""
    weak = [row for row in records if row.answered >= WEAK_FROM_ANSWERS and row.accuracy < WEAK_BELOW]
    ordered = sorted(weak, key=lambda row: (row.accuracy, -row.answered, row.topic_id))
    return tuple(row.topic_id for row in ordered[:WEAK_TOPICS])


def plan_day(
    *, length: int, due: Sequence[int], weak: Sequence[int], unseen: Sequence[int], other: Sequence[int] = ()
) -> DailyPlan:
    """Return what a day's practice asks: all that is due first, as far as there is room; of the room left, half for
    weak topics and half for what is new (either takes what the other leaves); `other` questions, met long ago, fill up
    what remains. No question comes twice; it counts by its first reason.
    """
    taken: dict[int, str] = dict.fromkeys(due[:length], "due")
    fresh_weak = [pk for pk in weak if pk not in taken]
    fresh_unseen = [pk for pk in unseen if pk not in taken and pk not in set(fresh_weak)]
    room = length - len(taken)
    for_unseen = min(len(fresh_unseen), room // 2)
    for_weak = min(len(fresh_weak), room - for_unseen)
    for_unseen = min(len(fresh_unseen), room - for_weak)
    taken |= dict.fromkeys(fresh_weak[:for_weak], "weak")
    taken |= dict.fromkeys(fresh_unseen[:for_unseen], "unseen")
    for pk in other:
        if len(taken) >= length:
            break
        taken.setdefault(pk, "other")
    counts = dict.fromkeys(("due", "weak", "unseen", "other"), 0)
    for reason in taken.values():
        counts[reason] += 1
    return DailyPlan(question_ids=tuple(taken), counts=counts)
