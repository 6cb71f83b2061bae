"""What keys carry so that questions of other systems are marked as there: units that cost a part, several numbers in a
gap, several choices in a gap, patterns, a rule of the question's own."""

import pytest

from exams.domain.errors import InvalidResponse
from exams.domain.grading import GradingPolicy, check_question, grade, load_question
from exams.domain.text import Folding, fold

OPTIONS = [{"id": i, "text": i.upper()} for i in "abc"]


def _number(**key) -> tuple:
    answers = [
        {"value": "13", "tolerance": "0.5", "feedback": "near"},
        {"value": "20", "fraction": 0.5},
        {"value": "*", "fraction": 0.1, "feedback": "any"},
    ]
    return "numerical", {"stem": "?"}, {"answers": answers, "units": {"m": 1, "cm": "0.01"}} | key


@pytest.mark.parametrize(
    ("key", "given", "earned"),
    [
        ({}, "13 feet", 0),
        ({}, "1300 cm", 1),
        ({}, "7", 0.1),
        ({}, "no number", 0),
        ({"unit_penalty": 0}, "13 feet", 1),
        ({"unit_penalty": 0.5}, "13 feet", 0.5),
        ({"unit_penalty": 0.5}, "20 feet", 0.25),
        ({"unit_penalty": 0.5, "unit_penalty_of": "maximum"}, "20 feet", 0),
        ({"unit_penalty": 0.25, "unit_penalty_of": "maximum"}, "20 feet", 0.25),
        ({"unit_penalty": 0.5, "unit_required": True}, "13", 0.5),
        ({"unit_penalty": 0.5, "unit_required": True}, "13 m", 1),
    ],
)
def test_a_wrong_unit_costs_what_the_key_says(key, given, earned):
    assert grade(*_number(**key), given).fraction == pytest.approx(earned)


def test_any_number_is_a_star_in_summaries_and_holds():
    type_name, content, key = _number()
    assert check_question(type_name=type_name, content=content, key=key) == []
    question = load_question(type_name, content, key)
    assert question.type.summarise_key(question.content, question.key) == "13"
    assert question.feedback_of(question.grade("7")) == {"answer:2": "any"}


def test_a_key_of_no_full_marks_and_a_bad_tolerance_are_reported():
    answers = [{"value": "1", "fraction": 0.5, "tolerance": "-1"}]
    problems = check_question(type_name="numerical", content={"stem": "?"}, key={"answers": answers})
    assert [problem.field for problem in problems] == ["key.answers.0.tolerance", "key.answers"]
    key = {"gaps": {"g1": {"match": "numeric", "numerics": answers}}}
    content = {"stem": "[[g1]]", "gaps": [{"id": "g1", "kind": "numeric"}]}
    fields = [problem.field for problem in check_question(type_name="cloze", content=content, key=key)]
    assert fields == ["key.gaps.g1.numerics.0.tolerance", "key.gaps.g1.numerics"]


def _cloze() -> tuple:
    content = {
        "stem": "[[g1]] [[g2]] [[g3]]",
        "gaps": [
            {"id": "g1", "kind": "choices", "options": OPTIONS},
            {"id": "g2", "kind": "numeric"},
            {"id": "g3", "kind": "text"},
        ],
    }
    numbers = [{"value": "5"}, {"value": "7", "fraction": 0.5, "feedback": "half"}]
    key = {
        "gaps": {
            "g1": {"fractions": {"a": 0.5, "b": 0.5, "c": -1}, "feedback": {"a": "well"}, "weight": 2},
            "g2": {"match": "numeric", "numerics": numbers},
            "g3": {"match": "wildcard", "answers": [{"text": "col*r"}]},
        }
    }
    return "cloze", content, key


@pytest.mark.parametrize(
    ("given", "earned"),
    [
        ({"g1": ["b", "a"]}, 0.5),
        ({"g1": ["a"]}, 0.25),
        ({"g1": ["a", "c"]}, 0),
        ({"g2": "5", "g3": "colour"}, 0.5),
        ({"g2": "7"}, 0.125),
        ({"g2": "8"}, 0),
        ({"g1": []}, 0),
    ],
)
def test_gaps_of_several_choices_and_numbers(given, earned):
    assert grade(*_cloze(), given).fraction == pytest.approx(earned)


