"""How a learner stands with a question: the rules of the wrong-answer book, one by one and as properties."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.progress import Answered, HandAct, MasteryKind, MasteryRule, Standing, act, advance, fold

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
RIGHT, WRONG, PARTLY, BLANK = 1.0, 0.0, 0.5, None


def answered(place, fraction, *, kind="practice", is_easy=False):
    return Answered(
        at=START + timedelta(days=place),
        source_kind=kind,
        source_id=100 + place,
        place=0,
        version_id=9,
        fraction=fraction or 0.0,
        is_blank=fraction is None,
        is_easy=is_easy,
    )


def course(*fractions, rule=None, **fields):
    rows = [answered(place, fraction) for place, fraction in enumerate(fractions)]
    return fold(rows, rule=rule or MasteryRule(), **fields)


@pytest.mark.parametrize(
    ("fractions", "in_book", "counts", "streak"),
    [
        ((RIGHT,), False, (1, 0, 0), 1),
        ((WRONG,), True, (0, 1, 0), 0),
        ((PARTLY,), True, (0, 1, 0), 0),
        ((BLANK,), True, (0, 0, 1), 0),
        ((WRONG, RIGHT), True, (1, 1, 0), 1),
        ((WRONG, RIGHT, RIGHT), False, (2, 1, 0), 2),
        ((WRONG, RIGHT, BLANK, RIGHT), True, (2, 1, 1), 1),
        ((WRONG, RIGHT, RIGHT, WRONG), True, (2, 2, 0), 0),
        ((RIGHT, RIGHT, WRONG), True, (2, 1, 0), 0),
    ],
)
def test_what_enters_and_what_leaves(fractions, in_book, counts, streak):
    standing = course(*fractions)
    assert standing.is_in_book is in_book
    assert (standing.right_count, standing.wrong_count, standing.blank_count) == counts
    assert (standing.answered_count, standing.right_streak) == (len(fractions), streak)


def test_the_streak_of_mastery_is_the_learner_s():
    assert not course(WRONG, RIGHT, rule=MasteryRule(streak=1)).is_in_book
    assert course(WRONG, RIGHT, RIGHT, RIGHT, rule=MasteryRule(streak=4)).is_in_book


def test_mastery_by_recall_asks_for_days_and_not_for_a_streak():
    rule = MasteryRule(kind=MasteryKind.RECALL, days=7)
    near = [answered(0, WRONG), answered(1, RIGHT), answered(2, RIGHT)]
    assert fold(near, rule=rule).is_in_book
    far = [*near, answered(20, RIGHT), answered(60, RIGHT)]
    standing = fold(far, rule=rule)
    assert not standing.is_in_book
    assert standing.memory.stability >= 7


def test_taken_out_by_hand_it_stays_out_until_it_is_wrong_again():
    out = {"hand_act": HandAct.MASTERED, "hand_at": START + timedelta(days=1.5)}
    assert not course(WRONG, WRONG, **out).is_in_book
    assert not course(WRONG, WRONG, RIGHT, **out).is_in_book
    assert course(WRONG, WRONG, WRONG, **out).is_in_book


def test_put_back_by_hand_it_begins_anew():
    back = {"hand_act": HandAct.RETURNED, "hand_at": START + timedelta(days=2.5)}
    standing = course(WRONG, RIGHT, RIGHT, **back)
    assert standing.is_in_book
    assert standing.right_streak == 0
    assert course(WRONG, RIGHT, RIGHT, RIGHT, **back).is_in_book
    assert not course(WRONG, RIGHT, RIGHT, RIGHT, RIGHT, **back).is_in_book


ROWS = st.lists(
    st.builds(
        lambda minute, fraction, kind, is_easy: Answered(
            at=START + timedelta(minutes=minute),
            source_kind=kind,
            source_id=minute,
            place=0,
            version_id=9,
            fraction=fraction or 0.0,
            is_blank=fraction is None,
            is_easy=is_easy,
        ),
        st.integers(0, 500_000),
        st.sampled_from([RIGHT, RIGHT, WRONG, PARTLY, BLANK]),
        st.sampled_from(["practice", "exam"]),
        st.booleans(),
    ),
    max_size=15,
    unique_by=lambda row: row.at,
)
RULES = st.builds(
    MasteryRule,
    kind=st.sampled_from(list(MasteryKind)),
    streak=st.integers(1, 5),
    days=st.integers(7, 60),
    retention=st.integers(80, 97),
)


@given(ROWS, RULES, st.randoms())
def test_the_order_in_which_answers_become_known_does_not_matter(rows, rule, chance):
    mixed = list(rows)
    chance.shuffle(mixed)
    assert fold(mixed, rule=rule) == fold(rows, rule=rule)


@given(ROWS, RULES)
def test_one_by_one_comes_to_the_same_as_all_at_once(rows, rule):
    standing = Standing()
    for row in sorted(rows):
        assert standing.precedes(row)
        standing = advance(standing, row, rule=rule)
    assert standing == fold(rows, rule=rule)


@given(ROWS, RULES, st.sampled_from([HandAct.MASTERED, HandAct.RETURNED]), st.data())
def test_an_act_by_hand_that_is_the_latest_is_the_last_word(rows, rule, hand_act, data):
    before = fold(rows, rule=rule)
    at = START + timedelta(days=400)
    after = act(before, hand_act, at=at)
    assert after == fold(rows, rule=rule, hand_act=hand_act, hand_at=at)
    assert (after.mastered_at == at) is (hand_act is HandAct.MASTERED)


@given(ROWS, RULES)
def test_the_book_keeps_its_own_counsel(rows, rule):
    standing = fold(rows, rule=rule)
    missed = [row for row in rows if not row.is_right]
    assert standing.answered_count == len(rows) == standing.right_count + standing.wrong_count + standing.blank_count
    assert (standing.last_wrong_at is None) is (not missed)
    if missed:
        assert standing.last_wrong_at == max(row.at for row in missed)
        assert standing.first_wrong_at == min(row.at for row in missed)
    if standing.mastered_at is not None:
        assert standing.last_wrong_at < standing.mastered_at
