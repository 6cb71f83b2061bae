from math import sqrt

import pytest

from exams.domain.errors import TooFewAttempts
from exams.domain.statistics import (
    cronbach_alpha,
    discrimination_index,
    discriminative_efficiency,
    distractor_table,
    histogram,
    item_statistics,
    miskey_suspects,
    paper_statistics,
)

ITEM = [1, 1, 0, 0]
TOTALS = [4, 3, 2, 1]


def test_figures_worked_by_hand():
    # rest = 3 2 2 1: mean 2, var 2/3; item var 1/3; cov 1/3, as large as it can be.
    found = item_statistics(marks=ITEM, totals=TOTALS, maximum=1, minimum_n=4)
    assert found.n == 4
    assert found.facility == 0.5
    assert found.sd == pytest.approx(sqrt(1 / 3))
    assert found.discrimination_index == pytest.approx(100 * (1 / 3) / sqrt(2 / 9))
    assert found.discriminative_efficiency == pytest.approx(100)
    assert not found.is_key_suspect
    assert found.facility_interval.low == 0
    assert found.facility_interval.high == 1
    assert found.discrimination_interval is not None
    assert found.discrimination_interval.low < found.discrimination_index < found.discrimination_interval.high


def test_a_reversed_item_is_suspect():
    found = item_statistics(marks=[0, 0, 1, 1], totals=[4, 3, 2, 1], maximum=1, minimum_n=2)
    assert found.discrimination_index < 0
    assert found.is_key_suspect


def test_no_spread_gives_no_figure():
    assert discrimination_index([1, 1], [1, 2]) is None
    assert discriminative_efficiency([1, 1], [1, 2]) is None
    assert cronbach_alpha([[1, 0]]) is None
    assert cronbach_alpha([[1, 0], [0, 1]]) is None
    flat = item_statistics(marks=[1, 1], totals=[2, 3], maximum=1, minimum_n=2)
    assert (flat.discrimination_interval, flat.is_key_suspect) == (None, False)
    short = item_statistics(marks=[1, 0, 1], totals=[3, 1, 2], maximum=1, minimum_n=2)
    assert short.discrimination_interval is None


def test_alpha_worked_by_hand():
    # Items 1 1 0 0 and 1 0 1 0 and 1 1 1 0: variances 1/3, 1/3, 1/4; totals 3 2 2 0, variance 19/12.
    items = [[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 0]]
    alpha = 100 * 3 / 2 * (1 - (11 / 12) / (19 / 12))
    assert cronbach_alpha(items) == pytest.approx(alpha)
    found = paper_statistics(items=items, minimum_n=4)
    assert (found.n, found.mean, found.median) == (4, 1.75, 2)
    assert found.standard_error == pytest.approx(sqrt(19 / 12) * sqrt(1 - alpha / 100))
    assert paper_statistics(items=items[:1], minimum_n=4).standard_error is None


def test_too_few_are_refused():
    with pytest.raises(TooFewAttempts) as caught:
        item_statistics(marks=ITEM, totals=TOTALS, maximum=1)
    assert (caught.value.n, caught.value.needed) == (4, 10)
    with pytest.raises(TooFewAttempts):
        paper_statistics(items=[])
    with pytest.raises(TooFewAttempts):
        distractor_table(chosen=[frozenset()], rest=[1], options={}, minimum_n=0)


def test_histogram():
    bars = histogram(values=[0, 59.9, 60, 100, 120, -5], low=0, high=100, bins=10)
    assert [bar.count for bar in bars] == [2, 0, 0, 0, 0, 1, 1, 0, 0, 2]
    assert (bars[0].low, bars[-1].high) == (0, 100)
    with pytest.raises(ValueError, match="range"):
        histogram(values=[], low=1, high=1)


def test_distractors_and_a_likely_wrong_key():
    chosen = [frozenset({"b"})] * 4 + [frozenset({"a"})] * 6
    rest = [9, 9, 8, 8, 5, 4, 3, 2, 1, 0]
    table = distractor_table(chosen=chosen, rest=rest, options={"a": True, "b": False, "c": False})
    by_id = {row.option_id: row for row in table}
    assert (by_id["b"].count, by_id["b"].share, by_id["b"].upper_count, by_id["b"].lower_count) == (
        4,
        0.4,
        3,
        0,
    )
    assert by_id["b"].mean_rest == 8.5
    assert by_id["c"].mean_rest is None
    assert miskey_suspects(table=table, discrimination=-80.0) == ("b",)
    assert miskey_suspects(table=table, discrimination=20.0) == ()
    assert miskey_suspects(table=table, discrimination=None) == ()
