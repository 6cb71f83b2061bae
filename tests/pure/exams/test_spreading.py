"""A section's total over its questions."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.spreading import CannotSpread, spread_total


def test_an_even_total_is_shared_evenly():
    assert spread_total(D(30), [1] * 20) == (D("1.5"),) * 20
    assert spread_total(D(30), [10, 5]) == (D(2), D(2))


def test_hundredths_that_are_left_go_to_the_first():
    assert spread_total(D(10), [1, 1, 1]) == (D("3.34"), D("3.33"), D("3.33"))
    assert spread_total(D(10), [2, 1]) == (D("3.33"), D("3.34"))


def test_rules_alone_may_not_reach_a_total():
    with pytest.raises(CannotSpread) as refused:
        spread_total(D(10), [3])
    assert refused.value.nearest == (D("9.99"), D("10.02"))


@pytest.mark.parametrize("arguments", [(D(1), []), (D(-1), [1]), (D("0.001"), [1]), (D(1), [0])])
def test_what_means_nothing_is_refused(arguments):
    with pytest.raises(ValueError, match="question"):
        spread_total(*arguments)


@given(st.integers(0, 20_000), st.lists(st.integers(1, 12), min_size=1, max_size=12))
def test_what_is_spread_adds_up_and_is_even(cents, counts):
    total = D(cents) / 100
    try:
        marks = spread_total(total, counts)
    except CannotSpread as refused:
        below, above = refused.nearest
        assert below < total < above
        assert sum(m * c for m, c in zip(spread_total(below, counts), counts, strict=True)) == below
        assert sum(m * c for m, c in zip(spread_total(above, counts), counts, strict=True)) == above
        return
    assert sum(mark * count for mark, count in zip(marks, counts, strict=True)) == total
    assert max(marks) - min(marks) <= D("0.01")
