"""Figures of a whole exam, against worked values and against a statistics library."""

import random
from statistics import quantiles, stdev

import pytest

from exams.domain.errors import TooFewAttempts
from exams.domain.exam_statistics import (
    alert_of,
    alpha_of_variances,
    choices_by_fifths,
    compare_means,
    quantile,
    share_interval,
    spread,
)
from exams.domain.statistics import cronbach_alpha, item_statistics, variance

SEED = 20261122


def numbers(n, seed=SEED):
    chance = random.Random(seed)
    return [round(chance.gauss(60, 15), 2) for _at in range(n)]


def test_spread_worked_by_hand():
    found = spread([1, 2, 3, 4])
    assert (found.n, found.mean, found.median, found.lower, found.upper) == (4, 2.5, 2.5, 1.75, 3.25)
    assert found.sd == pytest.approx((5 / 3) ** 0.5)
    assert (found.minimum, found.maximum) == (1, 4)
    assert spread([7]).sd == 0


def test_nothing_has_no_spread_and_no_interval():
    with pytest.raises(ValueError, match="values"):
        spread([])
    with pytest.raises(ValueError, match="values"):
        quantile([], 0.5)
    with pytest.raises(ValueError, match="cases"):
        share_interval(hits=0, n=0)


@pytest.mark.parametrize("n", [2, 3, 10, 11, 97])
def test_spread_is_that_of_the_standard_library(n):
    values = numbers(n)
    found = spread(values)
    lower, median, upper = quantiles(values, n=4, method="inclusive")
    assert (found.lower, found.median, found.upper) == pytest.approx((lower, median, upper))
    assert found.sd == pytest.approx(stdev(values))


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (3, 10), (517, 1000)])
def test_the_interval_of_a_share_is_that_of_scipy(hits, n):
    scipy_stats = pytest.importorskip("scipy.stats")
    stated = scipy_stats.binomtest(hits, n).proportion_ci(method="wilson")
    found = share_interval(hits=hits, n=n)
    assert (found.low, found.high) == pytest.approx((stated.low, stated.high), abs=1e-12)


@pytest.mark.parametrize("n", [10, 40, 400])
def test_discrimination_and_its_interval_are_those_of_scipy(n):
    scipy_stats = pytest.importorskip("scipy.stats")
    rest = numbers(n)
    marks = [float(one + noise > 120) for one, noise in zip(rest, numbers(n, seed=7), strict=True)]
    found = item_statistics(marks=marks, totals=[mark + one for mark, one in zip(marks, rest, strict=True)], maximum=1)
    stated = scipy_stats.pearsonr(marks, rest)
    interval = stated.confidence_interval(0.95)
    assert found.discrimination_index == pytest.approx(100 * stated.statistic)
    assert found.discrimination_interval.low == pytest.approx(100 * interval.low)
    assert found.discrimination_interval.high == pytest.approx(100 * interval.high)


def test_spread_is_that_of_numpy():
    numpy = pytest.importorskip("numpy")
    values = numbers(251)
    found = spread(values)
    assert [found.lower, found.median, found.upper] == pytest.approx(list(numpy.percentile(values, [25, 50, 75])))
    assert (found.mean, found.sd) == pytest.approx((numpy.mean(values), numpy.std(values, ddof=1)))


def test_alpha_from_variances_is_alpha():
    items = [numbers(30, seed) for seed in range(4)]
    totals = [sum(column) for column in zip(*items, strict=True)]
    found = alpha_of_variances(items=[variance(item) for item in items], total=variance(totals))
    assert found == pytest.approx(cronbach_alpha(items))
    assert alpha_of_variances(items=[1.0], total=1.0) is None
    assert alpha_of_variances(items=[0.0, 0.0], total=0.0) is None


def test_means_are_compared_with_their_uncertainty():
    fields = {"sd": 10.0, "earlier_sd": 10.0, "least": 3.0}
    risen = compare_means(mean=70, n=200, earlier_mean=60, earlier_n=200, **fields)
    assert (risen.difference, risen.matters) == (10, True)
    assert risen.low < 10 < risen.high
    assert not compare_means(mean=62, n=2000, earlier_mean=60, earlier_n=2000, **fields).matters
    assert not compare_means(mean=70, n=10, earlier_mean=66, earlier_n=10, **fields).matters
    assert compare_means(mean=50, n=200, earlier_mean=60, earlier_n=200, **fields).matters
    assert compare_means(mean=70, n=9, earlier_mean=60, earlier_n=200, **fields) is None


def test_the_difference_of_means_is_that_of_scipy():
    scipy_stats = pytest.importorskip("scipy.stats")
    here, there = numbers(400), numbers(500, seed=3)
    one, other = spread(here), spread(there)
    found = compare_means(
        mean=one.mean, sd=one.sd, n=one.n, earlier_mean=other.mean, earlier_sd=other.sd, earlier_n=other.n, least=0
    )
    stated = scipy_stats.ttest_ind(here, there, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((stated.low, stated.high), rel=0.02)


def test_choices_by_fifths():
    chosen = [frozenset({"b"})] * 5 + [frozenset({"a"})] * 4 + [frozenset()]
    table = choices_by_fifths(chosen=chosen, rest=list(range(10)), options=["a", "b"])
    assert table["b"] == (1, 1, 0.5, 0, 0)
    assert table["a"] == (0, 0, 0.5, 1, 0.5)
    assert table[""] == (0, 0, 0, 0, 0.5)
    with pytest.raises(TooFewAttempts):
        choices_by_fifths(chosen=chosen[:4], rest=[1, 2, 3, 4], options=["a"], minimum_n=2)


@pytest.mark.parametrize(
    ("facility", "high", "suspects", "alert"),
    [
        (0.5, 10.0, (), ""),
        (0.5, -1.0, (), "wrong_key"),
        (0.5, None, ("b",), "wrong_key"),
        (0.1, 30.0, (), "too_hard"),
        (0.97, 30.0, (), "too_easy"),
        (0.97, None, (), "too_easy"),
    ],
)
def test_what_to_look_at_first(facility, high, suspects, alert):
    assert alert_of(facility=facility, discrimination_high=high, suspects=suspects) == alert
