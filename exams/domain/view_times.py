"""Figures of how long a question was in view: the median and the quartiles, of all and by how it went."""

from collections.abc import Sequence
from typing import TypedDict

from exams.domain.exam_statistics import quantile
from exams.domain.statistics import MINIMUM_N

FULL = 1 - 1e-9
"""Share of the marks from which an answer counts as right."""


class ViewTimes(TypedDict):
    """Seconds in view: how many attempts, median and quartiles; medians of those with full marks and of the others,
    None below `MINIMUM_N` of them."""

    n: int
    lower: float
    median: float
    upper: float
    right_n: int
    right: float | None
    other_n: int
    other: float | None


def view_times(*, seconds: Sequence[int], shares: Sequence[float], minimum_n: int = MINIMUM_N) -> ViewTimes | None:
    """Return the figures of a question's times, given the seconds and the share of the marks of each attempt.

    0 seconds means that it was never in view, or that the room did not count: such attempts are left out. None below
    `minimum_n` attempts with a time, which would speak of persons.
    """
    seen = [(value, share >= FULL) for value, share in zip(seconds, shares, strict=True) if value > 0]
    if len(seen) < minimum_n:
        return None
    ordered = sorted(value for value, _is_right in seen)
    right = sorted(value for value, is_right in seen if is_right)
    other = sorted(value for value, is_right in seen if not is_right)
    return ViewTimes(
        n=len(ordered),
        lower=quantile(ordered, 0.25),
        median=quantile(ordered, 0.5),
        upper=quantile(ordered, 0.75),
        right_n=len(right),
        right=quantile(right, 0.5) if len(right) >= minimum_n else None,
        other_n=len(other),
        other=quantile(other, 0.5) if len(other) >= minimum_n else None,
    )
