"""Results of an exam as files: XLSX and CSV with headers in Chinese or English, written at once or by a job."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.documents.delimited import write_csv
from edu.documents.xlsx import Sheet, write_workbook
from edu.jobs.services import enqueue
from edu.notifications.services import notify
from exams.interchange.files import keep_file, remove_file
from exams.marking.anonymity import number_of
from exams.marking.gradebook import GradebookRow, list_candidates
from exams.marking.timeline import attempt_timeline
from exams.models import Attempt, Exam, ItemResult, Question, ResultExport
from exams.permissions import managed_exams

FORMATS = ("xlsx", "csv")
LANGUAGES = ("zh-hans", "en")
AT_ONCE = 300
"""Candidates of whom results are written in the request; more, and timelines, go to a job."""
KEPT_DAYS = 7
PART = 500
Say = Callable[[int, str], None]


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """What a file of results holds: `questions` adds a column of marks a question, `timeline` a sheet of what
    happened in every attempt (XLSX only).
    """

    format: str = "xlsx"
    language: str = "zh-hans"
    questions: bool = False
    timeline: bool = False

    def __post_init__(self) -> None:
        if self.format not in FORMATS or self.language not in LANGUAGES:
            raise InvalidInput(_("Choose XLSX or CSV, and Chinese or English."), field="format")

    def as_json(self) -> dict[str, Any]:
        """Return the options as they are kept."""
        return {
            "format": self.format,
            "language": self.language,
            "questions": self.questions,
            "timeline": self.timeline,
        }


def gradebook_workbook(*, exam: Exam) -> bytes:
    """Return an .xlsx file with a row a candidate, those who have not started included, in the reader's language."""
    headers, rows = result_table(exam=exam, questions=False)
    return write_workbook(sheets=[Sheet(name=_("Gradebook"), headers=headers, rows=rows, widths=WIDTHS)])


WIDTHS = (16, 16, 20, 10, 14, 14, 22, 10, 10, 10, 14)


def result_table(*, exam: Exam, questions: bool) -> tuple[list[str], list[list[Any]]]:
    """Return headers and rows of the results, in the language at hand: statements do not grow with the candidates."""
    candidates = list_candidates(exam=exam)
    headers = [
        _("Name"),
        _("Staff number"),
        _("Department"),
        _("Score"),
        pgettext("column", "Passed"),
        _("Time used (minutes)"),
        _("Handed in at"),
        _("Maximum"),
        _("Per cent"),
        _("Attempt"),
        _("Candidate number"),
        _("Started at"),
        _("Released at"),
    ]
    columns, marks = _question_columns(exam, candidates) if questions else ([], {})
    rows = []
    for candidate in candidates:
        attempt = candidate.attempt
        own = marks.get(attempt.pk, {}) if attempt else {}
        rows.append([*_cells(exam, candidate), *(own.get(question_id) for question_id, _title in columns)])
    return [*headers, *(title for _id, title in columns)], rows


def _cells(exam: Exam, row: GradebookRow) -> list[object]:
    attempt = row.attempt
    used = None if row.used_seconds is None else round(row.used_seconds / 60, 1)
    return [
        row.name,
        row.staff_number,
        row.department,
        attempt.score if attempt else None,
        _verdict(attempt),
        used,
        attempt.submitted_at if attempt else None,
        attempt.maximum if attempt else None,
        attempt.percent if attempt else None,
        attempt.number if attempt else None,
        number_of(exam=exam, attempt_id=attempt.pk) if attempt else None,
        attempt.started_at if attempt else None,
        attempt.released_at if attempt else None,
    ]


def _verdict(attempt: Attempt | None) -> str:
    if attempt is None:
        return _("Not started")
    if attempt.state in {Attempt.State.OPEN, Attempt.State.PAUSED}:
        return _("In progress")
    if attempt.passed is None:
        return _("To be marked")
    return _("Yes") if attempt.passed else _("No")


def _question_columns(
    exam: Exam, candidates: Sequence[GradebookRow]
) -> tuple[list[tuple[int, str]], dict[int, dict[int, Any]]]:
    """Return a column for each question that was asked, in the order of the paper, and marks by attempt and question:
    two statements.
    """
    counting = {row.attempt.pk for row in candidates if row.attempt}
    marks: dict[int, dict[int, Any]] = {}
    place: dict[int, int] = {}
    maximum: dict[int, Any] = {}
    results = ItemResult.objects.filter(exam_id=exam.pk).values_list(
        "attempt_id", "slot", "question_id", "mark", "maximum"
    )
    for attempt_id, slot, question_id, mark, most in results.iterator(chunk_size=5000):
        if attempt_id not in counting:
            continue
        marks.setdefault(attempt_id, {})[question_id] = mark
        place[question_id] = min(slot, place.get(question_id, slot))
        maximum[question_id] = most
    texts = dict(Question.objects.filter(pk__in=place).values_list("pk", "summary"))
    ordered = sorted(place, key=lambda pk: (place[pk], pk))
    columns = [
        (pk, f"{number}. {' '.join(texts.get(pk, '').split())[:40]} ({maximum[pk].normalize():f})")
        for number, pk in enumerate(ordered, start=1)
    ]
    return columns, marks