def test_a_gap_of_several_choices_in_words_and_for_the_browser():
    assert check_question(type_name="cloze", content=_cloze()[1], key=_cloze()[2]) == []
    question = load_question(*_cloze())
    response = question.type.parse_response(question.content, {"g1": ["c", "a"], "g2": "7"})
    assert question.type.summarise_response(question.content, response) == "A + C; 7; —"
    assert question.type.summarise_key(question.content, question.key) == "A + B; 5; col*r"
    assert question.type.option_order(question.content) == {"g1": ("a", "b", "c")}
    mark = question.grade({"g1": ["c", "a"], "g2": "7"})
    assert question.feedback_of(mark) == {"g1:a": "well", "g2:1": "half"}
    assert [part.given for part in mark.parts] == ["a,c", "7", ""]


def test_a_gap_of_several_choices_refuses_what_it_does_not_have():
    for given in ({"g1": ["z"]}, {"g1": "a"}, {"g1": ["a", "a"]}):
        with pytest.raises(InvalidResponse):
            grade(*_cloze(), given)


def test_choices_that_do_not_add_up_are_reported():
    type_name, content, key = _cloze()
    key["gaps"]["g1"]["fractions"] = {"a": 0.5}
    assert len(check_question(type_name=type_name, content=content, key=key)) == 1


@pytest.mark.parametrize("rule", ["all_or_nothing", "partial_if_no_wrong", "net_correct", "each_option"])
def test_the_rule_of_the_question_goes_before_that_of_the_paper(rule):
    content = {"stem": "?", "options": OPTIONS}
    key = {"correct": ["a", "b"], "fractions": {"a": 0.75, "b": 0.75, "c": -0.5}, "rule": "sum_of_fractions"}
    policy = GradingPolicy(multiple_choice=rule)
    assert check_question(type_name="multiple_choice", content=content, key=key) == []
    earned = [
        grade("multiple_choice", content, key, given, policy).fraction for given in (["a"], ["a", "b"], ["b", "c"])
    ]
    assert earned == [0.75, 1, 0.25]
    strict = key | {"rule": "all_or_nothing"}
    assert grade("multiple_choice", content, strict, ["a"], GradingPolicy()).fraction == 0


def test_fractions_of_a_question_without_a_rule_add_up_to_one():
    key = {"correct": ["a"], "fractions": {"a": 0.75, "b": 0.75}}
    content = {"stem": "?", "options": OPTIONS}
    assert len(check_question(type_name="multiple_choice", content=content, key=key)) == 1
    short = key | {"fractions": {"a": 0.5}, "rule": "sum_of_fractions"}
    assert len(check_question(type_name="multiple_choice", content=content, key=short)) == 1


def test_space_at_the_ends_alone_is_forgiven():
    ends = Folding(case=False, width=False, space=False, ends=True)
    for text in (" a  b ", "\u3000甲  乙 "):
        assert fold(text, ends) == text.strip()
    key = {"answers": [{"text": "甲  乙"}], "fold_space": False, "fold_ends": True}
    assert grade("short_text", {"stem": "?"}, key, " 甲  乙\u3000").fraction == 1
    assert grade("short_text", {"stem": "?"}, key, "甲 乙").fraction == 0
    assert grade("short_text", {"stem": "?"}, key | {"fold_ends": False}, " 甲  乙").fraction == 0


@pytest.mark.parametrize(("given", "earned"), [(["a", "b", "c"], 1), (["a", "c", "b"], 1 / 3), (["b"], 0)])
def test_an_ordering_by_places(given, earned):
    content = {"stem": "?", "items": OPTIONS}
    key = {"order": ["a", "b", "c"], "grading": "per_position"}
    assert grade("ordering", content, key, given).fraction == pytest.approx(earned)
