"""Parts of marks as results keep them."""

import json

import pytest

from exams.domain.marks import PartMark
from exams.domain.stored_parts import named_parts, parts_of_stored, stored_parts


@pytest.mark.parametrize(
    ("part", "stored"),
    [
        (PartMark("a", 1.0, True, "a"), ["a", True]),
        (PartMark("a", 1.0, True), ["a", ""]),
        (PartMark("a", 0.0, False), ["a", False, ""]),
        (PartMark("b1", 0.5, False, "debts"), ["b1", 0.5, "debts"]),
        (PartMark("b1", 1.0, True, "7", weight=2.0), [["b1", True, "7", 2]]),
        (PartMark("b1", 1.0, True, "7", weight=1.5), [["b1", True, "7", 1.5]]),
        (PartMark("content", None, None, ""), ["content", None, ""]),
        (PartMark("b", -0.25, False, "b"), ["b", -0.25, "b"]),
        (PartMark("l1", 0.0, True, ""), [["l1", False, "", 1, [], True]]),
        (
            PartMark("q1", 0.0, False, "x", 3.0, (PartMark("b", 0.0, False, "b"),)),
            [["q1", False, "x", 3, ["b", False, "b"]]],
        ),
    ],
)
def test_a_part_is_kept_short_and_comes_back_as_it_was(part, stored):
    assert stored_parts([part]) == stored
    assert json.dumps(stored_parts([part])) == json.dumps(stored), "true is not written as 1"
    assert parts_of_stored(json.loads(json.dumps(stored))) == (part,)


def test_parts_of_all_kinds_stand_one_after_the_other():
    parts = (
        PartMark("a", 1.0, True, "false"),
        PartMark("b", 0.0, False, ""),
        PartMark("c", 1.0, True, "", 2.0),
        PartMark("d", None, None, "x"),
        PartMark("e", 0.25, True, "y"),
        PartMark("f", 1.0, True, ""),
    )
    stored = stored_parts(parts)
    assert stored == [
        "a", "false", "b", False, "", ["c", True, "", 2], "d", None, "x", ["e", 0.25, "y", 1, [], True], "f", "",
    ]  # fmt: skip
    assert parts_of_stored(json.loads(json.dumps(stored))) == parts


def test_parts_stored_as_lists_of_their_own_are_read():
    older = [["a", True, "a"], ["b", False], ["q", 0.5, "x", 2, [["b", True]]]]
    assert parts_of_stored(older) == (
        PartMark("a", 1.0, True, "a"),
        PartMark("b", 0.0, False),
        PartMark("q", 0.5, False, "x", 2.0, (PartMark("b", 1.0, True),)),
    )


def test_parts_stored_in_the_older_way_are_read():
    older = [{"id": "q1", "fraction": 1, "correct": True, "given": "x", "weight": 2, "parts": [{"id": "b"}]}]
    assert parts_of_stored(older) == (PartMark("q1", 1, True, "x", 2.0, (PartMark("b", None, None),)),)


def test_pages_read_parts_by_name_in_whichever_way_they_are_stored():
    shown = {"id": "b1", "fraction": 1.0, "correct": True, "given": "7", "weight": 1.0, "parts": []}
    assert named_parts([["b1", True, "7"]]) == [shown]
    assert named_parts([{"id": "b1", "fraction": 1, "correct": True, "given": "7"}]) == [shown]
