"""Long work of the operator's desk."""

from typing import Any

from edu.jobs.registry import job
from edu.jobs.run import JobContext
from edu.operations import grant_batches


@job(grant_batches.JOB_KIND)
def grant_batch(context: JobContext, *, batch_id: int) -> dict[str, Any]:
    """Open a product to everybody of a confirmed batch."""
    return grant_batches.apply_batch(context, batch_id=batch_id)
