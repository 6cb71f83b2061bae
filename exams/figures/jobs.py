"""The job that computes statistics."""

from typing import Any

from edu.jobs.registry import job
from edu.jobs.run import JobContext
from exams.figures.compute import compute_snapshot


@job("exams.figures")
def compute_figures(context: JobContext, *, snapshot_id: int) -> dict[str, Any]:
    """Compute a snapshot of an exam's statistics."""
    return compute_snapshot(snapshot_id=snapshot_id, say=context.progress)
