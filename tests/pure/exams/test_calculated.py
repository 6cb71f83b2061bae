"""Formulas and drawn values: what is calculated, what is refused, and that nobody sees another's variant."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.formulas import InvalidFormula, parse_formula
from exams.domain.grading import check_question, load_question
from exams.domain.types.calculated import Variable, make_variants
from tests.pure.exams.samples import SAMPLES

SAMPLE = SAMPLES["calculated"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("{a} ^ 2 + b", 13),
        ("-a ** 2", -9),
        ("sqrt(a * 12)", 6),
        ("round(pi, 2)", 3.14),
        ("log(8, 2)", 3),
        ("max(a, b, 10) % 4", 2),
        ("6 × a ÷ 2", 9),
        ("factorial(5)", 120),
        ("1.5e3", 1500),
    ],
)
def test_arithmetic(text, value):
    assert parse_formula(text).value({"a": 3, "b": 4}) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a +",
        "__import__('os')",
        "a.b",
        "[1]",
        "'x'",
        "True",
        "lambda: 1",
        "a if b else c",
        "a == b",
        "sin()",
        "sin(1, 2)",
        "sin(x=1)",
        "exec(1)",
        "(a := 1)",
        "a // b",
        "~1",
        "9" * 400,
        "(" * 300 + "1" + ")" * 300,
        "+".join("a" * 150),
        "1" * 501,
    ],
)
def test_what_is_no_arithmetic_is_refused(text):
    with pytest.raises(InvalidFormula):
        parse_formula(text).value({"a": 1, "b": 1, "c": 1})


@pytest.mark.parametrize("text", ["1 / (a - a)", "sqrt(0 - a)", "10 ^ 10 ^ 10", "factorial(171)", "exp(1000)", "a + z"])
def test_a_formula_without_a_value_says_so(text):
    with pytest.raises(InvalidFormula):
        parse_formula(text).value({"a": 1})


@given(a=st.floats(-1e6, 1e6), b=st.floats(-1e6, 1e6))
def test_a_formula_agrees_with_python(a, b):
    assert parse_formula("(a + b) * 2 - a / 4").value({"a": a, "b": b}) == pytest.approx((a + b) * 2 - a / 4)


def test_each_learner_is_marked_by_the_variant_she_drew():
    question = load_question("calculated", SAMPLE.content, SAMPLE.key)
    first, second = {"variant": ("v1",)}, {"variant": ("v2",)}
    assert question.grade("50", order=first).fraction == 1
    assert question.grade("50", order=second).fraction == 0
    assert question.grade("0.009万元", order=second).fraction == 1
    shown = json.dumps(question.public_content(second), ensure_ascii=False)
    assert "2000" in shown
    assert "1000" not in shown
    assert question.public_content({"variant": ("no-such",)}) == question.public_content(first)


def test_inside_a_passage_each_draw_is_bound_by_its_question():
    content = {
        "stem": "",
        "questions": [{"id": "q1", "type": "calculated", "content": SAMPLE.content}],
    }
    question = load_question("material", content, {"questions": {"q1": SAMPLE.key}})
    assert question.type.drawn_groups(question.content) == {"q1/variant": ("v1", "v2")}
    assert question.grade({"q1": "90"}, order={"q1/variant": ("v2",)}).fraction == 1
    assert question.grade({"q1": "90"}, order={"q1/variant": ("v1",)}).fraction == 0
    assert "2000" in json.dumps(question.public_content({"q1/variant": ("v2",)}))


def test_the_number_shown_as_right_is_right():
    key = {"formula": "2 / a", "tolerance": "0", "tolerance_kind": "absolute", "answer_decimals": 2}
    content = {"stem": "{a}", "variants": [{"id": "v1", "values": {"a": "3"}}]}
    question = load_question("calculated", content, key)
    assert question.type.summarise_key(question.content, question.key) == "2 / a = 0.67"
    assert question.grade("0.67").fraction == 1
    assert question.grade("0.68").fraction == 0


def test_variants_are_drawn_from_their_ranges_and_differ():
    variables = [
        Variable(name="a", minimum="1", maximum="9", decimals=1),
        Variable(name="b", minimum="0.5", maximum="0.5"),
    ]
    variants = make_variants(variables, count=30, seed=7)
    assert variants == make_variants(variables, count=30, seed=7)
    assert len({tuple(variant.values.items()) for variant in variants}) == len(variants) == 30
    assert all(1 <= float(variant.values["a"]) <= 9 for variant in variants)
    assert len(make_variants([Variable(name="a", minimum="1", maximum="3")], count=50, seed=1)) == 3


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ({"formula": "p +"}, "key.formula"),
        ({"formula": "p / (r - 5)"}, "content.variants.v1"),
        ({"formula": "p * x"}, "content.variants.v1"),
        ({"formula": "p", "tolerance": "-1"}, "key.tolerance"),
        ({"formula": "p", "tolerance": "0.5", "tolerance_kind": "significant"}, "key.tolerance"),
        ({"formula": "p", "variables": [{"name": "p", "minimum": "3", "maximum": "2"}]}, "key.variables.p"),
    ],
)
def test_faulty_formulas_are_reported(key, field):
    problems = check_question(type_name="calculated", content=SAMPLE.content, key=key)
    assert field in {problem.field for problem in problems}


def test_values_keep_their_decimals():
    (variant,) = make_variants([Variable(name="a", minimum="2", maximum="2", decimals=3)], count=1, seed=1)
    assert variant.values == {"a": "2.000"}
