import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.errors import InvalidResponse
from exams.domain.grading import (
    GradingPolicy,
    MarkState,
    check_question,
    grade,
    load_question,
    pending_paths,
    settle,
)
from exams.domain.marks import PartMark, weighted_fraction
from tests.pure.exams.samples import CHOICE, SAMPLES, options

FIVE = {"stem": "?", "options": options(*"abcde")}
KEY = {"correct": ["a", "b", "c"]}
SUM_KEY = KEY | {"fractions": {"a": 0.5, "b": 0.25, "c": 0.25, "d": -0.5}}


@pytest.mark.parametrize(
    ("rule", "given_ids", "key", "expected"),
    [
        ("all_or_nothing", "abc", KEY, 1),
        ("all_or_nothing", "ab", KEY, 0),
        ("partial_if_no_wrong", "abc", KEY, 1),
        ("partial_if_no_wrong", "ab", KEY, 0.5),
        ("partial_if_no_wrong", "a", KEY, 0.5),
        ("partial_if_no_wrong", "abcd", KEY, 0),
        ("partial_if_no_wrong", "d", KEY, 0),
        ("sum_of_fractions", "ab", SUM_KEY, 0.75),
        ("sum_of_fractions", "abcd", SUM_KEY, 0.5),
        ("sum_of_fractions", "d", SUM_KEY, 0),
        ("sum_of_fractions", "ae", SUM_KEY, 0.5),
        ("sum_of_fractions", "ab", KEY, 2 / 3),
        ("sum_of_fractions", "abd", KEY, 1 / 3),
        ("net_correct", "abc", KEY, 1),
        ("net_correct", "abd", KEY, 1 / 3),
        ("net_correct", "de", KEY, 0),
        ("each_option", "abc", KEY, 1),
        ("each_option", "ad", KEY, 2 / 5),
        ("each_option", "de", KEY, 0),
    ],
)
def test_multiple_choice_rules(rule, given_ids, key, expected):
    policy = GradingPolicy(multiple_choice=rule)
    assert grade("multiple_choice", FIVE, key, list(given_ids), policy).fraction == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rule", "given_ids", "expected"),
    [
        ("partial_if_no_wrong", "ad", -0.25),
        ("partial_if_no_wrong", "a", 0.5),
        ("all_or_nothing", "a", -0.25),
        ("net_correct", "abd", 1 / 3),
        ("net_correct", "de", -0.25),
    ],
)
def test_a_wrong_multiple_choice_costs_the_penalty(rule, given_ids, expected):
    policy = GradingPolicy(multiple_choice=rule, wrong_penalty=0.25, is_negative_allowed=True)
    assert grade("multiple_choice", FIVE, KEY, list(given_ids), policy).fraction == pytest.approx(expected)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (GradingPolicy(), 0),
        (GradingPolicy(wrong_penalty=0.5), 0),
        (GradingPolicy(wrong_penalty=0.5, is_negative_allowed=True), -0.5),
        (GradingPolicy(wrong_penalty=0.5, is_negative_allowed=True, item_floor=-0.25), -0.25),
    ],
)
def test_true_false_penalty_and_floor(policy, expected):
    assert grade("true_false", {"stem": "x"}, {"correct": True}, False, policy).fraction == expected


def test_single_choice_keeps_a_negative_fraction_only_where_allowed():
    key = {"fractions": {"a": 1, "b": -0.5}}
    assert grade("single_choice", CHOICE, key, "b").fraction == 0
    negative = GradingPolicy(is_negative_allowed=True, wrong_penalty=0.1)
    assert grade("single_choice", CHOICE, key, "b", negative).fraction == -0.5
    assert grade("single_choice", CHOICE, key, "c", negative).fraction == -0.1


@pytest.mark.parametrize("field", [{"partial_fraction": 2}, {"wrong_penalty": -1}, {"item_floor": 0.5}])
def test_a_policy_out_of_range_is_refused(field):
    with pytest.raises(ValueError, match="lies between"):
        GradingPolicy(**field)


