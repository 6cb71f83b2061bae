"""Marks that people gave and that outlive a reopening: the answer came back byte for byte as it was marked.

At the reopening the history keeps, beside the mark, a digest of the answer it was given to; when the attempt is graded
again, a mark whose answer is the same is put back with comment and marker, so that nobody marks a script twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.dateparse import parse_datetime

from exams.delivery.decided import find_decision
from exams.delivery.result_rows import NewResult
from exams.domain.marks import MarkState
from exams.marking.history import KEPT, REOPENED
from exams.models import Attempt, ItemResult, MarkChange

MANUAL = "manual"


def answer_digest(stored: str) -> str:
    """Return what tells one stored answer from another: 64 hexadecimal digits."""
    return sha256(stored.encode()).hexdigest()


def find_kept_marks(*, attempt: Attempt, results: Sequence[NewResult]) -> dict[int, MarkChange]:
    """Return, by slot, the lines of history whose marks hold for these results of a reopened attempt (with its exam):
    given by a person, to the same answer, out of as many marks, and nothing was decided about the question since. One
    statement.
    """
    lines = {
        line.slot: line
        for line in MarkChange.objects.filter(
            attempt_id=attempt.pk, reason=REOPENED, grader=MANUAL, before__isnull=False
        ).order_by("id")
    }
    return {row.slot: lines[row.slot] for row in results if row.slot in lines and _holds(attempt, row, lines[row.slot])}


def _holds(attempt: Attempt, row: NewResult, line: MarkChange) -> bool:
    before: Mapping[str, Any] = line.before or {}
    return (
        before.get("state") == str(MarkState.GRADED)
        and before.get("answer") == answer_digest(attempt.responses.get(str(row.slot), ""))
        and Decimal(before.get("maximum", "-1")) == row.maximum
        and line.version_id == row.version_id
        and find_decision(exam=attempt.exam, version_id=row.version_id) is None
    )


def with_kept_mark(row: NewResult, line: MarkChange) -> NewResult:
    """Return a result about to be stored with the mark that a line of history keeps."""
    before: Mapping[str, Any] = line.before or {}
    return replace(
        row,
        state=before["state"],
        fraction=before["fraction"],
        mark=Decimal(before["mark"]),
        parts=before["parts"],
        grader=MANUAL,
        graded_at=parse_datetime(before["graded_at"]) if before["graded_at"] else line.at,
    )


def record_kept_marks(*, attempt: Attempt, kept: Mapping[int, MarkChange], now: datetime) -> None:
    """Put comment and marker back into the stored results and add a line to the history of each; joins the caller's
    transaction, after the results are written."""
    if not kept:
        return
    rows = list(ItemResult.objects.filter(attempt_id=attempt.pk, slot__in=kept))
    for row in rows:
        before: Mapping[str, Any] = kept[row.slot].before or {}
        row.comment, row.marker_id = before["comment"], before["marker_id"]
    ItemResult.objects.bulk_update(rows, ["comment", "marker_id"])
    MarkChange.objects.bulk_create(
        MarkChange(
            attempt_id=attempt.pk,
            slot=row.slot,
            marker_id=None,
            version_id=row.version_id,
            grader=MANUAL,
            old_mark=None,
            new_mark=row.mark,
            reason=KEPT,
            at=now,
        )
        for row in rows
    )