def _timeline_rows(exam: Exam, say: Say | None) -> Iterator[list[Any]]:
    attempts = Attempt.objects.filter(exam=exam).exclude(state=Attempt.State.VOIDED).select_related("exam", "user")
    rows = attempts.defer("paper", "responses").order_by("pk").iterator(chunk_size=PART)
    total = attempts.count() if say else 0
    done = 0
    while part := list(islice(rows, PART)):
        for attempt in part:
            name = attempt.user.get_full_name()
            for line in attempt_timeline(attempt=attempt):
                yield [name, attempt.number, line.at, line.title, line.text, line.who]
        done += len(part)
        if say:
            say(round(95 * done / max(1, total)), f"{done} / {total}")


def write_results(*, exam: Exam, options: ExportOptions, say: Say | None = None) -> bytes:
    """Return the file of an exam's results, its headers in the language of the options."""
    with override(options.language):
        headers, rows = result_table(exam=exam, questions=options.questions)
        if options.format == "csv":
            return write_csv(headers=headers, rows=rows)
        sheets = [Sheet(name=_("Gradebook"), headers=headers, rows=rows, widths=WIDTHS)]
        if options.timeline:
            titles = [_("Name"), _("Attempt"), _("When"), _("What"), _("Details"), _("By")]
            sheets.append(
                Sheet(
                    name=_("Timeline"),
                    headers=titles,
                    rows=_timeline_rows(exam, say),
                    widths=(16, 8, 22, 30, 60, 16),
                )
            )
        return write_workbook(sheets=sheets)


def is_long(*, exam: Exam, options: ExportOptions) -> bool:
    """Whether a file is for a job: timelines, or more than AT_ONCE attempts."""
    return options.timeline or Attempt.objects.filter(exam=exam)[: AT_ONCE + 1].count() > AT_ONCE


def note_export(*, exam: Exam, actor: Any, options: ExportOptions) -> None:
    """Write into the audit log that results left the site."""
    record(
        actor=actor,
        action="exam.export_results",
        object_kind="exam",
        object_id=exam.public_id,
        object_label=exam.title,
        changes=options.as_json(),
        organization_id=exam.organization_id,
    )


def request_results(*, exam: Exam, actor: Any, options: ExportOptions) -> ResultExport:
    """Ask for a file that a job writes; the person is told when it is there."""
    with transaction.atomic():
        row = ResultExport.objects.create(exam=exam, owner=actor, options=options.as_json())
        row.job = enqueue(
            kind="exams.export_results",
            arguments={"export_id": row.pk},
            owner_id=actor.pk,
            title=f"{exam.title} · {options.format.upper()}",
        )
        row.save(update_fields=["job"])
        note_export(exam=exam, actor=actor, options=options)
    return row


def write_export(*, export_id: int, say: Say) -> dict[str, Any]:
    """Write the file of an export and tell who asked for it; harmless when it was written before."""
    row = ResultExport.objects.select_related("exam", "owner").get(pk=export_id)
    address = f"/teach/gradebook/{row.exam.public_id}/exports/{row.public_id}/"
    if row.state == ResultExport.State.READY:
        return {"url": address}
    options = ExportOptions(**row.options)
    content = write_results(exam=row.exam, options=options, say=say)
    name = keep_file(folder="exports", ending=f".{options.format}", content=ContentFile(content))
    with transaction.atomic():
        row.state, row.storage_name, row.finished_at = ResultExport.State.READY, name, now_utc()
        row.save(update_fields=["state", "storage_name", "finished_at"])
        if row.owner_id:
            notify(
                user_id=row.owner_id,
                kind="exams.results_exported",
                context={"title": row.exam.title},
                url=address,
                dedupe_key=f"exams.results_exported:{row.pk}",
            )
    return {"url": address}


def get_result_export(*, user: Any, exam: Exam, public_id: Any) -> ResultExport:
    """Return an export that the person asked for, of an exam she may still manage; NotFound otherwise."""
    row = (
        ResultExport.objects.filter(
            public_id=public_id, owner=user, exam=exam, exam__in=managed_exams(user).values("pk")
        )
        .select_related("exam", "job")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such export."))
    return row


def read_export(row: ResultExport) -> bytes:
    """Return the file of an export; NotFound when it was removed or is not written yet."""
    if not row.storage_name:
        raise NotFound(_("This file is not there (any more). Ask for it again."))
    with default_storage.open(row.storage_name) as stored:
        return bytes(stored.read())


def remove_old_results() -> int:
    """Remove the files of exports that are older than KEPT_DAYS; their rows stay. Returns how many."""
    before = now_utc() - timedelta(days=KEPT_DAYS)
    old = list(ResultExport.objects.filter(finished_at__lt=before).exclude(storage_name="")[:500])
    for row in old:
        remove_file(row.storage_name)
        ResultExport.objects.filter(pk=row.pk).update(storage_name="")
    return len(old)
