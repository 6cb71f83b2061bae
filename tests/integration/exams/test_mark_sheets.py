"""Marks by spreadsheet: the sheet, its preview, applying and undoing it, and who may."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from python_calamine import load_workbook

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.documents.delimited import csv_text
from edu.documents.xlsx import Sheet, write_workbook
from exams.marking import sheets
from exams.marking.leases import lease_next
from exams.marking.sheets import apply_sheet, read_sheet, request_apply, sheet_file, undo_sheet
from exams.models import Attempt, Exam, ItemResult, MarkChange, MarkSheet
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """Return an exam with one essay of two marks, and the results of three candidates."""
    exam = make_exam(types=("essay", "single_choice"), owner=make_user(is_instructor=True))
    now = now_utc()
    for name in ("=cmd|x", "李四", "王五"):
        sit_exam(
            user_id=make_user(real_name=name).pk,
            exam_id=exam.public_id,
            answers={1: "text", 2: "b"},
            started_at=now,
            submitted_at=now,
        )
    return exam, list(ItemResult.objects.filter(exam_id=exam.pk, slot=1).order_by("pk"))


def table_of(exam, **options):
    """Return header and rows of the downloaded CSV."""
    text = sheet_file(exam=exam, question_id=None, as_csv=True, **options).decode("utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text)))
    return header, rows


def filled(header, rows, marks, comments=None):
    """Return the rows as an .xlsx with marks (and comments) written into them."""
    mark, comment = header.index("Mark given"), header.index("Comment to the learner")
    for number, row in enumerate(rows):
        row[mark] = marks[number] if number < len(marks) else row[mark]
        if comments:
            row[comment] = comments[number]
    return write_workbook(sheets=[Sheet(name="Marks", headers=header, rows=rows)])


def read(exam, data, name="marks.xlsx"):
    return read_sheet(exam=exam, actor=exam.owner, file_name=name, data=data, now=now_utc())


def test_the_sheet_names_nobody_and_holds_no_formula(desk):
    exam, _rows = desk
    with translation.override("zh-hans"):
        data = sheet_file(exam=exam, question_id=None, as_csv=False)
    table = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert table[0] == ["考生编号", "题号", "题目", "满分", "得分", "给考生的评语", "版本（请勿改动）"]
    assert len(table) == 4
    assert "李四" not in str(table)
    Exam.objects.filter(pk=exam.pk).update(marking_is_anonymous=False)
    exam.refresh_from_db()
    header, rows = table_of(exam)
    assert {row[header.index("Name")] for row in rows} == {"'=cmd|x", "李四", "王五"}


def test_a_filled_sheet_is_applied_as_one_and_undone_as_one(desk):
    exam, results = desk
    header, rows = table_of(exam)
    sheet = read(exam, filled(header, rows, ["2", "1.5", ""], ["好", "", ""]))
    assert [(row["mark"], row["problem"]) for row in sheet.rows] == [("2", ""), ("1.5", "")]
    assert sheet.unchanged == 1
    assert apply_sheet(sheet=sheet, actor=exam.owner, now=now_utc()) == 2
    marks = [row.mark for row in ItemResult.objects.filter(pk__in=[row.pk for row in results]).order_by("pk")]
    assert marks == [Decimal(2), Decimal("1.5"), None]
    assert ItemResult.objects.get(pk=results[0].pk).comment == "好"
    assert Attempt.objects.get(pk=results[0].attempt_id).score == Decimal(4)
    assert [change.reason for change in MarkChange.objects.all()] == ["mark sheet"] * 2
    with pytest.raises(Conflict):
        apply_sheet(sheet=sheet, actor=exam.owner, now=now_utc())
    sheet.refresh_from_db()
    assert undo_sheet(sheet=sheet, actor=exam.owner, now=now_utc()) == 2
    assert set(ItemResult.objects.filter(slot=1).values_list("state", flat=True)) == {"pending"}
    assert Attempt.objects.get(pk=results[0].attempt_id).state == Attempt.State.NEEDS_MARKING
    assert MarkChange.objects.count() == 4
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"exam.mark_sheet", "exam.undo_mark_sheet"} <= actions


def test_every_row_with_a_problem_says_which(desk):
    exam, results = desk
    header, rows = table_of(exam)
    give = {"user": exam.owner, "slot": 1, "now": now_utc(), "points": Decimal(1)}
    stranger, unknown = list(rows[0]), list(rows[0])
    stranger[0], unknown[1] = "0000 0001", "9"
    everything = [*rows, stranger, unknown, list(rows[1])]
    data = filled(header, everything, ["abc", "2", "3", "1", "1", "2"])
    mark_by_hand(attempt_id=results[1].attempt_id, **give)
    sheet = read(exam, data)
    assert [row["problem"] for row in sheet.rows] == ["number", "changed", "range", "candidate", "question", "twice"]
    with pytest.raises(InvalidInput):
        request_apply(sheet=sheet, actor=exam.owner, now=now_utc())


def test_what_a_colleague_holds_or_changed_is_not_overwritten(desk):
    exam, results = desk
    header, rows = table_of(exam)
    data = filled(header, rows, ["1", "1", "1"])
    colleague = make_user(is_operator=True)
    held = lease_next(user=colleague, exam_id=exam.pk, question_id=results[0].question_id, now=now_utc())
    sheet = read(exam, data)
    assert [row["problem"] for row in sheet.rows if row["attempt_id"] == held.attempt_id] == ["held"]
    other = next(row for row in results if row.pk != held.pk)
    mark_by_hand(user=colleague, attempt_id=other.attempt_id, slot=1, now=now_utc(), points=Decimal(2))
    with pytest.raises(Conflict):
        apply_sheet(sheet=sheet, actor=exam.owner, now=now_utc())
    assert MarkChange.objects.count() == 1
    assert MarkSheet.objects.get(pk=sheet.pk).state == MarkSheet.State.READ


def test_a_sheet_with_a_mark_changed_since_is_not_undone(desk):
    exam, results = desk
    header, rows = table_of(exam)
    sheet = read(exam, filled(header, rows, ["1", "1", "1"]))
    apply_sheet(sheet=sheet, actor=exam.owner, now=now_utc())
    mark_by_hand(
        user=exam.owner, attempt_id=results[2].attempt_id, slot=1, now=now_utc(), points=Decimal(2), reason="again"
    )
    with pytest.raises(Conflict):
        undo_sheet(sheet=MarkSheet.objects.get(pk=sheet.pk), actor=exam.owner, now=now_utc())
    assert ItemResult.objects.get(pk=results[0].pk).mark == Decimal(1)


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"a,b,c\n1,2,3", b"PK\x03\x04broken", "你好".encode()])
def test_a_file_that_is_no_sheet_is_refused(desk, data):
    exam, _results = desk
    with pytest.raises(InvalidInput):
        read(exam, data)
    assert not MarkSheet.objects.exists()


def test_a_sheet_in_the_encoding_of_chinese_excel_is_read(desk):
    exam, _results = desk
    with translation.override("zh-hans"):
        header, rows = table_of(exam)
    rows[0][header.index("得分")] = "2"
    text = "\r\n".join(",".join(row) for row in [header, *rows])
    sheet = read(exam, text.encode("gb18030"), "marks.csv")
    assert [row["mark"] for row in sheet.rows] == ["2"]


def test_a_long_sheet_is_applied_by_a_job(desk, run_jobs, monkeypatch):
    exam, _results = desk
    monkeypatch.setattr(sheets, "AT_ONCE", 1)
    header, rows = table_of(exam)
    sheet = read(exam, filled(header, rows, ["1", "1", "1"]))
    request_apply(sheet=sheet, actor=exam.owner, now=now_utc())
    assert not MarkChange.objects.exists()
    run_jobs()
    assert MarkChange.objects.count() == 3
    assert MarkSheet.objects.get().state == MarkSheet.State.APPLIED


def test_the_pages_of_a_sheet(desk, client):
    exam, _results = desk
    client.force_login(exam.owner)
    url = reverse("marking:sheets", args=[exam.public_id])
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 422
    download = client.get(reverse("marking:sheet_download", args=[exam.public_id]))
    assert download.content[:2] == b"PK"
    header, rows = table_of(exam)
    data = filled(header, rows, ["2", "9", ""])
    answer = client.post(url, {"file": SimpleUploadedFile("marks.xlsx", data)})
    sheet = MarkSheet.objects.get()
    page = reverse("marking:sheet", args=[sheet.public_id])
    assert answer.url == page
    body = client.get(page).content.decode()
    assert "The mark has to lie between 0 and 2." in body
    assert len(client.get(page, {"show": "problems"}).context["rows"]) == 1
    stranger = make_user(is_instructor=True)
    client.force_login(stranger)
    assert client.get(page).status_code == 404
    assert client.post(page, {"act": "apply"}).status_code == 404
    assert client.get(url).status_code == 404
    assert client.get(reverse("marking:sheet_download", args=[exam.public_id])).status_code == 404
    assert not MarkChange.objects.exists()
    client.force_login(exam.owner)
    assert client.post(page, {"act": "apply"}).status_code == 302
    assert MarkChange.objects.count() == 1
    assert client.post(page, {"act": "undo"}).status_code == 302
    assert MarkChange.objects.count() == 2


def test_statements_of_reading_a_sheet_do_not_grow(desk, django_assert_num_queries):
    exam, _results = desk
    counts = []
    for _size in range(2):
        header, rows = table_of(exam)
        data = filled(header, rows, ["1"] * len(rows))
        with django_assert_num_queries(counts[0] if counts else 2, exact=bool(counts)) as captured:
            read(exam, data)
        counts.append(len(captured))
        now = now_utc()
        for _ in range(6):
            sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers={1: "x"}, started_at=now, submitted_at=now)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("＝1", "'＝1"),
        ("007", "\t007"),
        ("123456789012", "\t123456789012"),
        ("12345", "12345"),
        (Decimal("1.50"), "1.50"),
        (None, ""),
        (True, "1"),
    ],
)
def test_cells_of_a_csv_stay_what_they_are(value, text):
    assert csv_text(value) == text
