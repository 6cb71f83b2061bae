"""The verdict of the fault campaign sees what it is there to see."""

from dataclasses import replace

import pytest

from tests.faults.candidate import Record
from tests.faults.verdict import MARKS, Outcome, Tally, judge

KEY = {"1": "a", "2": True}
GOOD = Outcome(
    state="graded",
    responses={"1": "a", "2": False},
    marks={"1": MARKS, "2": 0.0},
    score=MARKS,
    submissions=1,
    attempts=1,
    result_rows=2,
)


def _record(**given):
    return Record(token="", cookie="", exam="", run="", fault="", **given)


def _answered():
    batch = {"1": "a", "2": False}
    return _record(sent=[(1, 1, batch)], acknowledged=[(1, 1, batch)])


def test_a_run_without_loss_is_clean():
    assert judge(_answered(), GOOD, key=KEY) == Tally(runs=1, acknowledged=2, graded=2)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"responses": {"2": False}, "marks": {"1": 0.0, "2": 0.0}, "score": 0.0}, {"lost": 1}),
        ({"responses": {"1": "b", "2": False}, "marks": {"1": 0.0, "2": 0.0}, "score": 0.0}, {"lost": 1}),
        ({"state": "open"}, {"lost": 2}),
        ({"submissions": 2}, {"double_submissions": 1}),
        ({"submissions": 0}, {"double_submissions": 1}),
        ({"attempts": 2}, {"double_submissions": 1}),
        ({"result_rows": 4}, {"double_submissions": 1}),
        ({"marks": {"1": MARKS, "2": MARKS}, "score": 2 * MARKS}, {"wrong_marks": 1}),
        ({"score": 0.0}, {"wrong_marks": 1}),
    ],
)
def test_each_defect_is_counted(change, found):
    tally = judge(_answered(), replace(GOOD, **change), key=KEY)
    assert {name: getattr(tally, name) for name in ("lost", "double_submissions", "wrong_marks")} == {
        "lost": 0,
        "double_submissions": 0,
        "wrong_marks": 0,
    } | found


def test_a_later_answer_may_stand_for_an_acknowledged_one_and_an_earlier_one_may_not():
    record = _record(
        sent=[(1, 1, {"1": "b"}), (1, 2, {"1": "c"}), (1, 3, {"1": "a"})], acknowledged=[(1, 2, {"1": "c"})]
    )
    assert judge(record, GOOD, key=KEY).lost == 0
    record.sent.pop()
    assert judge(record, GOOD, key=KEY).lost == 1


def test_what_came_late_counts_where_it_is_kept_apart():
    record = _record(quarantined=[{"1": "d"}])
    assert judge(record, GOOD, key=KEY).lost == 1
    kept = judge(record, replace(GOOD, late=[{"1": "d"}]), key=KEY)
    assert (kept.lost, kept.graded, kept.kept_late) == (0, 1, 1)


def test_what_was_handed_in_counts_like_an_acknowledged_answer():
    record = _record(sent=[(1, 1, {"1": "b"})], handed_in=[(1, 1, {"1": "b"})])
    assert judge(record, GOOD, key=KEY).lost == 1


def test_what_a_page_called_saved_is_graded_just_so():
    record = _answered()
    record.shown = {"1": "a"}
    assert judge(record, GOOD, key=KEY).lost == 0
    record.shown = {"1": "b"}
    assert judge(record, GOOD, key=KEY).lost == 1
