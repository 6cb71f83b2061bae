"""Jobs of regrading."""

from typing import Any

from edu.jobs.registry import job
from edu.jobs.run import JobContext
from exams.regrading.carry_out import carry_out
from exams.regrading.preview import compute_preview


@job("exams.regrade_preview")
def preview(context: JobContext, *, change_set_id: int) -> dict[str, Any]:
    """Compute what a change set would do."""
    return compute_preview(change_set_id=change_set_id, say=context.progress)


@job("exams.regrade_apply")
def apply(context: JobContext, *, change_set_id: int) -> dict[str, Any]:
    """Carry a change set out."""
    return carry_out(change_set_id=change_set_id, say=context.progress)
