"""The history of marks that people give: rows are only added, and each says what stood before."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from exams.fetch import moment_text
from exams.models import ItemResult, MarkChange

UNDONE = gettext_noop("mark taken back")
SHEET_UNDONE = gettext_noop("mark sheet undone")
SHEET = gettext_noop("mark sheet")
APPEAL = gettext_noop("appeal upheld")
REOPENED = gettext_noop("attempt opened again")
KEPT = gettext_noop("the answer did not change, so its mark holds")


def snapshot(row: ItemResult) -> dict[str, Any]:
    """Return what a result is now, as plain JSON: enough to put it back."""
    return {
        "state": row.state,
        "fraction": row.fraction,
        "mark": None if row.mark is None else str(row.mark),
        "parts": row.parts,
        "comment": row.comment,
        "grader": row.grader,
        "marker_id": None if row.state == "pending" else row.marker_id,
        "graded_at": moment_text(row.graded_at),
    }


def stamp_of(row: ItemResult) -> str:
    """Return what changes whenever the mark of an answer changes; pages and sheets carry it to notice that."""
    return f"{row.state}|{'' if row.mark is None else row.mark.normalize()}|{moment_text(row.graded_at) or ''}"


def record_mark(
    *, row: ItemResult, before: dict[str, Any], marker_id: int | None, reason: str, now: datetime
) -> MarkChange | None:
    """Add a line to the history of a result that a person changed; None when nothing of weight did.

    Joins the caller's transaction, which holds the attempt.
    """
    after = snapshot(row)
    if all(after[name] == before[name] for name in ("state", "fraction", "mark", "parts", "comment")):
        return None
    old = before["mark"]
    return MarkChange.objects.create(
        attempt_id=row.attempt_id,
        slot=row.slot,
        marker_id=marker_id,
        version_id=row.version_id,
        grader=row.grader,
        old_mark=old,
        new_mark=row.mark,
        reason=reason.strip()[:300],
        at=now,
        before=before,
    )
