"""Asking for long work, and cancelling it."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from edu.core.clock import now_utc
from edu.core.request_id import current_request_id
from edu.jobs.models import Job
from edu.jobs.registry import find_function, lane_of

__all__ = ["cancel_job", "enqueue", "hint_worker", "retry_job"]

logger = logging.getLogger(__name__)


def enqueue(
    *,
    kind: str,
    arguments: dict[str, Any],
    owner_id: int | None = None,
    title: str = "",
    unique_key: str | None = None,
    delay_seconds: int = 0,
    max_attempts: int = 3,
) -> Job:
    """Write a job row in the caller's transaction and return it; with a `unique_key` that exists, return that one.

    `arguments` are ids and plain JSON values. UnknownJobKind when nobody does this kind of work.
    """
    find_function(kind)
    now = now_utc()
    fields: dict[str, Any] = {
        "kind": kind,
        "arguments": arguments,
        "owner_id": owner_id,
        "title": str(title)[:200],
        "not_before_at": now + timedelta(seconds=delay_seconds),
        "created_at": now,
        "max_attempts": max_attempts,
        "request_id": current_request_id(),
    }
    if unique_key is None:
        row, created = Job.objects.create(**fields), True
    else:
        row, created = Job.objects.get_or_create(unique_key=unique_key, defaults=fields)
    if created:
        transaction.on_commit(lambda: hint_worker(job_id=row.pk, kind=kind, delay_seconds=delay_seconds))
    return row


def hint_worker(*, job_id: int, kind: str, delay_seconds: int = 0) -> None:
    """Tell a worker of the lane to look at the job now; losing the hint costs seconds, the sweep finds the row."""
    if settings.JOBS_BROKER != "celery":
        return
    from edu.jobs.tasks import run_job

    try:
        run_job.apply_async(
            args=[job_id],
            queue=settings.JOBS_QUEUES[lane_of(kind)],
            countdown=delay_seconds or None,
            retry=False,
        )
    except Exception:  # noqa: BLE001 - a broker that is away must never fail the request that asked for work
        logger.warning("could not hint the worker; the sweep will start job %s", job_id)


def cancel_job(*, job: Job, now: datetime | None = None) -> bool:
    """Cancel a job that is not finished; its run notices at the next sign of life. False when it is too late."""
    return bool(
        Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING]).update(
            state=Job.State.CANCELLED, finished_at=now or now_utc()
        )
    )


def retry_job(*, public_id: uuid.UUID, now: datetime | None = None) -> Job | None:
    """Queue a failed job again from its beginning; None when there is no failed job of this id.

    The caller has authorised, and is in a transaction.
    """
    moved = Job.objects.filter(public_id=public_id, state=Job.State.FAILED).update(
        state=Job.State.QUEUED, attempts=0, error="", finished_at=None, not_before_at=now or now_utc()
    )
    if not moved:
        return None
    row = Job.objects.get(public_id=public_id)
    transaction.on_commit(lambda: hint_worker(job_id=row.pk, kind=row.kind))
    return row
