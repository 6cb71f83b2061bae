"""Reads of jobs for other rooms."""

import uuid
from dataclasses import dataclass
from typing import Any

from edu.core.errors import NotFound
from edu.jobs.models import Job


def get_progress(*, job_id: int) -> tuple[int, str]:
    """Return (per cent, what it is doing); (0, "") when there is no such job."""
    row = Job.objects.filter(pk=job_id).values_list("progress_percent", "progress_text").first()
    return row or (0, "")


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
        raise NotFound("There is no such job.")
    return row
