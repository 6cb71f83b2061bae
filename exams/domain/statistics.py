"""Classical test statistics of a question version and of a paper.

Formulas follow Moodle core (`lib/classes/statistics/questions/calculator.php`,
`mod/quiz/report/statistics/`): variances and covariances over n - 1, discrimination against the rest of the
paper without the item. Every figure comes with its n; too small an n is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from operator import mul
from statistics import fmean, median

from exams.domain.errors import TooFewAttempts

MINIMUM_N = 10
_Z95 = 1.959963984540054
_EPSILON = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """How a question performed. Facility 0..1 of the maximum; discrimination and efficiency in per cent,
    None without spread."""

    n: int
    facility: float
    facility_interval: Interval
    sd: float
    discrimination_index: float | None
    discrimination_interval: Interval | None
    discriminative_efficiency: float | None
    is_key_suspect: bool


@dataclass(frozen=True, slots=True)
class PaperStatistics:
    """How a paper performed. Alpha in per cent and the standard error in marks are None without spread or
    with one item only."""

    n: int
    mean: float
    median: float
    sd: float
    alpha: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram: from `low` up to but without `high`; the last bar includes its end."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class OptionStatistics:
    """How often an option was chosen, overall and by the best and the weakest 27 %, and its choosers' mean
    on the rest."""

    option_id: str
    is_correct: bool
    count: int
    share: float
    upper_count: int
    lower_count: int
    mean_rest: float | None


def _demand(n: int, needed: int) -> None:
    if n < max(2, needed):
        raise TooFewAttempts(n=n, needed=max(2, needed))


def covariance(first: Sequence[float], second: Sequence[float], /) -> float:
    """Return the sample covariance over n - 1."""
    if len(first) != len(second):
        raise ValueError("Both have one value for each attempt.")
    mean_first, mean_second = fmean(first), fmean(second)
    centred = [value - mean_first for value in first]
    other = centred if second is first else [value - mean_second for value in second]
    return float(sum(map(mul, centred, other))) / (len(first) - 1)


def variance(values: Sequence[float], /) -> float:
    """Return the sample variance over n - 1."""
    return covariance(values, values)


def discrimination_index(item: Sequence[float], rest: Sequence[float], /) -> float | None:
    """Return 100 x cov(item, rest) / sqrt(var(item) var(rest)); None where either has no spread."""
    product = variance(item) * variance(rest)
    return None if product <= _EPSILON else 100 * covariance(item, rest) / sqrt(product)


def discriminative_efficiency(item: Sequence[float], rest: Sequence[float], /) -> float | None:
    """Return 100 x cov(item, rest) / the covariance both would have if sorted alike; None where that is 0."""
    largest = covariance(sorted(item), sorted(rest))
    return None if largest <= _EPSILON else 100 * covariance(item, rest) / largest


def item_statistics(
    *, marks: Sequence[float], totals: Sequence[float], maximum: float, minimum_n: int = MINIMUM_N
) -> ItemStatistics:
    """Return the statistics of one question from its marks and the same attempts' totals (item included).

    TooFewAttempts below `minimum_n`. The interval of discrimination is Fisher's z; the key is suspect when
    discrimination is negative.
    """
    n = len(marks)
    _demand(n, minimum_n)
    rest = [total - mark for total, mark in zip(totals, marks, strict=True)]
    sd = sqrt(variance(marks))
    facility = fmean(marks) / maximum
    reach = _Z95 * sd / maximum / sqrt(n)
    index = discrimination_index(marks, rest)
    return ItemStatistics(
        n=n,
        facility=facility,
        facility_interval=Interval(max(facility - reach, min(0.0, facility)), min(facility + reach, 1.0)),
        sd=sd,
        discrimination_index=index,
        discrimination_interval=_fisher_interval(index, n),
        discriminative_efficiency=discriminative_efficiency(marks, rest),
        is_key_suspect=index is not None and index < 0,
    )


def _fisher_interval(index: float | None, n: int) -> Interval | None:
    """Return the 95 % interval of a correlation in per cent by Fisher's transformation; None for n < 4."""
    if index is None or n < 4:
        return None
    z = atanh(max(-1 + 1e-12, min(1 - 1e-12, index / 100)))
    reach = _Z95 / sqrt(n - 3)
    return Interval(100 * tanh(z - reach), 100 * tanh(z + reach))


