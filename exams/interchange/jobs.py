"""The job that applies an import."""

from typing import Any

from edu.jobs.registry import job
from exams.interchange.imports import apply_import


@job("exams.import")
def run_import(context: Any, *, batch_id: int) -> dict[str, int]:
    """Apply the plan of a batch; harmless when it is run again."""
    return apply_import(batch_id=batch_id, say=context.progress)
