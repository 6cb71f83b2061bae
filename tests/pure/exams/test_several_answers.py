"""Matching with several partners and calculated with several numbers: what is earned, that stored questions stay as
they were, and what formats make of them."""

import pytest

from exams.authoring.checks import content_hash_of
from exams.domain.grading import check_question, grade
from exams.interchange.formats.registry import get_format
from tests.pure.exams.formats.reading import record_of, written
from tests.pure.exams.samples import CASES, SAMPLES

MATCHING = CASES["matching/several"]
CALCULATED = CASES["calculated/several"]


@pytest.mark.parametrize(
    ("response", "fraction"),
    [
        ({"l1": ["r1", "r3"], "l2": "r2", "l3": ["r4"]}, 1),
        ({"l1": ["r1"], "l2": "r2", "l3": ["r4"]}, 3 / 4),
        ({"l1": ["r1", "r2"], "l2": "r2"}, 1 / 4),
        ({"l1": ["r1", "r2", "r3", "r4"], "l3": ["r4"]}, 1 / 4),
        ({"l1": ["r1", "r2", "r3"], "l3": ["r4", "r1"]}, 1 / 4),
        ({"l1": "r1"}, 1 / 4),
    ],
)
def test_pairs_are_counted_right_less_wrong_by_left_one(response, fraction):
    assert grade("matching", MATCHING.content, MATCHING.key, response).fraction == pytest.approx(fraction)


def test_all_or_nothing_and_sums_know_several_partners():
    whole = {**MATCHING.key, "grading": "all_or_nothing"}
    assert grade("matching", MATCHING.content, whole, MATCHING.right).fraction == 1
    assert grade("matching", MATCHING.content, whole, {**MATCHING.right, "l1": ["r1"]}).fraction == 0
    worths = {"l1": {"r1": 0.25, "r3": 0.25, "r2": -0.5}, "l2": {"r2": 0.5}}
    summed = {**MATCHING.key, "grading": "sum_of_fractions", "fractions": worths}
    assert check_question(type_name="matching", content=MATCHING.content, key=summed) == []
    assert grade("matching", MATCHING.content, summed, {"l1": ["r1", "r3"]}).fraction == 0.5
    assert grade("matching", MATCHING.content, summed, {"l1": ["r1", "r2"]}).fraction == 0
    one = {**MATCHING.content, "partners": {"l1": 1}}
    assert {p.field for p in check_question(type_name="matching", content=one, key=summed)} >= {"key.pairs.l1"}


@pytest.mark.parametrize(
    ("content", "key", "field"),
    [
        ({"partners": {"l9": 2}}, {}, "content.partners"),
        ({"partners": {}}, {}, "key.pairs.l1"),
        ({}, {"pairs": {"l1": ["r1", "r9"], "l2": "r2", "l3": "r4"}}, "key.pairs"),
    ],
)
def test_partners_that_do_not_fit_are_said(content, key, field):
    problems = check_question(type_name="matching", content=MATCHING.content | content, key=MATCHING.key | key)
    assert field in {problem.field for problem in problems}


@pytest.mark.parametrize(
    ("response", "fraction"),
    [
        ({"n1": "50", "n2": "1050"}, 1),
        ({"n1": "0.005 万元"}, 0.25),
        ({"n1": "51", "n2": "1050"}, 0.75),
        ({"n1": "50", "n2": "1050.4"}, 0.25),
    ],
)
def test_each_number_has_its_tolerance_and_its_share(response, fraction):
    assert grade("calculated", CALCULATED.content, CALCULATED.key, response).fraction == pytest.approx(fraction)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"n1": {"formula": "{p}"}}, "key.answers.n2.formula"),
        ({"n1": {"formula": "{p}"}, "n2": {"formula": "{q}"}}, "content.variants.v1"),
        ({"n1": {"formula": "{p"}, "n2": {"formula": "+"}}, "key.answers.n2.formula"),
        ({"n1": {"formula": "{p}"}, "n2": {"formula": "{p}"}, "n3": {"formula": "{p}"}}, "key.answers"),
    ],
)
def test_numbers_without_a_usable_formula_are_said(answers, field):
    problems = check_question(type_name="calculated", content=CALCULATED.content, key={"answers": answers})
    assert field in {problem.field for problem in problems}


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("matching", "4ee08c92655f47de3bbf489237dda7009a86519964fb05a52a9404e03df46e5a"),
        ("calculated", "18774d56724903fb7cbdefe7a59bd551568f7dfbecfa531bed5607d07865edac"),
        ("material", "34e159a5bb2fefc47b9dde7e248561db51e971343f96eda9aa75064395ea5a60"),
    ],
)
def test_what_was_stored_before_keeps_its_hash(name, digest):
    """Duplicates are found by it, also those of questions that were stored before a type learned more."""
    sample = SAMPLES[name]
    assert content_hash_of(type=name, content=sample.content, key=sample.key) == digest


@pytest.mark.parametrize("case", sorted(CASES))
def test_json_lines_carry_every_shape(case, tmp_path):
    sample = CASES[case]
    record = {"type": case.partition("/")[0], "marks": "2", "content": sample.content, "key": sample.key}
    json_lines = get_format("json_lines")
    data, losses = written(json_lines, record)
    again = record_of(json_lines, data, tmp_path)
    assert losses == []
    assert {name: again[name] for name in record} == record


@pytest.mark.parametrize("format_", ["gift", "moodle_xml", "xlsx"])
@pytest.mark.parametrize("case", ["matching/several", "calculated/several"])
def test_what_other_formats_cannot_carry_is_left_out_and_said(format_, case):
    sample = CASES[case]
    record = {"type": case.partition("/")[0], "marks": "2", "content": sample.content, "key": sample.key}
    _, losses = written(get_format(format_), record)
    assert any("left out" in loss for loss in losses)