@pytest.mark.parametrize(
    ("grading", "response", "expected"),
    [
        ("all_or_nothing", "abcd", 1),
        ("all_or_nothing", "abdc", 0),
        ("per_pair", "abdc", 1 / 3),
        ("per_pair", "dabc", 2 / 3),
        ("per_pair", "dcba", 0),
        ("per_pair", "ab", 1 / 3),
        ("longest_run", "dabc", 3 / 4),
        ("longest_run", "cdab", 1 / 2),
        ("longest_run", "dcba", 0),
    ],
)
def test_ordering_rules(grading, response, expected):
    content = {"stem": "?", "items": options(*"dcba")}
    mark = grade("ordering", content, {"order": list("abcd"), "grading": grading}, list(response))
    assert mark.fraction == pytest.approx(expected)


def test_a_further_order_earns_its_own_fraction():
    content = {"stem": "?", "items": options(*"cba")}
    key = {"order": list("abc"), "accepted": [{"order": list("cba"), "fraction": 0.5}]}
    assert [grade("ordering", content, key, list(order)).fraction for order in ("abc", "cba", "cab")] == [1, 0.5, 0]
    key["accepted"] = [{"order": list("cb")}]
    assert check_question(type_name="ordering", content=content, key=key)[0].field == "key.accepted"


@pytest.mark.parametrize("name", ["matching", "categorisation"])
def test_all_or_nothing_takes_no_parts(name):
    sample = SAMPLES[name]
    key = sample.key | {"grading": "all_or_nothing"}
    assert grade(name, sample.content, key, sample.partial).fraction == 0
    assert grade(name, sample.content, key, sample.right).fraction == 1


BLANKS = {"stem": "[[a]][[b]][[c]]", "blanks": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}


def _free(*answers, weights=(1, 1, 1)):
    return {
        "blanks": {
            id_: {"answers": [{"text": text} for text in texts], "weight": weight}
            for id_, texts, weight in zip("abc", answers, weights, strict=True)
        },
        "order_free": [["a", "b", "c"]],
    }


@given(st.permutations(["甲", "乙", "丙"]))
def test_order_free_blanks_take_any_order(order):
    key = _free(["甲"], ["乙"], ["丙"], weights=(1, 2, 3))
    assert grade("fill_blank", BLANKS, key, dict(zip("abc", order, strict=True))).fraction == 1


def test_an_answer_counts_once_in_an_order_free_set():
    every = ["甲", "乙", "丙"]
    key = _free(every, every, every)
    mark = grade("fill_blank", BLANKS, key, {"a": "甲", "b": "甲", "c": "甲"})
    assert mark.fraction == pytest.approx(1 / 3)
    twice = _free(["0"], ["0"], ["1"])
    assert grade("fill_blank", BLANKS, twice, {"a": "0", "b": "1", "c": "0"}).fraction == 1


def test_order_free_blanks_find_the_best_assignment():
    key = _free(["甲", "乙"], ["甲"], ["丙"])
    assert grade("fill_blank", BLANKS, key, {"a": "甲", "b": "乙"}).fraction == pytest.approx(2 / 3)


def test_a_blank_may_carry_a_penalty_where_allowed():
    key = {"blanks": {"a": {"answers": [{"text": "x"}, {"text": "y", "fraction": -1}]}}}
    content = {"stem": "[[a]]", "blanks": [{"id": "a"}]}
    assert grade("fill_blank", content, key, {"a": "y"}).fraction == 0
    negative = GradingPolicy(is_negative_allowed=True)
    assert grade("fill_blank", content, key, {"a": "y"}, negative).fraction == -1


def test_folding_is_per_blank():
    strict = {"answers": [{"text": "Cash"}], "fold_case": False, "fold_width": False, "fold_space": False}
    content = {"stem": "[[a]]", "blanks": [{"id": "a"}]}
    for given_text, expected in [("Cash", 1), ("cash", 0), ("Ｃash", 0), ("Cash ", 0)]:
        assert grade("fill_blank", content, {"blanks": {"a": strict}}, {"a": given_text}).fraction == expected


@given(
    st.sampled_from(["Café 1", "資產負債表", "ABC 12.5", "カード"]),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
)
def test_a_mark_is_stable_under_unicode_forms_and_width(text, form):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    key = {"answers": [{"text": text}]}
    for typed in (unicodedata.normalize(form, text), unicodedata.normalize(form, wide), wide.upper()):
        assert grade("short_text", {"stem": "?"}, key, typed).fraction == 1


