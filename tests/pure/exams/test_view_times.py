"""Figures of times in view: who counts, from how many on, medians by how it went."""

from hypothesis import given
from hypothesis import strategies as st

from exams.domain.view_times import view_times


def test_those_who_never_saw_it_are_left_out():
    figures = view_times(seconds=[0] * 50 + [10] * 5 + [30] * 5, shares=[0.0] * 50 + [1.0] * 5 + [0.5] * 5)
    assert figures is not None
    assert (figures["n"], figures["median"], figures["right_n"], figures["other_n"]) == (10, 20, 5, 5)
    assert (figures["right"], figures["other"]) == (None, None)


def test_below_ten_nothing_is_said():
    assert view_times(seconds=[10] * 9 + [0] * 9, shares=[1.0] * 18) is None
    assert view_times(seconds=[], shares=[]) is None


def test_an_answer_with_full_marks_is_right_despite_rounding():
    figures = view_times(seconds=[10] * 10 + [40] * 10, shares=[1 - 1e-12] * 10 + [0.99] * 10)
    assert figures is not None
    assert (figures["right"], figures["other"]) == (10, 40)


@given(st.lists(st.tuples(st.integers(0, 7200), st.floats(0, 1)), max_size=60))
def test_quartiles_stand_in_order_and_within_what_was_recorded(rows):
    figures = view_times(seconds=[row[0] for row in rows], shares=[row[1] for row in rows])
    seen = [row[0] for row in rows if row[0]]
    if figures is None:
        assert len(seen) < 10
        return
    assert min(seen) <= figures["lower"] <= figures["median"] <= figures["upper"] <= max(seen)
    assert figures["right_n"] + figures["other_n"] == figures["n"] == len(seen)
