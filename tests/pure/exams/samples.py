"""One sample of each question type: content, key, and responses that are right, wrong, partly right and
hostile."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    content: dict[str, Any]
    key: dict[str, Any]
    right: Any
    wrong: Any
    partial: Any = None
    partial_fraction: float | None = None
    hostile: list[Any] = field(default_factory=list)
    is_pending: bool = False


def options(*ids: str) -> list[dict[str, str]]:
    return [{"id": id_, "text": f"<p>选项 {id_}</p>"} for id_ in ids]


ANY_HOSTILE = [{"no-such-part": "x"}, ["no-such-id"], 12.5, object()]
CHOICE = {"stem": "<p>会计主体？</p>", "options": options("a", "b", "c", "d")}

SAMPLES: dict[str, Sample] = {
    "single_choice": Sample(
        CHOICE,
        {"fractions": {"b": 1, "c": 0.5}, "feedback": {"a": "no", "b": "yes"}},
        right="b",
        wrong="a",
        partial="c",
        partial_fraction=0.5,
        hostile=[True, "z", "b\x00", {"b": 1}],
    ),
    "multiple_choice": Sample(
        CHOICE,
        {"correct": ["a", "c"], "feedback": {"a": "yes"}},
        right=["a", "c"],
        wrong=["a", "b"],
        partial=["a"],
        partial_fraction=0.5,
        hostile=["a", ["a", "a"], ["a", None], ["a", 1], list("abcda"), {"a": True}],
    ),
    "true_false": Sample(
        {"stem": "<p>借贷必相等。</p>"},
        {"correct": True, "feedback": {"true": "对", "false": "错"}},
        right=True,
        wrong=False,
        hostile=["true", 1, 0, []],
    ),
    "fill_blank": Sample(
        {"stem": "[[b1]] 与 [[b2]]，税率 [[b3]]%", "blanks": [{"id": "b1"}, {"id": "b2"}, {"id": "b3"}]},
        {
            "blanks": {
                "b1": {"answers": [{"text": "资产", "feedback": "good"}]},
                "b2": {"answers": [{"text": "负债"}, {"text": "债务", "fraction": 0.5}]},
                "b3": {"match": "numeric", "numeric": {"value": "13"}, "weight": 2},
            },
            "order_free": [["b1", "b2"]],
        },
        right={"b1": "负债", "b2": "资产", "b3": "13%"},
        wrong={"b1": "x", "b2": "y", "b3": "0.13"},
        partial={"b3": "１３"},
        partial_fraction=0.5,
        hostile=["b1", {"b9": "x"}, {"b1": 1}, {"b1": "x" * 20_001}, {"b1": "\ud800"}, {"b1": ["x"]}],
    ),
    "numerical": Sample(
        {"stem": "<p>利润？</p>", "unit_label": "元"},
        {
            "answers": [
                {"value": "12500", "tolerance": "0.5", "feedback": "exact"},
                {"value": 12500, "tolerance": 100, "fraction": 0.5},
            ],
            "units": {"元": 1, "万元": "10000"},
        },
        right="1.25 万元",
        wrong="12,000",
        partial="12,560元",
        partial_fraction=0.5,
        hostile=[12500, True, "\x00", "1" * 20_001],
    ),
    "short_text": Sample(
        {"stem": "Capital?"},
        {"answers": [{"text": "Pa*ris"}, {"text": "*France*", "fraction": 0.25, "feedback": "the city"}]},
        right="ＰＡＲＩＳ ",
        wrong="Rome",
        partial="in france",
        partial_fraction=0.25,
        hostile=[1, False, ["Paris"], "\udc00", "x" * 20_001],
    ),
    "essay": Sample(
        {"stem": "<p>论述。</p>", "min_words": 10, "max_words": 500},
        {
            "rubric": [
                {"id": "fact", "criterion": "Facts", "points": 6},
                {"id": "style", "criterion": "Style", "points": 4},
            ],
            "model_answer": "<p>略</p>",
        },
        right="一篇文章",
        wrong="另一篇",
        hostile=[1, ["x"], "\x00", "x" * 20_001],
        is_pending=True,
    ),
    "calculated": Sample(
        {
            "stem": "<p>本金 {p} 元，年利率 {r}%，利息？</p>",
            "unit_label": "元",
            "variants": [
                {"id": "v1", "values": {"p": "1000", "r": "5"}},
                {"id": "v2", "values": {"p": 2000, "r": "4.5"}},
            ],
        },
        {"formula": "{p} * {r} / 100", "tolerance": "0.001", "answer_decimals": 2, "units": {"元": 1, "万元": 10000}},
        right="50.00 元",
        wrong="90",
        hostile=[50, True, "\x00", "1" * 20_001],
    ),
    "file_upload": Sample(
        {"stem": "<p>上传实验报告。</p>", "kinds": ["picture", "document"], "maximum_files": 2},
        {
            "rubric": [
                {"id": "data", "criterion": "Data", "points": 3},
                {"id": "plot", "criterion": "Plot", "points": 1},
            ]
        },
        right=[{"id": "0190c2f4-0000-7000-8000-000000000001", "name": "报告.PDF"}],
        wrong=[{"id": "0190c2f4-0000-7000-8000-000000000002", "name": "a.png"}],
        hostile=[
            "report.pdf",
            [{"id": "1", "name": "a.pdf"}],
            [{"id": "0190c2f4-0000-7000-8000-000000000001", "name": "a.exe"}],
            [{"id": "0190c2f4-0000-7000-8000-000000000001", "name": "a\n.pdf"}],
            [{"id": "0190c2f4-0000-7000-8000-000000000001", "name": "a.pdf", "size": 1}],
            [{"id": "0190c2f4-0000-7000-8000-000000000001", "name": "a.pdf"}] * 2,
            [{"id": f"0190c2f4-0000-7000-8000-00000000000{n}", "name": "a.pdf"} for n in range(3)],
        ],
        is_pending=True,
    ),
    "matching": Sample(
        {"stem": "Pair", "left": options("l1", "l2"), "right": options("r1", "r2", "r3")},
        {"pairs": {"l1": "r2", "l2": "r1"}},
        right={"l1": "r2", "l2": "r1"},
        wrong={"l1": "r3", "l2": "r3"},
        partial={"l1": "r2"},
        partial_fraction=0.5,
        hostile=[{"l1": "l2"}, {"r1": "r1"}, {"l1": 1}, "l1"],
    ),
    "ordering": Sample(
        {"stem": "Order", "items": options("i1", "i2", "i3", "i4")},
        {"order": ["i2", "i1", "i4", "i3"], "grading": "longest_run"},
        right=["i2", "i1", "i4", "i3"],
        wrong=["i1", "i2", "i3", "i4"],
        partial=["i3", "i2", "i1", "i4"],
        partial_fraction=0.75,
        hostile=[["i1", "i1"], ["i9"], "i1", {"i1": 1}],
    ),
    "categorisation": Sample(
        {"stem": "Place", "categories": options("c1", "c2"), "items": options("i1", "i2", "i3", "i4")},
        {"placement": {"i1": "c1", "i2": "c1", "i3": "c2", "i4": "c2"}},
        right={"i1": "c1", "i2": "c1", "i3": "c2", "i4": "c2"},
        wrong={"i1": "c2", "i2": "c2"},
        partial={"i1": "c1", "i2": None},
        partial_fraction=0.25,
        hostile=[{"i1": "i2"}, {"i1": ["c1"]}, "i1"],
    ),
    "cloze": Sample(
        {
            "stem": "[[g1]] [[g2]] [[g3]]",
            "gaps": [
                {"id": "g1", "kind": "choice", "options": options("a", "b")},
                {"id": "g2", "kind": "text"},
                {"id": "g3", "kind": "numeric"},
            ],
        },
        {
            "gaps": {
                "g1": {"fractions": {"a": 1}, "feedback": {"a": "yes"}, "weight": 2},
                "g2": {"answers": [{"text": "[a-z]{2}\\d", "feedback": "ok"}], "match": "regex"},
                "g3": {
                    "match": "numeric",
                    "numeric": {"value": "3.14159", "tolerance": "3", "tolerance_kind": "significant"},
                },
            }
        },
        right={"g1": "a", "g2": "XY7", "g3": "3.14"},
        wrong={"g1": "b", "g2": "XY", "g3": "pi"},
        partial={"g1": "a"},
        partial_fraction=0.5,
        hostile=[{"g1": "z"}, {"g2": 5}, {"g9": "a"}, "a"],
    ),
    "hotspot": Sample(
        {
            "stem": "Which of them is a capital?",
            "picture": "attachment:map.png",
            "picture_alt": "A map",
            "width": 300,
            "height": 200,
            "maximum_choices": 2,
            "regions": [
                {"id": "a", "shape": "rect", "coords": [0, 0, 50, 50], "label": "North"},
                {"id": "b", "shape": "circle", "coords": [100, 100, 20], "label": "South"},
                {"id": "c", "shape": "poly", "coords": [200, 0, 250, 0, 225, 40], "label": "East"},
            ],
        },
        {
            "correct": ["a", "b"],
            "fractions": {"a": 0.5, "b": 0.5, "c": -0.5},
            "rule": "sum_of_fractions",
            "feedback": {"a": "yes"},
        },
        right=["b", "a"],
        wrong=["c"],
        partial=["a"],
        partial_fraction=0.5,
        hostile=["a", ["a", "a"], ["a", "b", "c"], ["a", None], [[1, 2]], {"a": True}],
    ),
    "material": Sample(
        {
            "stem": "<p>资料</p>",
            "questions": [
                {"id": "q1", "type": "single_choice", "marks": 1, "content": CHOICE},
                {
                    "id": "q2",
                    "type": "matching",
                    "marks": 3,
                    "content": {"stem": "P", "left": options("l1"), "right": options("r1", "r2")},
                },
            ],
        },
        {
            "questions": {
                "q1": {"fractions": {"a": 1}, "feedback": {"a": "yes"}},
                "q2": {"pairs": {"l1": "r1"}},
            },
            "explanations": {"q1": "why"},
        },
        right={"q1": "a", "q2": {"l1": "r1"}},
        wrong={"q1": "b", "q2": {"l1": "r2"}},
        partial={"q1": "a"},
        partial_fraction=0.25,
        hostile=[{"q1": "z"}, {"q9": "a"}, "a", {"q2": {"l1": "l1"}}],
    ),
}

CASES: dict[str, Sample] = {
    **SAMPLES,
    "calculated/several": Sample(
        {
            "stem": "<p>本金 {p} 元，年利率 {r}%。</p>",
            "variants": [
                {"id": "v1", "values": {"p": "1000", "r": "5"}},
                {"id": "v2", "values": {"p": "2000", "r": "4.5"}},
            ],
            "numbers": [
                {"id": "n1", "label": "利息", "unit_label": "元"},
                {"id": "n2", "label": "{r}% 之本利和"},
            ],
        },
        {
            "answers": {
                "n1": {"formula": "{p} * {r} / 100", "tolerance": "0.001", "units": {"元": 1, "万元": 10000}},
                "n2": {"formula": "{p} * (1 + {r} / 100)", "tolerance": "0", "answer_decimals": 0, "weight": 3},
            },
            "variables": [{"name": "p", "minimum": "1000", "maximum": "2000"}],
        },
        right={"n1": "50.00 元", "n2": "1050"},
        wrong={"n1": "90", "n2": "50"},
        partial={"n2": "1050"},
        partial_fraction=0.75,
        hostile=["50", {"n1": 50}, {"n9": "1"}, {"n1": "\x00"}, {"n1": "1" * 20_001}, {"n1": ["50"]}],
    ),
    "matching/several": Sample(
        {
            "stem": "Pair",
            "left": options("l1", "l2", "l3"),
            "right": options("r1", "r2", "r3", "r4"),
            "partners": {"l1": 0, "l3": 2},
        },
        {"pairs": {"l1": ["r1", "r3"], "l2": "r2", "l3": "r4"}},
        right={"l1": ["r3", "r1"], "l2": "r2", "l3": ["r4"]},
        wrong={"l1": ["r2", "r4"], "l2": "r1", "l3": ["r1", "r2"]},
        partial={"l1": ["r1"], "l2": "r2"},
        partial_fraction=0.5,
        hostile=[{"l2": ["r2"]}, {"l1": ["r1", "r1"]}, {"l3": ["r1", "r2", "r3"]}, {"l1": {"r1": 1}}, {"l1": ["l2"]}],
    ),
}
"""The samples, and further ones of types that have more than one shape: `type/what`."""
