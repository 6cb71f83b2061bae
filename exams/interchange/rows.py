"""Use cases of single rows of an import: mend, leave out, take in again."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from edu.core.errors import Conflict, NotFound
from exams.authoring.record_problems import RECORD_PROBLEMS
from exams.interchange.examine import Examined, examine_row
from exams.interchange.folding import fold_batch
from exams.interchange.formats.base import ParsedRow, Remark
from exams.interchange.planning import KnownQuestions, count_rows, find_like
from exams.interchange.remarks import kept
from exams.models import ImportBatch, ImportRow, Question

State = ImportRow.State
REFOLDED = 5_000
"""Doubts and losses up to which they are folded anew after each change of a row."""


def get_row(batch: ImportBatch, position: int) -> ImportRow:
    """Return a row of a batch by its position; NotFound."""
    row = (
        ImportRow.objects.filter(batch=batch, position=position)
        .select_related("question__topic", "near_duplicate_of__topic", "near_duplicate_of__bank")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such row."))
    row.batch = batch
    if row.question_id is None and batch.applied_at is not None:
        row.question = Question.everything.filter(batch=batch, batch_position=position).first()
    return row


def _require_open(batch: ImportBatch) -> None:
    if batch.state != ImportBatch.State.PLANNED:
        raise Conflict(_("This import was applied before."))


def save_row(*, row: ImportRow, record: Mapping[str, Any]) -> bool:
    """Put a mended record into the plan and examine it anew; True when it can be imported now.

    What is still wrong is kept with the row. What was doubtful counts as looked at.
    """
    _require_open(row.batch)
    with override("en"):
        item = ParsedRow(row=row.row, file=row.file, record=record)
        examined = examine_row(item, owner_id=row.batch.owner_id)
        with transaction.atomic():
            _take(row, examined)
            _settle(row)
            row.save()
            refresh_report(row.batch)
    return row.state != State.FAILED


def _take(row: ImportRow, examined: Examined) -> None:
    for name in ("state", "type", "ref", "summary", "record", "problems", "doubts", "content_hash"):
        setattr(row, name, getattr(examined, name))
    if row.state == State.DOUBTFUL:
        row.state, row.doubts = State.NEW, []
    row.search_text = examined.plain_text
    row.question_id = row.repeats_position = row.near_duplicate_of_id = row.near_percent = row.near_position = None


def _settle(row: ImportRow) -> None:
    """Ask the bank and the other rows for the content and the reference of a row that is sound."""
    if row.state == State.FAILED:
        return
    KnownQuestions(row.batch.bank, [(row.content_hash, row.ref)]).settle(row)
    others = (
        ImportRow.objects.filter(batch=row.batch).exclude(pk=row.pk).exclude(state__in=[State.FAILED, State.EXCLUDED])
    )
    same = others.filter(content_hash=row.content_hash).order_by("position").first()
    namesake = others.filter(ref=row.ref).order_by("position").first() if row.ref else None
    if same is not None:
        row.state, row.repeats_position = State.DUPLICATE, same.position
    elif namesake is not None:
        problem = Remark(row=0, field="ref", text=RECORD_PROBLEMS["same_reference"], values={"n": namesake.row})
        row.state, row.problems = State.FAILED, kept([problem], row=row.row, file=row.file)
        row.question_id = None
    elif row.state == State.NEW:
        find_like(row)


def exclude_row(*, row: ImportRow) -> None:
    """Leave a row out of the import."""
    _require_open(row.batch)
    with transaction.atomic():
        row.state = State.EXCLUDED
        row.save(update_fields=["state"])
        refresh_report(row.batch)


def include_row(*, row: ImportRow) -> None:
    """Take a row in again, as what it is by now; also a duplicate that is to be examined anew."""
    _require_open(row.batch)
    doubts = row.doubts
    save_row(row=row, record=row.record or {})
    if doubts and row.state == State.NEW:
        row.state, row.doubts = State.DOUBTFUL, doubts
        row.save(update_fields=["state", "doubts"])
        refresh_report(row.batch)


def accept_row(*, row: ImportRow) -> None:
    """Say that a doubtful row is right as it stands."""
    if row.state == State.DOUBTFUL:
        save_row(row=row, record=row.record or {})


def refresh_report(batch: ImportBatch) -> None:
    """Count the rows of a batch anew."""
    folded = batch.report.get("folded", [])
    if sum(entry["count"] for entry in folded) <= REFOLDED:
        folded = fold_batch(batch)
    batch.report = {**count_rows(batch), "folded": folded}
    ImportBatch.objects.filter(pk=batch.pk).update(report=batch.report)
