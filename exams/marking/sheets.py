"""Marks by spreadsheet: the sheet to fill, reading it back, applying it as one unit, taking it back as a whole."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput
from edu.documents.delimited import write_csv
from edu.documents.xlsx import MAX_FILE_BYTES, Sheet, cell_text, read_rows, write_workbook
from edu.jobs.services import enqueue
from exams.domain.scoring import round_mark
from exams.interchange.formats.base import UnreadableFile
from exams.interchange.formats.encodings import decode
from exams.marking.anonymity import names_of, number_of
from exams.marking.history import SHEET, SHEET_UNDONE, record_mark, snapshot, stamp_of
from exams.marking.leases import PENDING
from exams.marking.mark import MANUAL, is_held_by_another, marked_by_hand, put_mark, restore_result
from exams.marking.regrade import regrade_total
from exams.models import Attempt, Exam, ItemResult, MarkChange, MarkSheet, Question
from exams.permissions import managed_exams
from exams.presentation import number_text

MAXIMUM_ROWS = 20_000
AT_ONCE = 200
"""Rows that are applied in the request; more go to a job."""
COLUMNS = ("candidate", "name", "number", "question", "maximum", "mark", "comment", "stamp")
HEADERS = {
    "candidate": gettext_noop("Candidate number"),
    "name": gettext_noop("Name"),
    "number": gettext_noop("Question number"),
    "question": gettext_noop("Question"),
    "maximum": gettext_noop("Maximum"),
    "mark": gettext_noop("Mark given"),
    "comment": gettext_noop("Comment to the learner"),
    "stamp": gettext_noop("Version (do not change)"),
}
LANGUAGES = ("en", "zh-hans")


def short_stamp(row: ItemResult) -> str:
    """Return eight letters that change whenever the mark of an answer changes."""
    return "v" + sha256(f"{row.key_text}|{stamp_of(row)}".encode()).hexdigest()[:8]


def _results(exam: Exam, question_id: int | None) -> list[ItemResult]:
    rows = ItemResult.objects.filter(marked_by_hand(), exam_id=exam.pk)
    if question_id is not None:
        rows = rows.filter(question_id=question_id)
    return list(rows.order_by("attempt_id", "slot"))


def sheet_table(*, exam: Exam, question_id: int | None = None) -> tuple[list[str], list[list[Any]]]:
    """Return headers and rows of the sheet to fill, of one question or all: three statements."""
    results = _results(exam, question_id)
    if len(results) > MAXIMUM_ROWS:
        raise InvalidInput(_("The sheet would have more than 20,000 rows. Take one question at a time."))
    summaries = dict(Question.objects.filter(pk__in={row.question_id for row in results}).values_list("pk", "summary"))
    names = {} if exam.marking_is_anonymous else names_of(user_ids={row.user_id for row in results})
    columns = [column for column in COLUMNS if column != "name" or not exam.marking_is_anonymous]
    table = []
    for row in results:
        cells = {
            "candidate": number_of(exam=exam, attempt_id=row.attempt_id),
            "name": names.get(row.user_id, ""),
            "number": row.slot,
            "question": summaries.get(row.question_id, ""),
            "maximum": row.maximum,
            "mark": row.mark,
            "comment": row.comment,
            "stamp": short_stamp(row),
        }
        table.append([cells[column] for column in columns])
    return [_(HEADERS[column]) for column in columns], table


def sheet_file(*, exam: Exam, question_id: int | None, as_csv: bool) -> bytes:
    """Return the sheet to fill as .xlsx, or as CSV with a mark of its encoding. Text never becomes a formula."""
    headers, rows = sheet_table(exam=exam, question_id=question_id)
    if as_csv:
        return write_csv(headers=headers, rows=rows)
    widths = [16, *([16] if not exam.marking_is_anonymous else []), 10, 44, 10, 10, 44, 18]
    return write_workbook(sheets=[Sheet(name=_("Marks"), headers=headers, rows=rows, widths=widths)])


# -- reading --------------------------------------------------------------------------------------
def read_sheet(*, exam: Exam, actor: Any, file_name: str, data: bytes, now: datetime) -> MarkSheet:
    """Read a filled sheet into a preview; nothing is marked. InvalidInput for a file that is no sheet of marks."""
    lines = _lines(data)
    header, columns = _header(lines)
    results = {
        (number_of(exam=exam, attempt_id=row.attempt_id).replace(" ", ""), row.slot): row
        for row in _results(exam, None)
    }
    known = {candidate for candidate, _slot in results}
    rows: list[dict[str, Any]] = []
    unchanged = 0
    seen: Counter[tuple[str, int]] = Counter()
    body = [(number, line) for number, line in enumerate(lines[header + 1 :], start=header + 2) if any(line)]
    if len(body) > MAXIMUM_ROWS:
        raise InvalidInput(_("The sheet has more than 20,000 rows. Split it."), field="file")
    for number, line in body:
        cells = {name: line[place] if place < len(line) else "" for name, place in columns.items()}
        entry, result = _entry(number, cells, results, known)
        if result is not None:
            key = (entry["candidate"].replace(" ", ""), entry["slot"])
            seen[key] += 1
            if seen[key] > 1 and not entry["problem"]:
                entry["problem"] = "twice"
            if not entry["problem"] and _is_unchanged(entry, result):
                unchanged += 1
                continue
            if not entry["problem"]:
                entry["problem"] = _trouble(cells, result, actor, now)
        rows.append(entry)
    if not rows and not unchanged:
        raise InvalidInput(_("The sheet has no rows."), field="file")
    return MarkSheet.objects.create(
        exam=exam, owner=actor, file_name=file_name[:200], rows=rows, unchanged=unchanged, created_at=now
    )


def _lines(data: bytes) -> list[list[str]]:
    """Return the cells of a file as text: .xlsx by its first bytes, anything else as CSV in any usual encoding."""
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        return [[cell_text(cell) for cell in row] for row in read_rows(data=data)]
    wrong = InvalidInput(_("This is not a spreadsheet. Save it as .xlsx or .csv and try again."), field="file")
    if not data or len(data) > MAX_FILE_BYTES:
        raise wrong
    try:
        text, _encoding = decode(data)
    except UnreadableFile as error:
        raise wrong from error
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise wrong from error


def _header(lines: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the place of the header and the place of each column in it, in either language."""
    names: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            names |= {_(text).casefold(): column for column, text in HEADERS.items()}
    for number, line in enumerate(lines[:10]):
        columns = {names[cell.casefold()]: place for place, cell in enumerate(line) if cell.casefold() in names}
        if {"candidate", "number", "mark"} <= set(columns):
            return number, columns
    raise InvalidInput(
        _("The columns of a sheet of marks were not found. Download the sheet here and fill that one."), field="file"
    )


