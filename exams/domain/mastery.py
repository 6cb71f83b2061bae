"""How well a topic is mastered, with how sure that is: from what a learner's answers to its questions come to. Pure.

The estimate is the mean of `Evidence.value` over the questions she has answered: the part of the marks her last answer
earned, times the chance (FSRS) that she still remembers it now. A question that went wrong counts nothing until it is
answered rightly again, one that was right long ago counts less than one that was right yesterday.

The interval is Wilson's score interval at 95 per cent (Wilson 1927, recommended for small samples by Brown, Cai and
DasGupta 2001), taken at an effective number of answers: n answered of N questions count as n * n / N. Answers to a
tenth of a topic say a tenth of what they would say of the whole, as questions are not practised in a random order.
With all questions answered it is the plain interval; the more of them, the narrower it becomes.

For a class, where a learner gives several answers, `share_interval` divides the number of answers by their design
effect (Kish 1965): answers of one person resemble one another, and are worth less than those of as many persons.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

FEWEST_ANSWERED = 3
"""Questions answered below which nothing is estimated."""
FEWEST_LEARNERS = 5
"""Learners below which nothing is said of a group: a single one could be recognised."""
SECURE_FROM, GOOD_FROM, WEAK_BELOW = 0.7, 0.8, 0.5
"""The lower bound from which a topic is secure, the estimate from which it goes well, and below which it is weak."""
_Z95 = 1.959963984540054


class Level(StrEnum):
    """What is said of a topic in one word."""

    NEW = "new"
    TOO_FEW = "too_few"
    WEAK = "weak"
    LEARNING = "learning"
    GOOD = "good"
    SECURE = "secure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of one answered question: part of the marks that the last answer earned, 0 to 1, and the chance
    that she would still know it now, 0 to 1."""

    last_fraction: float
    recall: float

    @property
    def value(self) -> float:
        """Return the chance, 0 to 1, that is counted for the question."""
        return min(1.0, max(0.0, self.last_fraction)) * min(1.0, max(0.0, self.recall))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Evidence of a topic summed up: questions answered, the sum of their values, questions in the topic."""

    answered: int = 0
    value_sum: float = 0.0
    total: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Return both topics taken together."""
        return Tally(
            answered=self.answered + other.answered,
            value_sum=self.value_sum + other.value_sum,
            total=self.total + other.total,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastery:
    """How well a topic is mastered. `estimate`, `low` and `high` are shares 0 to 1 with low <= estimate <= high; None
    below FEWEST_ANSWERED. `missing` is how many more answers an estimate needs."""

    answered: int
    total: int
    level: Level
    estimate: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def missing(self) -> int:
        """Return how many questions have to be answered before anything is estimated."""
        return max(0, FEWEST_ANSWERED - self.answered)


def tally_of(evidence: Iterable[Evidence], /, *, total: int) -> Tally:
    """Return the evidence of a topic with `total` questions summed up."""
    values = [one.value for one in evidence]
    return Tally(answered=len(values), value_sum=sum(sorted(values)), total=total)


def wilson_interval(*, share: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (0 to 1) seen in `n` answers; n need not be whole. (0, 1) for none."""
    if n <= 0:
        return 0.0, 1.0
    share = min(1.0, max(0.0, share))
    widening = _Z95 * _Z95 / n
    centre = (share + widening / 2) / (1 + widening)
    reach = sqrt(share * (1 - share) * widening + widening * widening / 4) / (1 + widening)
    return max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach))


def mastery_of(tally: Tally, /) -> Mastery:
    """Return how well a topic is mastered; no estimate below FEWEST_ANSWERED answered questions.

    More answered than there are questions (some were withdrawn since) counts as all of them.
    """
    total = max(tally.total, tally.answered)
    if tally.answered < FEWEST_ANSWERED:
        level = Level.TOO_FEW if tally.answered else Level.NEW
        return Mastery(answered=tally.answered, total=total, level=level)
    estimate = min(1.0, max(0.0, tally.value_sum / tally.answered))
    low, high = wilson_interval(share=estimate, n=tally.answered * tally.answered / total)
    return Mastery(
        answered=tally.answered,
        total=total,
        level=_level(estimate=estimate, low=low),
        estimate=estimate,
        low=low,
        high=high,
    )


def _level(*, estimate: float, low: float) -> Level:
    if low >= SECURE_FROM:
        return Level.SECURE
    if estimate >= GOOD_FROM:
        return Level.GOOD
    return Level.WEAK if estimate < WEAK_BELOW else Level.LEARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEstimate:
    """A share of answers of a group, 0 to 1, with its 95 % interval, over `n` answers of `learners` people."""

    share: float
    low: float
    high: float
    n: int
    learners: int


def share_interval(counts: Sequence[tuple[int, int]], /) -> ShareEstimate | None:
    """Return the share of what is counted among the answers of a group, from (counted, answers) of each learner.

    None below FEWEST_LEARNERS learners with answers. The variance between learners is that of a ratio over clusters;
    the design effect is never taken below 1.
    """
    known = [(hits, n) for hits, n in counts if n > 0]
    learners = len(known)
    if learners < FEWEST_LEARNERS:
        return None
    n = sum(one for _hits, one in known)
    share = sum(hits for hits, _n in known) / n
    spread = sum((hits - share * one) ** 2 for hits, one in known) * learners / (learners - 1) / (n * n)
    simple = share * (1 - share) / n
    effect = max(1.0, spread / simple) if simple > 0 else n / learners
    low, high = wilson_interval(share=share, n=n / effect)
    return ShareEstimate(share=share, low=low, high=high, n=n, learners=learners)
