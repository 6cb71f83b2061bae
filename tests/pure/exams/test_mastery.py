"""How well a topic is mastered: within bounds, narrower with more answers, and nothing said of too little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.mastery import (
    FEWEST_ANSWERED,
    FEWEST_LEARNERS,
    Evidence,
    Level,
    Tally,
    mastery_of,
    share_interval,
    tally_of,
    wilson_interval,
)

SHARES = st.floats(0, 1)
EVIDENCE = st.lists(st.builds(Evidence, last_fraction=SHARES, recall=SHARES), max_size=30)


@given(EVIDENCE, st.integers(0, 200))
def test_estimate_and_interval_stay_within_bounds(evidence, more):
    mastery = mastery_of(tally_of(evidence, total=len(evidence) + more))
    if len(evidence) < FEWEST_ANSWERED:
        assert (mastery.estimate, mastery.low, mastery.high) == (None, None, None)
        assert mastery.level is (Level.TOO_FEW if evidence else Level.NEW)
        assert mastery.missing == FEWEST_ANSWERED - len(evidence)
        return
    assert 0 <= mastery.low <= mastery.estimate <= mastery.high <= 1
    assert mastery.missing == 0


@given(st.permutations([(1.0, 0.9), (0.5, 0.7), (0.0, 1.0), (1.0, 0.3), (1.0, 0.99)]))
def test_the_order_of_answers_does_not_matter(pairs):
    evidence = [Evidence(last_fraction=fraction, recall=recall) for fraction, recall in pairs]
    assert mastery_of(tally_of(evidence, total=9)) == mastery_of(tally_of(evidence[::-1], total=9))


@given(SHARES, st.integers(FEWEST_ANSWERED, 100), st.integers(1, 100), st.integers(0, 300))
def test_more_answers_of_the_same_kind_narrow_the_interval(share, answered, more, rest):
    total = answered + more + rest
    few = mastery_of(Tally(answered=answered, value_sum=share * answered, total=total))
    many = mastery_of(Tally(answered=answered + more, value_sum=share * (answered + more), total=total))
    assert many.high - many.low < few.high - few.low + 1e-9


@given(SHARES, st.integers(FEWEST_ANSWERED, 50), st.integers(1, 300))
def test_questions_never_answered_widen_the_interval(share, answered, unanswered):
    whole = mastery_of(Tally(answered=answered, value_sum=share * answered, total=answered))
    part = mastery_of(Tally(answered=answered, value_sum=share * answered, total=answered + unanswered))
    assert part.high - part.low > whole.high - whole.low - 1e-9
    assert part.estimate == whole.estimate


def test_known_intervals_of_wilson():
    """Values as published for 10 of 10 and 5 of 10 (Brown, Cai, DasGupta 2001, recomputed)."""
    assert wilson_interval(share=1, n=10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson_interval(share=0.5, n=10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson_interval(share=0.5, n=0) == (0.0, 1.0)


def test_a_wrong_answer_counts_nothing_however_fresh_it_is():
    assert Evidence(last_fraction=0, recall=1).value == 0
    assert Evidence(last_fraction=1, recall=0.4).value == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("answered", "value_sum", "total", "level"),
    [
        (0, 0, 40, Level.NEW),
        (2, 2, 40, Level.TOO_FEW),
        (10, 3, 10, Level.WEAK),
        (10, 6, 10, Level.LEARNING),
        (5, 5, 40, Level.GOOD),
        (10, 10, 10, Level.SECURE),
    ],
)
def test_words_for_what_is_known(answered, value_sum, total, level):
    assert mastery_of(Tally(answered=answered, value_sum=value_sum, total=total)).level is level


def test_topics_are_added_up():
    both = Tally(answered=2, value_sum=1.5, total=4) + Tally(answered=3, value_sum=2.5, total=3)
    assert both == Tally(answered=5, value_sum=4.0, total=7)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted).map(tuple), max_size=30))
def test_nothing_is_said_of_few_learners(counts):
    """(wrong, answers) of each learner; the interval encloses the share, and does not hang on the order."""
    found = share_interval(counts)
    if sum(n > 0 for _wrong, n in counts) < FEWEST_LEARNERS:
        assert found is None
        return
    assert 0 <= found.low <= found.share <= found.high <= 1
    back = share_interval(counts[::-1])
    assert (back.share, back.n) == (found.share, found.n)
    assert (back.low, back.high) == pytest.approx((found.low, found.high))


def test_answers_of_one_person_are_worth_less_than_those_of_many():
    alike = share_interval([(10, 10)] * 5 + [(0, 10)] * 5)
    mixed = share_interval([(5, 10)] * 10)
    assert alike.share == mixed.share == 0.5
    assert alike.high - alike.low > 2 * (mixed.high - mixed.low)