def _entry(
    number: int, cells: dict[str, str], results: dict[tuple[str, int], ItemResult], known: set[str]
) -> tuple[dict[str, Any], ItemResult | None]:
    """Return a row as it is kept, and the result it is about."""
    candidate = "".join(cells["candidate"].replace("'", "").split()).zfill(8)
    slot = int(cells["number"]) if cells["number"].isascii() and cells["number"].isdecimal() else 0
    result = results.get((candidate, slot))
    entry: dict[str, Any] = {
        "line": number,
        "candidate": f"{candidate[:4]} {candidate[4:]}" if candidate in known else cells["candidate"][:40],
        "slot": slot,
        "question": cells.get("question", "")[:120],
        "mark": cells["mark"][:20],
        "comment": _unquoted(cells.get("comment", ""))[:5000],
        "problem": "",
    }
    if result is None:
        entry["problem"] = "question" if candidate in known else "candidate"
        return entry, None
    entry |= {
        "attempt_id": result.attempt_id,
        "before": number_text(result.mark),
        "maximum": number_text(result.maximum),
        "stamp": stamp_of(result),
        "has_comment": "comment" in cells,
    }
    try:
        value = None if entry["mark"] == "" else round_mark(Decimal(entry["mark"].replace("，", ".").replace(",", ".")))
    except InvalidOperation:
        entry["problem"] = "number"
        return entry, result
    if value is not None and not 0 <= value <= result.maximum:
        entry["problem"] = "range"
    entry["mark"] = number_text(value)
    return entry, result


