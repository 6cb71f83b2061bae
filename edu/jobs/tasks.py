"""Celery's way to the jobs: run one, sweep the forgotten ones, show that a worker lives."""

from celery import shared_task
from django.core.cache import cache

from edu.core.clock import now_utc
from edu.jobs.models import Job
from edu.jobs.registry import FILMS, LANES, MAIN
from edu.jobs.run import list_due_job_ids, run_job_now
from edu.jobs.services import hint_worker

HEARTBEAT_KEYS = {MAIN: "jobs:worker-heartbeat", FILMS: "jobs:film-worker-heartbeat"}
"""Where the cache keeps when a worker of each lane was last seen."""


@shared_task(name="edu.jobs.tasks.run_job")  # type: ignore[untyped-decorator] # Celery is untyped
def run_job(job_id: int) -> None:
    """Run one job if it is due and free."""
    run_job_now(job_id=job_id)


@shared_task(name="edu.jobs.tasks.sweep_jobs")  # type: ignore[untyped-decorator] # Celery is untyped
def sweep_jobs() -> int:
    """Send again what a crash or a lost message dropped; return how many."""
    # Lane by lane: a hundred films that wait must not hide the job that comes after them.
    due = [pk for lane in LANES for pk in list_due_job_ids(now=now_utc(), grace_seconds=15, lane=lane)]
    kinds = dict(Job.objects.filter(pk__in=due).values_list("pk", "kind"))
    for job_id, kind in sorted(kinds.items()):
        hint_worker(job_id=job_id, kind=kind)
    return len(kinds)


@shared_task(name="edu.jobs.tasks.record_heartbeat")  # type: ignore[untyped-decorator] # Celery is untyped
def record_heartbeat(lane: str = MAIN) -> None:
    """Note that a worker of the lane is alive and reached by the scheduler."""
    cache.set(HEARTBEAT_KEYS[lane], now_utc().timestamp(), timeout=300)
