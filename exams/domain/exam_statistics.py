"""Figures of a whole exam and comparisons between sittings: spread, pass rate, groups, choices by ability, drift.

Beside exams.domain.statistics, which has the figures of one question and of a paper with the same questions for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean
from typing import Literal

from exams.domain.errors import TooFewAttempts
from exams.domain.statistics import MINIMUM_N, Interval, variance

Z95 = 1.959963984540054
GROUP_MINIMUM = 5
"""People of a department or a topic below whom no figure is given: it would speak of persons."""
FIFTHS = 5
DRIFT_FROM = 0.1
"""Difference of facility from which a change between sittings matters, if chance does not explain it."""
TOO_EASY_FROM, TOO_HARD_BELOW = 0.95, 0.2
"""Facility from which a question tells nobody apart, and below which it is worth a look."""

Alert = Literal["wrong_key", "too_hard", "too_easy", ""]


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are spread: quartiles by linear interpolation between ranks, deviation over n - 1 (0 for one)."""

    n: int
    mean: float
    sd: float
    minimum: float
    lower: float
    median: float
    upper: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Change:
    """How a mean differs from an earlier one, with its 95 % interval; `matters` where it is large and not chance."""

    difference: float
    low: float
    high: float
    matters: bool


def quantile(ordered: Sequence[float], share: float, /) -> float:
    """Return the value below which a share (0..1) of ordered values lies, interpolated between ranks (type 7 of
    Hyndman and Fan 1996). ValueError without values."""
    if not ordered:
        raise ValueError("There are no values.")
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def spread(values: Sequence[float], /) -> Spread:
    """Return how values are spread; ValueError without values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("There are no values.")
    return Spread(
        n=len(ordered),
        mean=fmean(ordered),
        sd=sqrt(variance(ordered)) if len(ordered) > 1 else 0.0,
        minimum=ordered[0],
        lower=quantile(ordered, 0.25),
        median=quantile(ordered, 0.5),
        upper=quantile(ordered, 0.75),
        maximum=ordered[-1],
    )


def share_interval(*, hits: int, n: int) -> Interval:
    """Return the 95 % interval of a share by Wilson (1927), which keeps within 0..1 and holds for few cases too.

    ValueError without cases.
    """
    if n < 1:
        raise ValueError("There are no cases.")
    share, square = hits / n, Z95 * Z95
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = Z95 / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    # At either end the bound is the share itself; arithmetic alone misses it by a rounding.
    return Interval(0.0 if hits == 0 else middle - reach, 1.0 if hits == n else middle + reach)


def alpha_of_variances(*, items: Sequence[float], total: float) -> float | None:
    """Return Cronbach's alpha in per cent from the variances of the items and of their total; None without spread or
    with fewer than two items."""
    if len(items) < 2 or total <= 1e-12:
        return None
    return 100 * len(items) / (len(items) - 1) * (1 - sum(items) / total)


def compare_means(
    *, mean: float, sd: float, n: int, earlier_mean: float, earlier_sd: float, earlier_n: int, least: float
) -> Change | None:
    """Return how a mean differs from an earlier one (normal approximation, unequal variances); None below
    MINIMUM_N cases on either side. It matters from `least` on, if its whole interval lies on one side of 0."""
    if min(n, earlier_n) < MINIMUM_N:
        return None
    difference = mean - earlier_mean
    reach = Z95 * sqrt(sd * sd / n + earlier_sd * earlier_sd / earlier_n)
    low, high = difference - reach, difference + reach
    return Change(difference, low, high, abs(difference) >= least and (low > 0 or high < 0))


def choices_by_fifths(
    *, chosen: Sequence[frozenset[str]], rest: Sequence[float], options: Sequence[str], minimum_n: int = MINIMUM_N
) -> Mapping[str, tuple[float, ...]]:
    """Return by option which share of each fifth of the candidates chose it, the weakest fifth on the rest of the
    paper first; the empty name is who chose nothing. A tie goes by order of attempts. TooFewAttempts."""
    n = len(chosen)
    if n < max(FIFTHS, minimum_n):
        raise TooFewAttempts(n=n, needed=max(FIFTHS, minimum_n))
    ranked = sorted(range(n), key=lambda at: rest[at])
    table: dict[str, list[float]] = {option: [] for option in (*options, "")}
    for fifth in range(FIFTHS):
        group = [chosen[at] for at in ranked[n * fifth // FIFTHS : n * (fifth + 1) // FIFTHS]]
        for option in options:
            table[option].append(sum(option in one for one in group) / len(group))
        table[""].append(sum(not one for one in group) / len(group))
    return {option: tuple(shares) for option, shares in table.items()}


def alert_of(*, facility: float, discrimination_high: float | None, suspects: Sequence[str]) -> Alert:
    """Return what to look at first.

    The key is likely wrong where the best prefer a wrong option to every right one and the item does not discriminate
    (`suspects`), or where its discrimination is below zero with its whole 95 % interval: below zero alone may be
    chance. Otherwise it may be too hard or too easy to tell anybody apart.
    """
    if suspects or (discrimination_high is not None and discrimination_high < 0):
        return "wrong_key"
    if facility < TOO_HARD_BELOW:
        return "too_hard"
    return "too_easy" if facility >= TOO_EASY_FROM else ""
