"""Reads of jobs for other rooms."""

from datetime import datetime

from django.db.models import Count

from edu.jobs.models import Job


def get_progress(*, job_id: int) -> tuple[int, str]:
    """Return (per cent, what it is doing); (0, "") when there is no such job."""
    row = Job.objects.filter(pk=job_id).values_list("progress_percent", "progress_text").first()
    return row or (0, "")


# -- the operator's desk ----------------------------------------------------------------------------
def count_failed(*, since: datetime | None = None) -> int:
    """Return how many jobs have failed, all or those that ended since a moment."""
    rows = Job.objects.filter(state=Job.State.FAILED)
    return (rows.filter(finished_at__gte=since) if since else rows).count()


def list_failed(*, limit: int = 50) -> list[Job]:
    """Return the jobs that failed, newest first, with their owners."""
    return list(Job.objects.filter(state=Job.State.FAILED).select_related("owner")[:limit])


def count_open() -> dict[str, int]:
    """Return how many jobs are queued and running."""
    rows = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by().values_list("state")
    return {"queued": 0, "running": 0} | dict(rows.annotate(number=Count("pk")))
