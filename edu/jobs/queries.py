"""Reads of jobs for other rooms."""

from edu.jobs.models import Job


def get_progress(*, job_id: int) -> tuple[int, str]:
    """Return (per cent, what it is doing); (0, "") when there is no such job."""
    row = Job.objects.filter(pk=job_id).values_list("progress_percent", "progress_text").first()
    return row or (0, "")
