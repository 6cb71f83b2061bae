"""Running a job under a lease: claim, heartbeat, finish, each a conditional update."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from edu.core.request_id import set_request_id
from edu.events.publish import publish
from edu.events.types import JobFinished
from edu.jobs.models import Job
from edu.jobs.registry import LANES, MAIN, UnknownJobKind, find_function, list_kinds

logger = logging.getLogger(__name__)

LEASE_SECONDS = 90
RETRY_PAUSE_SECONDS = 20


class LeaseLost(Exception):
    """Another run has taken the job over, or it was cancelled; stop without writing anything more."""


class JobContext:
    """What a running job holds: its row's id, and the way to say how far it is."""

    def __init__(self, *, job: Job, token: uuid.UUID) -> None:
        self.job_id = job.pk
        self.public_id = job.public_id
        self.owner_id = job.owner_id
        self._token = token

    def progress(self, percent: int, text: str = "") -> None:
        """Record how far the work is (0 to 100) and renew the lease; LeaseLost when it is no longer ours."""
        now = now_utc()
        updated = Job.objects.filter(pk=self.job_id, lease_token=self._token, state=Job.State.RUNNING).update(
            progress_percent=max(0, min(100, int(percent))),
            progress_text=str(text)[:200],
            heartbeat_at=now,
            lease_until_at=now + timedelta(seconds=LEASE_SECONDS),
        )
        if not updated:
            raise LeaseLost(self.job_id)


def run_job_now(*, job_id: int, now: datetime | None = None) -> bool:
    """Run the job if it is due and nobody else holds it; True when this call ran it."""
    moment = now or now_utc()
    token = uuid.uuid4()
    claimed = (
        Job.objects.filter(pk=job_id, not_before_at__lte=moment)
        .filter(Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until_at__lt=moment))
        .update(
            state=Job.State.RUNNING,
            lease_token=token,
            lease_until_at=moment + timedelta(seconds=LEASE_SECONDS),
            heartbeat_at=moment,
            started_at=moment,
            attempts=F("attempts") + 1,
        )
    )
    if not claimed:
        return False
    row = Job.objects.get(pk=job_id)
    set_request_id(row.request_id or None)
    if row.attempts > row.max_attempts:
        _finish(row, token, Job.State.FAILED, error=row.error or "The work was started too often without ending.")
        return False
    try:
        result = find_function(row.kind)(JobContext(job=row, token=token), **row.arguments)
    except LeaseLost:
        logger.info("job %s was taken over or cancelled", row.public_id)
    except (DomainError, UnknownJobKind) as error:
        _finish(row, token, Job.State.FAILED, error=str(error))  # asking again would fail the same way
    except Exception as error:
        logger.exception("job %s (%s) failed", row.public_id, row.kind)
        _retry_or_fail(row, token, error)
    else:
        _finish(row, token, Job.State.DONE, result=result or {})
    return True


def _finish(row: Job, token: uuid.UUID, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    """Write the final state if the lease is still ours."""
    fields: dict[str, Any] = {"state": state, "finished_at": now_utc(), "error": error[:4000]}
    if state == Job.State.DONE:
        fields |= {"result": result or {}, "progress_percent": 100}
    with transaction.atomic():
        written = Job.objects.filter(pk=row.pk, lease_token=token, state=Job.State.RUNNING).update(**fields)
        if written and row.owner_id is not None:
            seconds = int((fields["finished_at"] - row.created_at).total_seconds())
            publish(JobFinished(job_id=row.pk, owner_id=row.owner_id, state=str(state), seconds=seconds))


def _retry_or_fail(row: Job, token: uuid.UUID, error: Exception) -> None:
    """Queue the job again after a pause, or fail it when it was started often enough."""
    text = f"{type(error).__name__}: {error}"
    if row.attempts >= row.max_attempts:
        _finish(row, token, Job.State.FAILED, error=text)
        return
    Job.objects.filter(pk=row.pk, lease_token=token, state=Job.State.RUNNING).update(
        state=Job.State.QUEUED,
        error=text[:4000],
        not_before_at=now_utc() + timedelta(seconds=RETRY_PAUSE_SECONDS * row.attempts),
    )


def list_due_job_ids(*, now: datetime, grace_seconds: int = 0, limit: int = 100, lane: str | None = None) -> list[int]:
    """Return jobs that should run: queued for longer than `grace_seconds`, or running with a lease that ran out.

    Those of one lane of edu.jobs.registry, or of all (None).
    """
    rows = Job.objects.filter(
        Q(state=Job.State.QUEUED, not_before_at__lte=now - timedelta(seconds=grace_seconds))
        | Q(state=Job.State.RUNNING, lease_until_at__lt=now)
    )
    if lane == MAIN:
        rows = rows.exclude(kind__in=[kind for other in LANES if other != MAIN for kind in list_kinds(lane=other)])
    elif lane is not None:
        rows = rows.filter(kind__in=list_kinds(lane=lane))
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])
