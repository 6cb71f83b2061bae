"""Certainty-based marking: the published scheme, that honesty pays, and how a certainty travels with a response."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.certainty import HIGH, LEVELS, LOW, LOWEST, MIDDLE, by_certainty, certainty_fraction
from exams.domain.errors import InvalidResponse
from exams.domain.grading import GradingPolicy, MarkState, load_question, takes_certainty
from exams.domain.responses import posted_certainty, split_certainty, with_certainty
from tests.pure.exams.samples import CASES, SAMPLES

POLICY = GradingPolicy(asks_certainty=True)
CASE = st.sampled_from(sorted(CASES))


@pytest.mark.parametrize(("certainty", "right", "wrong"), [(LOW, 1 / 3, 0), (MIDDLE, 2 / 3, -2 / 3), (HIGH, 1, -2)])
def test_the_published_scheme(certainty, right, wrong):
    assert certainty_fraction(1, certainty) == pytest.approx(right)
    assert certainty_fraction(0, certainty) == pytest.approx(wrong)
    assert certainty_fraction(0.5, certainty) == pytest.approx((right + wrong) / 2)
    assert certainty_fraction(-0.5, certainty) == certainty_fraction(0, certainty)


@given(chance=st.fractions(0, 1))
def test_saying_honestly_how_certain_one_is_pays_best(chance):
    """Below a chance of 2/3 low, above 4/5 high, between them the middle."""
    expected = {
        level: float(chance) * certainty_fraction(1, level) + float(1 - chance) * certainty_fraction(0, level)
        for level in LEVELS
    }
    honest = LOW if chance < Fraction(2, 3) else MIDDLE if chance < Fraction(4, 5) else HIGH
    assert expected[honest] >= max(expected.values()) - 1e-9


@given(level=st.sampled_from(LEVELS), less=st.floats(0, 1), more=st.floats(0, 1))
def test_more_right_never_earns_less_and_all_lies_in_bounds(level, less, more):
    less, more = sorted((less, more))
    earned = certainty_fraction(less, level), certainty_fraction(more, level)
    assert LOWEST - 1e-9 <= earned[0] <= earned[1] + 1e-9 <= 1 + 2e-9


def _graded(case, response, policy=POLICY):
    sample = CASES[case]
    return load_question(case.partition("/")[0], sample.content, sample.key).grade(response, policy=policy)


@given(case=CASE, level=st.sampled_from(LEVELS))
def test_every_type_that_the_engine_marks_earns_by_certainty(case, level):
    sample = CASES[case]
    right = _graded(case, with_certainty(sample.right, level))
    if sample.is_pending:
        assert (right.certainty, right.earned, right.state) == (None, None, MarkState.PENDING)
        return
    assert (right.fraction, right.certainty) == (1, level)
    assert right.earned == pytest.approx(level / 3)
    assert _graded(case, with_certainty(sample.wrong, level)).earned == pytest.approx(certainty_fraction(0, level))
    blank = _graded(case, None)
    assert (blank.state, blank.earned, blank.certainty) == (MarkState.BLANK, 0, None)


@given(case=CASE, level=st.sampled_from(LEVELS))
def test_a_stated_certainty_changes_nothing_where_none_is_asked_for(case, level):
    sample = CASES[case]
    for response in (sample.right, sample.wrong):
        wrapped = _graded(case, with_certainty(response, level), GradingPolicy())
        assert wrapped == _graded(case, response, GradingPolicy())
        assert wrapped.earned == wrapped.fraction


def test_an_answer_without_a_certainty_counts_as_low():
    mark = _graded("single_choice", "b")
    assert (mark.certainty, mark.earned) == (LOW, pytest.approx(1 / 3))


@given(case=CASE, level=st.sampled_from(LEVELS))
def test_a_wrapped_response_comes_back_as_it_was(case, level):
    for response in (CASES[case].right, CASES[case].wrong):
        assert split_certainty(with_certainty(response, level)) == (response, level)
        assert split_certainty(response) == (response, None)


@pytest.mark.parametrize("blank", [None, "", [], {}])
def test_a_blank_is_never_wrapped(blank):
    assert with_certainty(blank, HIGH) == blank


def test_false_is_no_blank():
    assert split_certainty(with_certainty(False, LOW)) == (False, LOW)


@pytest.mark.parametrize(
    "raw",
    [
        {"$certainty": 4, "$response": "a"},
        {"$certainty": True, "$response": "a"},
        {"$certainty": "3", "$response": "a"},
        {"$certainty": [3], "$response": "a"},
        {"$certainty": 3},
        {"$response": "a"},
        {"$certainty": 3, "$response": "a", "q1": "a"},
    ],
)
def test_a_broken_wrapper_is_refused(raw):
    with pytest.raises(InvalidResponse):
        split_certainty(raw)
    with pytest.raises(InvalidResponse):
        _graded("single_choice", raw)


def test_a_wrapper_inside_a_wrapper_is_no_response():
    with pytest.raises(InvalidResponse):
        _graded("fill_blank", with_certainty(with_certainty({"b1": "x"}, LOW), LOW))


def test_what_a_person_marks_takes_none():
    assert not takes_certainty("essay", SAMPLES["essay"].content)
    essay = {"id": "q1", "type": "essay", "content": SAMPLES["essay"].content}
    assert not takes_certainty("material", {"stem": "?", "questions": [essay]})
    assert takes_certainty("material", SAMPLES["material"].content)
    content = {"stem": "?", "questions": [essay]}
    question = load_question("material", content, {"questions": {"q1": SAMPLES["essay"].key}})
    assert not question.takes_certainty


def test_a_form_says_it_in_a_field_of_its_own():
    assert posted_certainty({"q1~certainty": "2"}, "q1") == MIDDLE
    assert posted_certainty({"q1~certainty": "9"}, "q1") is None
    assert posted_certainty({}, "q1") is None


def test_answers_are_averaged_by_certainty():
    rows = by_certainty([(HIGH, 1.0), (HIGH, 0.0), (LOW, 0.5), (None, 1.0), (MIDDLE, None)])
    assert [(row.certainty, row.count, row.right_percent, row.earned_percent) for row in rows] == [
        (LOW, 1, 50, 17),
        (HIGH, 2, 50, -50),
    ]
