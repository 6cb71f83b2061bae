"""The jobs of marking: long sheets of marks, and files of results. Each is harmless when it is run again."""

from typing import Any

from django.contrib.auth import get_user_model

from edu.core.clock import now_utc
from edu.core.errors import Conflict
from edu.jobs.registry import job
from exams.marking.export import write_export
from exams.marking.sheets import apply_sheet
from exams.models import MarkSheet


@job("exams.mark_sheet")
def run_mark_sheet(context: Any, *, sheet_id: int, actor_id: int) -> dict[str, Any]:
    """Give the marks of a long sheet, for the person who asked."""
    sheet = MarkSheet.objects.select_related("exam").get(pk=sheet_id)
    address = f"/teach/marking/sheets/{sheet.public_id}/"
    if sheet.state != MarkSheet.State.READ:
        return {"url": address}
    context.progress(10, sheet.file_name)
    try:
        count = apply_sheet(sheet=sheet, actor=get_user_model().objects.get(pk=actor_id), now=now_utc())
    except Conflict as error:
        return {"url": address, "message": error.message}
    return {"url": address, "marks": count}


@job("exams.export_results")
def run_export_results(context: Any, *, export_id: int) -> dict[str, Any]:
    """Write the file of an export of results."""
    return write_export(export_id=export_id, say=context.progress)