def _unquoted(text: str) -> str:
    """Return text without the apostrophe that our own CSV set before what a program could take for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@" else text


def _is_unchanged(entry: dict[str, Any], result: ItemResult) -> bool:
    if entry["mark"] == "" and result.mark is None:
        return True
    same_words = not entry["has_comment"] or entry["comment"].strip() == result.comment
    return entry["mark"] in ("", number_text(result.mark)) and (same_words or result.mark is None)


def _trouble(cells: dict[str, str], result: ItemResult, actor: Any, now: datetime) -> str:
    stamp = cells.get("stamp", "").strip()
    if stamp and stamp != short_stamp(result):
        return "changed"
    if result.state == PENDING and is_held_by_another(result, user=actor, now=now):
        return "held"
    return ""


def problem_text(code: str, /, *, maximum: str = "") -> str:
    """Return what is wrong with a row, in the reader's language."""
    return {
        "candidate": _("No candidate of this exam has this number."),
        "question": _("This candidate has no answer to this question that a person marks."),
        "number": _("The mark is not a number."),
        "range": _("The mark has to lie between 0 and %(maximum)s.") % {"maximum": maximum},
        "twice": _("This answer stands in the sheet twice."),
        "changed": _("The mark was changed after the sheet was downloaded."),
        "held": _("A colleague has this answer open."),
    }.get(code, "")


# -- applying -------------------------------------------------------------------------------------
def good_rows(sheet: MarkSheet) -> list[dict[str, Any]]:
    """Return the rows of a sheet that can be applied."""
    return [row for row in sheet.rows if not row["problem"]]


def request_apply(*, sheet: MarkSheet, actor: Any, now: datetime) -> MarkSheet:
    """Apply a sheet at once, or by a job where it is long. Conflict and InvalidInput as apply_sheet."""
    if not good_rows(sheet):
        raise InvalidInput(_("No row of this sheet can be applied."))
    if len(good_rows(sheet)) <= AT_ONCE:
        apply_sheet(sheet=sheet, actor=actor, now=now)
        return sheet
    with transaction.atomic():
        sheet.job = enqueue(
            kind="exams.mark_sheet",
            arguments={"sheet_id": sheet.pk, "actor_id": actor.pk},
            owner_id=actor.pk,
            title=f"{sheet.exam.title} · {sheet.file_name}",
            unique_key=f"exams.mark_sheet:{sheet.pk}",
        )
        sheet.save(update_fields=["job"])
    return sheet


def apply_sheet(*, sheet: MarkSheet, actor: Any, now: datetime) -> int:
    """Give all marks of a sheet in one transaction, each with its line of history; return how many.

    Conflict when it was applied before, or a mark changed since it was read: then nothing is applied.
    """
    with transaction.atomic():
        changed = MarkSheet.objects.filter(pk=sheet.pk, state=MarkSheet.State.READ).update(
            state=MarkSheet.State.APPLIED, applied_at=now
        )
        if not changed:
            raise Conflict(_("This sheet was applied or discarded already."))
        done = 0
        for attempt, entries in _locked(sheet, good_rows(sheet)):
            results = {row.slot: row for row in ItemResult.objects.filter(attempt_id=attempt.pk)}
            for entry in entries:
                row = results[entry["slot"]]
                if stamp_of(row) != entry["stamp"] or (
                    row.state == PENDING and is_held_by_another(row, user=actor, now=now)
                ):
                    raise Conflict(_("Marks changed since the sheet was read. Upload it again; nothing was applied."))
                _apply_entry(entry, row, attempt, actor, now)
                done += 1
            regrade_total(attempt=attempt, now=now)
        sheet.state, sheet.applied_at = MarkSheet.State.APPLIED, now
        sheet.save(update_fields=["rows"])
        _record("exam.mark_sheet", sheet, actor, done)
    return done


