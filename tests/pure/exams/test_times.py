"""Seconds of the questions of an attempt: what is taken from a room, stored, and believed."""

import math

from hypothesis import given
from hypothesis import strategies as st

from exams.domain.times import MAXIMUM_SECONDS, fair_seconds, read_seconds, seconds_text

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=4),
    st.just(10**40),
    st.just([3]),
    st.just({}),
)
hostile = st.one_of(st.lists(scalars, max_size=12), scalars)


@given(hostile, st.integers(min_value=1, max_value=8))
def test_whatever_is_sent_becomes_seconds_or_nothing(sent, slots):
    seconds = read_seconds(sent, slots=slots)
    if not isinstance(sent, list):
        assert seconds is None
        return
    assert seconds is not None
    assert len(seconds) <= slots
    assert all(type(value) is int and 0 <= value <= MAXIMUM_SECONDS for value in seconds)


@given(
    st.text(alphabet="0123456789,- x²", max_size=60),
    st.integers(min_value=1, max_value=20),
    st.floats(min_value=-10, max_value=1e6),
)
def test_what_is_believed_never_exceeds_the_time_that_has_passed(stored, slots, elapsed):
    seconds = fair_seconds(stored, slots=slots, elapsed_seconds=elapsed)
    if seconds is None:
        return
    assert len(seconds) == slots
    assert min(seconds) >= 0
    assert sum(seconds) <= max(0, elapsed)


@given(st.lists(st.integers(min_value=0, max_value=100_000), min_size=1, max_size=60))
def test_honest_seconds_come_back_as_they_were_sent(sent):
    stored = seconds_text(read_seconds(sent, slots=len(sent)) or ())
    seconds = fair_seconds(stored, slots=len(sent), elapsed_seconds=sum(sent))
    assert seconds == (tuple(sent) if any(sent) else None)


@given(
    st.lists(st.integers(min_value=0, max_value=MAXIMUM_SECONDS), min_size=2, max_size=30),
    st.integers(min_value=0, max_value=7200),
)
def test_scaling_down_keeps_the_order_of_the_questions(sent, elapsed):
    seconds = fair_seconds(seconds_text(sent), slots=len(sent), elapsed_seconds=elapsed)
    if seconds is None:
        return
    pairs = sorted(zip(sent, seconds, strict=True))
    assert [value for _sent, value in pairs] == sorted(seconds)


def test_examples():
    assert read_seconds([12, 3.9, 0, 0], slots=9) == (12, 3)
    assert read_seconds([1, "7", -4, True, math.inf, math.nan, 5], slots=9) == (1, 0, 0, 0, 0, 0, 5)
    assert read_seconds([1, 2, 3], slots=2) == (1, 2)
    assert read_seconds([], slots=2) == ()
    assert read_seconds("12", slots=2) is None
    assert seconds_text((12, 0, 45)) == "12,0,45"
    assert fair_seconds("", slots=3, elapsed_seconds=60) is None
    assert fair_seconds("12,0,45", slots=4, elapsed_seconds=60) == (12, 0, 45, 0)
    assert fair_seconds("100,300", slots=2, elapsed_seconds=60) == (15, 45)
