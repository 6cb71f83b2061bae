"""Days in a row: one missed day in any seven is forgiven, today is not missed before it is over."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.streaks import FORGIVEN_IN_DAYS, streak_of, strip_of

TODAY = date(2026, 6, 17)  # a Wednesday


def ago(*days):
    return {TODAY - timedelta(days=one) for one in days}


def by_hand(days, today):
    """Return the most days with practice in a stretch up to now whose missed days are a week apart."""
    best = 0
    for length in range(1, 60):
        stretch = [today - timedelta(days=one) for one in range(length)]
        missed = [day for day in stretch if day not in days and day != today]
        if any((later - earlier).days < FORGIVEN_IN_DAYS for later, earlier in pairwise(missed)):
            break
        best = max(best, sum(day in days for day in stretch))
    return best


@given(st.sets(st.integers(0, 40)))
def test_the_streak_is_the_longest_stretch_up_to_now(days):
    assert streak_of(ago(*days), today=TODAY).length == by_hand(ago(*days), TODAY)


@given(st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_one_more_day_never_shortens_it(days, more):
    before, after = streak_of(ago(*days), today=TODAY), streak_of(ago(*days, more), today=TODAY)
    assert after.length >= before.length
    assert after.best >= max(before.best, after.length)


@pytest.mark.parametrize(
    ("days", "length", "forgiven"),
    [
        ((), 0, ()),
        ((0,), 1, ()),
        ((1,), 1, ()),
        ((2,), 1, (1,)),
        ((3,), 0, ()),
        ((0, 1, 3, 4), 4, (2,)),
        ((0, 2, 4), 2, (1,)),
        ((0, 2, 3, 4, 5, 6, 7, 9), 8, (8, 1)),
    ],
)
def test_what_is_forgiven(days, length, forgiven):
    found = streak_of(ago(*days), today=TODAY)
    assert (found.length, set(found.forgiven)) == (length, ago(*forgiven))
    assert found.is_today_done is (0 in days)


def test_a_day_that_is_still_to_come_counts_for_nothing():
    assert streak_of(ago(0, -1), today=TODAY).length == 1


def test_yesterday_forgiven_is_said():
    assert streak_of(ago(2, 3), today=TODAY).is_saved_by_grace(today=TODAY)
    assert not streak_of(ago(1, 2), today=TODAY).is_saved_by_grace(today=TODAY)


def test_the_strip_has_whole_weeks_and_marks_the_goal():
    strip = strip_of({TODAY: 20, TODAY - timedelta(days=1): 9, date(2026, 6, 15): 45}, today=TODAY, goal=20)
    assert len(strip) == 12
    assert {len(week) for week in strip} == {7}
    assert [(day.depth, day.is_goal, day.is_future) for day in strip[-1]] == [
        (4, True, False),
        (1, False, False),
        (3, True, False),
        *[(0, False, True)] * 4,
    ]
    assert strip[0][0].on == date(2026, 3, 30)


def test_without_a_goal_no_day_is_marked():
    (week,) = strip_of({TODAY: 20}, today=TODAY, goal=0, weeks=1, forgiven=ago(1))
    assert [(day.depth, day.is_goal, day.is_forgiven) for day in week][1:3] == [(0, False, True), (3, False, False)]