def cronbach_alpha(items: Sequence[Sequence[float]], /) -> float | None:
    """Return 100 x p/(p-1) x (1 - sum of item variances / variance of totals), items by attempts; None
    without spread or p < 2."""
    if len(items) < 2:
        return None
    spread = variance([sum(column) for column in zip(*items, strict=True)])
    if spread <= _EPSILON:
        return None
    return 100 * len(items) / (len(items) - 1) * (1 - sum(variance(item) for item in items) / spread)


def standard_error_of_measurement(*, sd: float, alpha: float) -> float:
    """Return sd x sqrt(1 - alpha/100), in the unit of sd; a negative alpha counts as it is."""
    return sd * sqrt(max(0.0, 1 - alpha / 100))


def paper_statistics(*, items: Sequence[Sequence[float]], minimum_n: int = MINIMUM_N) -> PaperStatistics:
    """Return the statistics of a paper from marks by item and attempt; TooFewAttempts below `minimum_n`."""
    n = len(items[0]) if items else 0
    _demand(n, minimum_n)
    totals = [sum(column) for column in zip(*items, strict=True)]
    sd = sqrt(variance(totals))
    alpha = cronbach_alpha(items)
    error = None if alpha is None else standard_error_of_measurement(sd=sd, alpha=alpha)
    return PaperStatistics(n, fmean(totals), median(totals), sd, alpha, error)


def histogram(*, values: Sequence[float], low: float, high: float, bins: int = 10) -> tuple[Bin, ...]:
    """Return equal bars from low to high; what lies outside counts in the first or last. ValueError without
    a range."""
    if bins < 1 or high <= low:
        raise ValueError("A histogram needs a range and at least one bar.")
    width = (high - low) / bins
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, max(0, int((value - low) / width + 1e-9)))] += 1
    edges = [low + width * at for at in range(bins)] + [high]
    return tuple(Bin(edges[at], edges[at + 1], counts[at]) for at in range(bins))


def distractor_table(
    *,
    chosen: Sequence[frozenset[str]],
    rest: Sequence[float],
    options: Mapping[str, bool],
    minimum_n: int = MINIMUM_N,
) -> tuple[OptionStatistics, ...]:
    """Return a row an option (id -> is it right), from what each attempt chose and its total without this
    item.

    Upper and lower groups are the best and weakest 27 % (Kelley 1939) by the rest; a tie goes by order of
    attempts. TooFewAttempts.
    """
    n = len(chosen)
    _demand(n, minimum_n)
    ranked = sorted(range(n), key=lambda at: rest[at])
    size = max(1, round(0.27 * n))
    lower, upper = ranked[:size], ranked[-size:]
    rows = []
    for option_id, is_correct in options.items():
        choosers = [at for at in range(n) if option_id in chosen[at]]
        rows.append(
            OptionStatistics(
                option_id=option_id,
                is_correct=is_correct,
                count=len(choosers),
                share=len(choosers) / n,
                upper_count=sum(option_id in chosen[at] for at in upper),
                lower_count=sum(option_id in chosen[at] for at in lower),
                mean_rest=fmean([rest[at] for at in choosers]) if choosers else None,
            )
        )
    return tuple(rows)


def miskey_suspects(*, table: Sequence[OptionStatistics], discrimination: float | None) -> tuple[str, ...]:
    """Return wrong options that the best prefer to every right one, where the item does not discriminate:
    the key is likely wrong.

    Empty while discrimination is positive.
    """
    if discrimination is None or discrimination > 0:
        return ()
    best_right = max((row.upper_count for row in table if row.is_correct), default=0)
    return tuple(row.option_id for row in table if not row.is_correct and row.upper_count > best_right)
