"""Reads of jobs for other rooms."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from edu.jobs.models import Job
from edu.jobs.registry import list_kinds


def get_progress(*, job_id: int) -> tuple[int, str]:
    """Return (per cent, what it is doing); (0, "") when there is no such job."""
    row = Job.objects.filter(pk=job_id).values_list("progress_percent", "progress_text").first()
    return row or (0, "")


def is_lane_busy(*, lane: str, now: datetime) -> bool:
    """Whether a job of the lane is running under a lease that still holds."""
    running = Job.objects.filter(state=Job.State.RUNNING, lease_until_at__gte=now)
    return running.filter(kind__in=list_kinds(lane=lane)).exists()


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


@dataclass(frozen=True, kw_only=True)
class JobView:
    """A job as other rooms see it."""

    public_id: uuid.UUID
    title: str
    state: str
    error: str
    result: dict[str, Any]


def find_job(*, job_id: int) -> JobView | None:
    """Return the job of an id."""
    row = Job.objects.filter(pk=job_id).first()
    if row is None:
        return None
    return JobView(public_id=row.public_id, title=row.title, state=row.state, error=row.error, result=row.result)


def get_own_job(*, owner_id: int, public_id: uuid.UUID) -> Job:
    """Return a job that the person asked for; NotFound when it is another's or the system's."""
    row = Job.objects.filter(owner_id=owner_id, public_id=public_id).first()
    if row is None:
        raise NotFound(_("There is no such job."))
    return row