@pytest.mark.parametrize(
    ("required", "response", "expected"),
    [
        (False, "50", 1),
        (True, "50", 0),
        (True, "50 元", 1),
        (True, "¥50", 1),
        (True, "0.005万元", 1),
        (False, "50 公斤", 0),
        (False, "five", 0),
        (False, "$50", 0),
    ],
)
def test_numerical_units(required, response, expected):
    key = {"answers": [{"value": "50"}], "units": {"元": 1, "万元": 10000}, "unit_required": required}
    assert grade("numerical", {"stem": "?"}, key, response).fraction == expected


ESSAY_IN = {
    "stem": "p",
    "questions": [
        {"id": "q1", "type": "true_false", "marks": 1, "content": {"stem": "x"}},
        {"id": "q2", "type": "essay", "marks": 3, "content": {"stem": "y"}},
    ],
}
ESSAY_KEY = {
    "questions": {
        "q1": {"correct": True},
        "q2": {
            "rubric": [
                {"id": "r1", "criterion": "c", "points": 1},
                {"id": "r2", "criterion": "d", "points": 2},
            ]
        },
    }
}


def test_a_material_with_an_essay_waits_for_its_marker():
    policy = GradingPolicy()
    mark = grade("material", ESSAY_IN, ESSAY_KEY, {"q1": True, "q2": "text"})
    assert mark.state is MarkState.PENDING
    assert pending_paths(mark) == ("q2/r1", "q2/r2")
    half = settle(mark, fractions={"q2/r1": 1.0}, policy=policy)
    assert half.state is MarkState.PENDING
    done = settle(half, fractions={"q2/r2": 0.5}, policy=policy)
    assert done.state is MarkState.GRADED
    assert done.fraction == pytest.approx((1 + 3 * (2 / 3)) / 4)
    whole = settle(mark, fractions={"q2": 1.0}, policy=policy)
    assert whole.fraction == 1
    with pytest.raises(ValueError, match="not waiting"):
        settle(mark, fractions={"q1": 1.0}, policy=policy)
    with pytest.raises(ValueError, match="between 0 and 1"):
        settle(mark, fractions={"q2/r1": 2.0}, policy=policy)


def test_a_material_with_its_essay_blank_is_graded_at_once():
    assert grade("material", ESSAY_IN, ESSAY_KEY, {"q1": True}).fraction == 0.25


def test_an_essay_without_rubric_has_one_part():
    mark = grade("essay", {"stem": "x"}, {}, "text")
    assert pending_paths(mark) == ("essay",)
    assert settle(mark, fractions={"essay": 0.7}, policy=GradingPolicy()).fraction == pytest.approx(0.7)
    assert settle(mark, fractions={}, policy=GradingPolicy()) == mark


def test_parts_without_weight_earn_nothing():
    assert weighted_fraction([PartMark("a", 1.0, True, weight=0)]) == 0


def test_a_nested_response_names_the_part_at_fault():
    with pytest.raises(InvalidResponse) as caught:
        grade("material", SAMPLES["material"].content, SAMPLES["material"].key, {"q2": {"l1": "l1"}})
    assert caught.value.field == "q2/l1"


def _problems(name, content=None, key=None):
    sample = SAMPLES[name]
    found = check_question(type_name=name, content=sample.content | (content or {}), key=sample.key | (key or {}))
    return {problem.field for problem in found}


Q_CLASH = [{"id": "q1", "type": "true_false", "content": {"stem": ""}}] * 2


