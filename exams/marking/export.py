"""The gradebook as a spreadsheet, its headers in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edu.documents.xlsx import Sheet, write_workbook
from exams.marking.gradebook import GradebookRow, list_candidates
from exams.models import Attempt, Exam


def gradebook_workbook(*, exam: Exam) -> bytes:
    """Return an .xlsx file with a row a candidate, those who have not started included."""
    headers = [
        _("Name"),
        _("Staff number"),
        _("Department"),
        _("Score"),
        pgettext("column", "Passed"),
        _("Time used (minutes)"),
        _("Handed in at"),
    ]
    rows = [_cells(row) for row in list_candidates(exam=exam)]
    return write_workbook(
        sheets=[Sheet(name=_("Gradebook"), headers=headers, rows=rows, widths=(16, 16, 20, 10, 14, 14, 22))]
    )


def _cells(row: GradebookRow) -> list[object]:
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
    ]


def _verdict(attempt: Attempt | None) -> str:
    if attempt is None:
        return _("Not started")
    if attempt.state in {Attempt.State.OPEN, Attempt.State.PAUSED}:
        return _("In progress")
    if attempt.passed is None:
        return _("To be marked")
    return _("Yes") if attempt.passed else _("No")
