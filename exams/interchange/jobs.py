"""The jobs of imports and exports; each is harmless when it is run again."""

from typing import Any

from edu.jobs.registry import job
from exams.interchange.applying import apply_import
from exams.interchange.exports import write_export
from exams.interchange.planning import plan_import
from exams.interchange.undo import undo_now
from exams.interchange.unused_pictures import remove_unused
from exams.models import ImportBatch


@job("exams.plan_import")
def run_plan(context: Any, *, batch_id: int) -> dict[str, Any]:
    """Read the file of a batch into rows."""
    plan_import(batch_id=batch_id, say=context.progress)
    return {"url": _address(batch_id)}


@job("exams.import")
def run_import(context: Any, *, batch_id: int) -> dict[str, Any]:
    """Apply the rows of a batch."""
    report = apply_import(batch_id=batch_id, say=context.progress)
    return {"url": _address(batch_id), "created": report.get("created", 0), "updated": report.get("updated", 0)}


@job("exams.undo_import")
def run_undo(context: Any, *, batch_id: int) -> dict[str, Any]:
    """Take a batch back."""
    batch = ImportBatch.objects.select_related("bank", "owner").get(pk=batch_id)
    undo_now(batch=batch, actor=batch.owner, say=context.progress)
    return {"url": _address(batch_id)}


@job("exams.remove_unused_pictures")
def run_remove_pictures(context: Any, *, public_ids: list[str]) -> dict[str, Any]:
    """Remove pictures of an import that is gone, where nothing names them."""
    return {"removed": remove_unused(public_ids=public_ids)}


@job("exams.export")
def run_export(context: Any, *, export_id: int) -> dict[str, Any]:
    """Write the file of an export."""
    return write_export(export_id=export_id, say=context.progress)


def _address(batch_id: int) -> str:
    public_id = ImportBatch.objects.values_list("public_id", flat=True).get(pk=batch_id)
    return f"/teach/imports/{public_id}/"
