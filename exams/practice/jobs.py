"""The job that writes a learner's download of her practice."""

from typing import Any

from edu.jobs.registry import job
from edu.jobs.run import JobContext
from exams.practice.export import write_practice


@job("exams.export_practice")
def run_export(context: JobContext, *, export_id: int) -> dict[str, Any]:
    """Write the file of everything a learner practised."""
    return write_practice(export_id=export_id, say=context.progress)
