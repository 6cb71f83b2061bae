"""Marks of the rules that questions from other systems bring with them."""

import pytest

from exams.domain.errors import InvalidResponse
from exams.domain.grading import GradingPolicy, check_question, grade
from exams.domain.shapes import is_area, is_inside
from tests.pure.exams.samples import options

POINTS = {"stem": "?", "picture": "x.png", "width": 300, "height": 200, "mode": "points", "maximum_choices": 3}
POINT_KEY = {
    "areas": [
        {"shape": "circle", "coords": [100, 100, 20], "fraction": 0.5},
        {"shape": "rect", "coords": [90, 90, 200, 150], "fraction": 0.5},
    ],
    "default": -0.25,
}


@pytest.mark.parametrize(
    ("points", "fraction"),
    [
        ([[100, 100]], 0.5),
        ([[100, 120]], 0.5),
        ([[100, 100], [101, 101]], 0.5),  # an area pays once
        ([[100, 100], [190, 140]], 1),
        ([[100, 100], [5, 5]], 0.25),
        ([[5, 5]], 0),
    ],
)
def test_points_earn_by_the_first_area_they_lie_in(points, fraction):
    assert grade("hotspot", POINTS, POINT_KEY, points).fraction == fraction


def test_points_below_zero_count_where_the_paper_allows_it():
    policy = GradingPolicy(is_negative_allowed=True)
    assert grade("hotspot", POINTS, POINT_KEY | {"floor": -1}, [[5, 5]], policy).fraction == -0.25


@pytest.mark.parametrize("raw", ["x", [[1]], [[1, "2"]], [[1, True]], [[float("nan"), 1]], [[1, 1]] * 4, [["a", "b"]]])
def test_points_that_are_none_are_refused(raw):
    with pytest.raises(InvalidResponse):
        grade("hotspot", POINTS, POINT_KEY, raw)


def test_hotspot_problems_are_named():
    content = POINTS | {"mode": "regions", "regions": [{"id": "a", "shape": "rect", "coords": [1]}]}
    fields = [p.field for p in check_question(type_name="hotspot", content=content, key={"fractions": {"z": 0.5}})]
    assert fields == ["content.regions.0.coords", "key.fractions", "content.regions", "key.correct", "key.fractions"]
    assert [p.field for p in check_question(type_name="hotspot", content=POINTS, key={})] == ["key.areas"]


def test_an_order_of_regions_is_right_as_a_whole():
    regions = [{"id": id_, "shape": "circle", "coords": [at, 1, 1]} for at, id_ in enumerate("abc")]
    content = POINTS | {"mode": "order", "regions": regions}
    key = {"correct": ["c", "a", "b"], "accepted": [["c", "b", "a"]]}
    assert check_question(type_name="hotspot", content=content, key=key) == []
    earned = [grade("hotspot", content, key, list(order)).fraction for order in ("cab", "cba", "abc", "ca")]
    assert earned == [1, 1, 0, 0]
    problems = check_question(type_name="hotspot", content=content, key={"correct": ["a"]})
    assert [problem.field for problem in problems] == ["key.correct"]
    with pytest.raises(InvalidResponse):
        grade("hotspot", content, key, ["a", "a"])


def test_points_are_summarised():
    from exams.domain.grading import load_question

    question = load_question("hotspot", POINTS, POINT_KEY)
    assert question.type.summarise_key(question.content, question.key).startswith("circle (100, 100, 20)")
    assert question.type.summarise_response(question.content, ((1.0, 2.5),)) == "(1, 2.5)"


@pytest.mark.parametrize(
    ("shape", "coords", "inside", "outside"),
    [
        ("rect", [10, 10, 0, 0], (10, 0), (11, 0)),
        ("ellipse", [50, 50, 20, 10], (70, 50), (50, 61)),
        ("ellipse", [50, 50, 0, 10], None, (50, 50)),
        ("poly", [0, 0, 10, 0, 10, 10, 5, 5, 0, 10], (5, 5), (5, 8)),
        ("default", [], (-5, 9999), None),
    ],
)
def test_edges_belong_to_areas(shape, coords, inside, outside):
    assert inside is None or is_inside(shape, coords, *inside)
    assert outside is None or not is_inside(shape, coords, *outside)


def test_coordinates_that_make_no_area_are_told():
    assert not is_area("poly", [1, 2, 3, 4])
    assert not is_area("star", [1])
    with pytest.raises(ValueError, match="no circle"):
        is_inside("circle", [1, 2], 0, 0)


CHOICE = {"stem": "?", "options": options("a", "b", "c", "d")}


