"""Memory of a question: the intervals are those of the fsrs library, through our own columns and back."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from fsrs import Card, Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.recall import Recalled, list_intervals, recall_chance, review, still_known_days

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
RATINGS = {Recalled.AGAIN: Rating.Again, Recalled.GOOD: Rating.Good, Recalled.EASY: Rating.Easy}
ANSWERS = st.lists(
    st.tuples(st.sampled_from(list(Recalled)), st.timedeltas(timedelta(minutes=1), timedelta(days=200))),
    min_size=1,
    max_size=12,
)


@given(ANSWERS, st.integers(80, 97))
def test_intervals_equal_the_library_s(answers, retention):
    scheduler = Scheduler(
        desired_retention=retention / 100,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=3650,
        enable_fuzzing=False,
    )
    card, memory, at = Card(card_id=7), None, START
    for recalled, pause in answers:
        at += pause
        card, _log = scheduler.review_card(card, RATINGS[recalled], at)
        memory = review(memory, recalled, at=at, retention=retention)
        assert (memory.stability, memory.difficulty) == (card.stability, card.difficulty)
        assert memory.due_at == card.due
        assert memory.interval_days == (card.due - at).days >= 1
        later = at + timedelta(days=40)
        assert recall_chance(memory, at=later) == pytest.approx(scheduler.get_card_retrievability(card, later))


def test_the_default_course_of_a_question_answered_rightly_when_due():
    memory, at, intervals = None, START, []
    for _answer in range(5):
        memory = review(memory, Recalled.GOOD, at=at, retention=90)
        intervals.append(memory.interval_days)
        at = memory.due_at
    assert intervals == [2, 11, 46, 163, 497]


def test_wrong_comes_back_after_a_whole_day_and_easy_latest():
    days = [review(None, recalled, at=START, retention=90).interval_days for recalled in Recalled]
    assert days == [1, 2, 8]


def test_a_higher_wish_shortens_the_interval():
    known = review(review(None, Recalled.GOOD, at=START, retention=90), Recalled.GOOD, at=START, retention=90)
    assert (
        review(known, Recalled.GOOD, at=START, retention=97).due_at
        < review(known, Recalled.GOOD, at=START, retention=80).due_at
    )


def test_other_time_zones_are_the_same_moment():
    there = START.astimezone(timezone(timedelta(hours=8)))
    assert review(None, Recalled.GOOD, at=there, retention=90) == review(None, Recalled.GOOD, at=START, retention=90)


def test_the_preview_is_what_reviews_on_the_due_day_come_to():
    memory = review(None, Recalled.AGAIN, at=START, retention=90)
    days = [memory.interval_days]
    for _right in range(3):
        memory = review(memory, Recalled.GOOD, at=memory.due_at, retention=90)
        days.append(memory.interval_days)
    assert list_intervals(retention=90, count=4) == tuple(days)


def test_wishing_to_know_more_never_lengthens_an_interval():
    previews = [list_intervals(retention=retention, count=5) for retention in range(80, 98)]
    assert all(
        later <= sooner
        for former, following in itertools.pairwise(previews)
        for sooner, later in zip(former, following, strict=True)
    )


def test_what_is_still_known_ends_where_the_chance_falls_to_ninety():
    memory = review(None, Recalled.GOOD, at=START, retention=90)
    last = START + timedelta(days=still_known_days(memory, at=START))
    assert recall_chance(memory, at=START + timedelta(days=int(memory.stability))) >= 0.9
    assert abs(still_known_days(memory, at=last)) < 1e-6
    assert still_known_days(memory, at=last + timedelta(days=3)) == pytest.approx(-3)