def _apply_entry(entry: dict[str, Any], row: ItemResult, attempt: Attempt, actor: Any, now: datetime) -> None:
    before = snapshot(row)
    if entry["mark"] != "" and entry["mark"] != number_text(row.mark):
        put_mark(row=row, attempt=attempt, fractions=None, points=Decimal(entry["mark"]))
    if entry["has_comment"]:
        row.comment = entry["comment"].strip()
    row.grader, row.marker_id, row.lease_until_at, row.graded_at = MANUAL, actor.pk, None, now
    row.save()
    change = record_mark(row=row, before=before, marker_id=actor.pk, reason=SHEET, now=now)
    entry["change_id"] = change.pk if change else None
    entry["after"] = stamp_of(row)


def _locked(sheet: MarkSheet, entries: Sequence[dict[str, Any]]) -> Iterator[tuple[Attempt, list[dict[str, Any]]]]:
    """Yield attempts with their rows of the sheet, locked in the order of their ids, so that two sheets never wait
    for each other.
    """
    by_attempt: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        by_attempt.setdefault(entry["attempt_id"], []).append(entry)
    for attempt_id in sorted(by_attempt):
        attempt = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("exam")
            .filter(pk=attempt_id, exam_id=sheet.exam_id)
            .first()
        )
        if attempt is None:
            raise Conflict(_("Marks changed since the sheet was read. Upload it again; nothing was applied."))
        yield attempt, by_attempt[attempt_id]


def undo_sheet(*, sheet: MarkSheet, actor: Any, now: datetime) -> int:
    """Take all marks of a sheet back in one transaction; return how many.

    Conflict when it is not applied, or one of its marks was changed since: then nothing is taken back.
    """
    with transaction.atomic():
        changed = MarkSheet.objects.filter(pk=sheet.pk, state=MarkSheet.State.APPLIED).update(
            state=MarkSheet.State.UNDONE, undone_at=now
        )
        if not changed:
            raise Conflict(_("Only an applied sheet can be undone."))
        entries = [entry for entry in sheet.rows if entry.get("change_id")]
        changes = MarkChange.objects.in_bulk([entry["change_id"] for entry in entries])
        for attempt, own in _locked(sheet, entries):
            results = {row.slot: row for row in ItemResult.objects.filter(attempt_id=attempt.pk)}
            for entry in own:
                row = results[entry["slot"]]
                if stamp_of(row) != entry["after"]:
                    message = _("Line %(line)d was marked again since. Nothing was undone.")
                    raise Conflict(message % {"line": entry["line"]})
                restore_result(
                    row=row,
                    attempt=attempt,
                    to=changes[entry["change_id"]].before or {},
                    marker_id=actor.pk,
                    reason=SHEET_UNDONE,
                    now=now,
                )
            regrade_total(attempt=attempt, now=now)
        sheet.state, sheet.undone_at = MarkSheet.State.UNDONE, now
        _record("exam.undo_mark_sheet", sheet, actor, len(entries))
    return len(entries)


def discard_sheet(*, sheet: MarkSheet) -> bool:
    """Put a sheet that was not applied away; False when it was."""
    return bool(
        MarkSheet.objects.filter(pk=sheet.pk, state=MarkSheet.State.READ).update(state=MarkSheet.State.DISCARDED)
    )


def find_sheet(*, user: Any, public_id: Any) -> MarkSheet | None:
    """Return a sheet of an exam the person may manage, with exam and job."""
    rows = MarkSheet.objects.filter(public_id=public_id, exam__in=managed_exams(user).values("pk"))
    return rows.select_related("exam", "owner", "job").first()


def _record(action: str, sheet: MarkSheet, actor: Any, count: int) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="exam",
        object_id=sheet.exam.public_id,
        object_label=sheet.exam.title,
        changes={"file": sheet.file_name, "marks": count},
        organization_id=sheet.exam.organization_id,
    )