@pytest.mark.parametrize(
    ("key", "given", "fraction"),
    [
        ({"correct": ["a", "c"], "rule": "all_or_nothing"}, ["a"], 0),
        ({"correct": ["a", "c"], "rule": "all_or_nothing", "accepted": [["b", "c"]]}, ["c", "b"], 1),
        ({"correct": ["a", "c"], "rule": "each_option"}, ["a"], 0.75),
        ({"correct": ["a"], "fractions": {"a": 1, "c": 0.5}, "rule": "sum_of_fractions"}, ["a", "c"], 1),
        ({"correct": ["a"], "fractions": {"a": 1, "b": -1}, "rule": "sum_of_fractions"}, ["b"], 0),
    ],
)
def test_a_question_may_have_its_own_rule(key, given, fraction):
    assert check_question(type_name="multiple_choice", content=CHOICE, key=key) == []
    assert grade("multiple_choice", CHOICE, key, given).fraction == fraction


def test_a_sum_of_fractions_may_fall_below_zero():
    key = {"correct": ["a"], "fractions": {"a": 1, "b": -1}, "rule": "sum_of_fractions", "floor": -0.5}
    policy = GradingPolicy(is_negative_allowed=True)
    assert grade("multiple_choice", CHOICE, key, ["b"], policy).fraction == -0.5


def test_more_choices_than_may_be_earn_nothing():
    content = CHOICE | {"maximum_choices": 2}
    key = {"correct": ["a", "c"], "rule": "sum_of_fractions", "fractions": {"a": 0.5, "c": 0.5}}
    assert grade("multiple_choice", content, key, ["a", "c"]).fraction == 1
    assert grade("multiple_choice", content, key, ["a", "b", "c"]).fraction == 0


PAIRS = {"stem": "?", "left": options("l1", "l2"), "right": options("r1", "r2")}


def test_pairs_may_be_worth_different_parts():
    key = {
        "pairs": {"l1": "r1", "l2": "r2"},
        "grading": "sum_of_fractions",
        "fractions": {"l1": {"r1": 0.25, "r2": -0.5}, "l2": {"r2": 0.75}},
    }
    assert check_question(type_name="matching", content=PAIRS, key=key) == []
    assert grade("matching", PAIRS, key, {"l1": "r1", "l2": "r2"}).fraction == 1
    assert grade("matching", PAIRS, key, {"l1": "r2", "l2": "r2"}).fraction == 0.25
    assert grade("matching", PAIRS, key, {"l1": "r2"}).fraction == 0
    key["fractions"]["l2"]["r2"] = 0.5
    assert check_question(type_name="matching", content=PAIRS, key=key)[0].field == "key.fractions"


def test_one_side_may_stay_open():
    key = {"pairs": {"l1": "r1"}, "unpaired": ["l2"], "grading": "all_or_nothing"}
    assert check_question(type_name="matching", content=PAIRS, key=key) == []
    assert grade("matching", PAIRS, key, {"l1": "r1"}).fraction == 1
    assert grade("matching", PAIRS, key, {"l1": "r1", "l2": "r2"}).fraction == 0


CLOZE = {
    "stem": "[[g1]] [[g2]]",
    "gaps": [{"id": id_, "kind": "choice", "options": options("a", "b")} for id_ in ("g1", "g2")],
}
GAPS = {"g1": {"fractions": {"a": 1, "b": -1}}, "g2": {"fractions": {"a": 1}, "weight": 2}}


@pytest.mark.parametrize(
    ("grading", "given", "fraction"),
    [
        ("per_gap", {"g1": "b", "g2": "a"}, 2 / 3),
        ("sum_of_fractions", {"g1": "b", "g2": "a"}, 1 / 3),
        ("sum_of_fractions", {"g1": "b"}, 0),
        ("all_or_nothing", {"g2": "a"}, 0),
        ("all_or_nothing", {"g1": "a", "g2": "a"}, 1),
    ],
)
def test_gaps_count_together_as_the_key_says(grading, given, fraction):
    assert grade("cloze", CLOZE, {"gaps": GAPS, "grading": grading}, given).fraction == pytest.approx(fraction)


def test_blanks_and_passages_may_be_all_or_nothing():
    content = {"stem": "[[b1]] [[b2]]", "blanks": [{"id": "b1"}, {"id": "b2"}]}
    key = {"blanks": {id_: {"answers": [{"text": id_}]} for id_ in ("b1", "b2")}, "grading": "all_or_nothing"}
    assert grade("fill_blank", content, key, {"b1": "b1"}).fraction == 0
    assert grade("fill_blank", content, key, {"b1": "b1", "b2": "b2"}).fraction == 1
    passage = {"stem": "p", "questions": [{"id": "q1", "type": "true_false", "content": {"stem": "?"}}] * 1}
    passage["questions"].append({"id": "q2", "type": "true_false", "content": {"stem": "?"}})
    key = {"questions": {"q1": {"correct": True}, "q2": {"correct": True}}, "grading": "all_or_nothing"}
    assert grade("material", passage, key, {"q1": True}).fraction == 0
    assert grade("material", passage, key, {"q1": True, "q2": True}).fraction == 1
    essay = {"stem": "p", "questions": [{"id": "q1", "type": "essay", "content": {"stem": "?"}}]}
    problems = check_question(
        type_name="material", content=essay, key={"questions": {"q1": {}}, "grading": "all_or_nothing"}
    )
    assert [problem.field for problem in problems] == ["key.grading"]
