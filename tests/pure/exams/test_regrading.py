"""What decisions about asked questions make of marks and totals."""

from decimal import Decimal

import pytest

from exams.domain.marks import Mark, MarkState
from exams.domain.regrading import Tally, Totals, add_up, better_mark, bin_labels, crossing, decided_mark, direction
from exams.domain.scoring import ItemResult, PassMark, score_paper

RIGHT, WRONG = Mark(1.0, MarkState.GRADED), Mark(0.0, MarkState.GRADED)
BLANK, PENDING = Mark(0.0, MarkState.BLANK), Mark(None, MarkState.PENDING)


@pytest.mark.parametrize(
    ("policy", "asked", "other", "fraction", "maximum"),
    [
        ("new_key", RIGHT, WRONG, 0.0, 2),
        ("new_key", WRONG, RIGHT, 1.0, 2),
        ("accept_both", RIGHT, WRONG, 1.0, 2),
        ("accept_both", WRONG, RIGHT, 1.0, 2),
        ("accept_both", PENDING, RIGHT, None, 2),
        ("full_marks", BLANK, None, 1.0, 2),
        ("full_marks", PENDING, None, 1.0, 2),
        ("drop", RIGHT, None, 1.0, 0),
        ("drop", PENDING, None, 0.0, 0),
    ],
)
def test_a_decision_makes_a_mark(policy, asked, other, fraction, maximum):
    mark, out_of = decided_mark(policy=policy, asked=asked, other=other, marks=Decimal(2))
    assert (mark.fraction, out_of) == (fraction, maximum)


def test_a_policy_of_a_key_needs_one():
    with pytest.raises(ValueError, match="corrected key"):
        decided_mark(policy="new_key", asked=RIGHT, other=None, marks=Decimal(1))


def test_the_better_mark_is_the_pending_one_while_nobody_knows():
    assert better_mark(RIGHT, PENDING) is PENDING
    assert better_mark(PENDING, RIGHT) is PENDING
    assert better_mark(WRONG, BLANK) is WRONG


@pytest.mark.parametrize("fractions", [(1.0, 0.5), (0.0, 0.0), (-1.0, 0.25), (-1.0, -0.5), (1 / 3, 2 / 3)])
def test_totals_are_those_of_the_grader(fractions):
    items = [
        ItemResult(slot=str(at), section_id="", marks=Decimal("1.50"), fraction=one) for at, one in enumerate(fractions)
    ]
    whole = score_paper(items=items, pass_mark=PassMark("percent", Decimal(60)), paper_floor=Decimal("0.00"))
    marks = sum(mark for mark in whole.item_marks.values() if mark is not None)
    found = add_up(marks=marks, maximum=Decimal(3), pending=0, pass_percent=Decimal(60))
    assert (found.score, found.percent, found.passed) == (whole.total, whole.percent, whole.passed)


def test_what_is_pending_has_no_total_and_nothing_to_earn_is_no_pass():
    waiting = add_up(marks=Decimal(3), maximum=Decimal(4), pending=1, pass_percent=Decimal(60))
    assert waiting == Totals(None, Decimal(4), None, None)
    empty = add_up(marks=Decimal(0), maximum=Decimal(0), pending=0, pass_percent=Decimal(0))
    assert (empty.percent, empty.passed) == (0, False)


def total(percent, passed):
    return Totals(Decimal(percent), Decimal(100), Decimal(percent), passed)


def test_direction_and_crossing():
    low, high = total(50, False), total(70, True)
    waiting = Totals(None, Decimal(100), None, None)
    assert (direction(old=low, new=high), crossing(old=low, new=high)) == ("gain", "up")
    assert (direction(old=high, new=low), crossing(old=high, new=low)) == ("loss", "down")
    assert (direction(old=low, new=low), crossing(old=low, new=low)) == ("", "")
    assert (direction(old=waiting, new=low), crossing(old=low, new=waiting)) == ("", "")


def test_a_tally_counts_without_keeping_attempts():
    tally = Tally()
    tally.add(old=total(50, False), new=total(100, True), is_changed=True, is_by_hand=False, is_conflict=False)
    tally.add(old=total(0, False), new=total(0, False), is_changed=False, is_by_hand=True, is_conflict=True)
    tally.add(
        old=total(90, True), new=Totals(None, Decimal(0), None, None), is_changed=True, is_by_hand=False,
        is_conflict=False,
    )  # fmt: skip
    found = tally.as_json()
    assert {name: found[name] for name in ("attempts", "changed", "gain", "up", "waiting", "empty", "by_hand")} == {
        "attempts": 3, "changed": 2, "gain": 1, "up": 1, "waiting": 1, "empty": 1, "by_hand": 1,
    }  # fmt: skip
    assert found["before"] == [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    assert found["after"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (found["means"], found["finals"], found["passes"]) == ([46.67, 50.0], [3, 2], [1, 1])
    assert Tally().as_json()["means"] == [None, None]
    assert bin_labels()[0] == "0–10"
