from datetime import UTC, datetime, timedelta

import pytest

from edu.training.domain.staff_sheet import HeaderMissing, TooManyRows, read_sheet
from edu.training.domain.states import ProductProgress, combine, reminder_days, shown_state

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def progress(state, percent=0, finished_at=None):
    return ProductProgress(state=state, percent=percent, finished_at=finished_at)


def test_all_products_done_is_done_at_the_last_of_them():
    standing = combine([progress("done", 100, NOW), progress("done", 100, NOW + timedelta(days=1))])
    assert (standing.outcome, standing.percent, standing.finished_at) == ("done", 100, NOW + timedelta(days=1))


def test_one_failed_product_fails_the_assignment():
    assert combine([progress("done", 100, NOW), progress("failed", 50)]).outcome == "failed"


def test_a_begun_product_counts_as_in_progress_and_never_as_complete():
    standing = combine([progress("done", 100, NOW), progress("in_progress", 100)])
    assert (standing.outcome, standing.percent, standing.finished_at) == ("in_progress", 99, None)


def test_nothing_begun_or_nothing_assigned_is_not_started():
    assert combine([progress("not_started")]).outcome == "not_started"
    assert combine([]).outcome == "not_started"


@pytest.mark.parametrize(
    ("outcome", "hours", "shown"),
    [
        ("in_progress", 1, "in_progress"),
        ("in_progress", 0, "in_progress"),
        ("in_progress", -1, "late"),
        ("not_started", -1, "late"),
        ("done", -1, "done"),
        ("failed", -1, "failed"),
    ],
)
def test_who_is_unfinished_after_the_deadline_is_late(outcome, hours, shown):
    assert shown_state(outcome=outcome, due_at=NOW + timedelta(hours=hours), now=NOW) == shown


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (24, 1), (25, 3), (72, 3), (73, None), (0, None), (-5, None)])
def test_reminders_come_three_days_and_one_day_before(hours, days):
    assert reminder_days(due_at=NOW + timedelta(hours=hours), now=NOW) == days


def test_chinese_and_english_headers_are_read_below_a_title():
    rows = [["2026 年花名册"], ["工号*", "姓名", "Dept", "备注"], ["A1", " 王 小明 ", "仓储部", "x"], ["", "", "", ""]]
    sheet = read_sheet(rows, most=10)
    assert sheet.rows[0].number == 3
    assert sheet.rows[0].fields == {"staff_number": "A1", "real_name": "王 小明", "department": "仓储部"}
    assert len(sheet.rows) == 1


def test_problems_name_the_field_and_the_row_that_was_first():
    rows = [["姓名", "工号", "邮箱"], ["甲", "A1", "x@y.cn"], ["", "a1", "X@y.cn"], ["乙" * 81, "\x00A2", ""]]
    sheet = read_sheet(rows, most=10)
    assert sheet.rows[1].problems == ("missing:real_name", "twice:2", "twice_email:2")
    assert sheet.rows[2].problems == ("long:real_name", "control:staff_number")


def test_a_sheet_without_our_headers_says_which_are_missing():
    with pytest.raises(HeaderMissing) as error:
        read_sheet([["姓名", "x"], ["甲", "1"]], most=10)
    assert error.value.missing == ("staff_number",)


def test_short_rows_and_too_many_rows():
    assert read_sheet([["姓名", "工号"], ["甲"]], most=1).rows[0].problems == ("missing:staff_number",)
    with pytest.raises(TooManyRows):
        read_sheet([["姓名", "工号"], ["甲", "1"], ["乙", "2"]], most=1)