@pytest.mark.parametrize(
    ("name", "content", "key", "field"),
    [
        ("single_choice", {}, {"fractions": {"a": 0.5}}, "key.fractions"),
        ("single_choice", {}, {"fractions": {"z": 1}}, "key.fractions"),
        ("single_choice", {}, {"feedback": {"z": "x"}}, "key.feedback"),
        ("single_choice", {"options": options("a", "a", "b")}, {}, "content.options"),
        (
            "single_choice",
            {"options": [*options("a", "b", "c"), {"id": "d", "text": " "}]},
            {},
            "content.options.d.text",
        ),
        ("single_choice", {"stem": "\x00"}, {}, "content.stem"),
        ("multiple_choice", {}, {"correct": ["a", "a"]}, "key.correct"),
        ("multiple_choice", {}, {"correct": ["z"]}, "key.correct"),
        ("multiple_choice", {}, {"correct": []}, "key.correct"),
        ("multiple_choice", {}, {"fractions": {"a": 0.5}}, "key.fractions"),
        ("true_false", {"stem": "<p> </p>"}, {}, "content.stem"),
        ("fill_blank", {"stem": "[[b1]] [[b1]] [[b2]] [[b3]]"}, {}, "content.stem"),
        ("fill_blank", {"stem": "[[b1]] [[b9]] [[b3]]"}, {}, "content.stem"),
        ("fill_blank", {}, {"blanks": {"b1": {"answers": []}}}, "key.blanks.b1.answers"),
        ("fill_blank", {}, {"blanks": {"b1": {"answers": []}}}, "key.blanks.b2"),
        ("fill_blank", {}, {"blanks": {"b1": {"match": "numeric"}}}, "key.blanks.b1.numeric"),
        (
            "fill_blank",
            {},
            {"blanks": {"b1": {"match": "regex", "answers": [{"text": "("}]}}},
            "key.blanks.b1.answers.0.text",
        ),
        ("fill_blank", {}, {"blanks": {"b1": {"answers": [{"text": " "}]}}}, "key.blanks.b1.answers.0.text"),
        ("fill_blank", {}, {"order_free": [["b1", "b2"], ["b2", "b3"]]}, "key.order_free"),
        ("numerical", {}, {"answers": [{"value": "x"}]}, "key.answers.0.value"),
        ("numerical", {}, {"answers": [{"value": True}]}, "key.answers.0.value"),
        ("numerical", {}, {"answers": [{"value": 1.5, "tolerance": -1}]}, "key.answers.0.tolerance"),
        (
            "numerical",
            {},
            {"answers": [{"value": 1, "tolerance_kind": "significant"}]},
            "key.answers.0.tolerance",
        ),
        ("numerical", {}, {"answers": [{"value": 1, "fraction": 0.5}]}, "key.answers"),
        ("numerical", {}, {"units": {"元": 0}}, "key.units.元"),
        ("numerical", {}, {"units": {}, "unit_required": True}, "key.units"),
        ("short_text", {}, {"answers": [{"text": "a", "fraction": 0.5}]}, "key.answers"),
        ("essay", {"max_words": 5}, {}, "content.max_words"),
        ("essay", {}, {"rubric": [{"id": "a", "criterion": "", "points": 1}]}, "key.rubric.a"),
        ("matching", {}, {"pairs": {"l1": "r1"}}, "key.pairs.l2"),
        ("matching", {}, {"pairs": {"l1": "r9", "l2": "r1"}}, "key.pairs"),
        ("ordering", {}, {"order": ["i1"]}, "key.order"),
        ("categorisation", {}, {"placement": {"i1": "c1"}}, "key.placement.i2"),
        ("cloze", {}, {"gaps": {}}, "key.gaps.g1"),
        ("cloze", {}, {"gaps": {"g3": {"answers": [{"text": "3"}]}}}, "key.gaps.g3.match"),
        ("cloze", {}, {"gaps": {"g1": {"fractions": {"z": 1}}}}, "key.gaps.g1.fractions"),
        ("cloze", {}, {"gaps": {"g1": {"fractions": {"a": 0.5}}}}, "key.gaps.g1.fractions"),
        ("cloze", {"gaps": [{"id": "g1", "kind": "choice"}]}, {}, "content.gaps.g1.options"),
        ("material", {}, {"questions": {}}, "key.questions.q1"),
        ("material", {}, {"questions": {"q1": {"x": 1}}}, "key.questions.q1.fractions"),
        ("material", {}, {"questions": {"q1": {"fractions": {}}}}, "key.questions.q1.fractions"),
        ("material", {"questions": Q_CLASH}, {}, "content.questions"),
        (
            "material",
            {"questions": Q_CLASH},
            {"questions": {"q1": {"correct": True}}},
            "content.questions.q1.content.stem",
        ),
        ("material", {"questions": [{"id": "q1", "type": "x", "content": {}}]}, {}, "content.questions.0"),
        (
            "material",
            {"questions": [{"id": "q1", "type": "material", "content": {}}]},
            {},
            "content.questions.0",
        ),
        ("material", {"questions": ["x"]}, {}, "content.questions.0"),
    ],
)
def test_faults_are_named_by_field(name, content, key, field):
    assert field in _problems(name, content, key)


def test_percent_printed_beside_the_blank_changes_nothing():
    sample = SAMPLES["fill_blank"]
    question = load_question("fill_blank", sample.content, sample.key)
    for typed, expected in [("13", 0.5), ("13%", 0.5), ("0.13", 0), ("0.13%", 0), ("thirteen", 0)]:
        assert question.grade({"b3": typed}).fraction == expected
