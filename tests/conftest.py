"""Fixtures that every test may use."""

import pytest


@pytest.fixture
def deliver_events():
    """Return a function that delivers everything in the outbox, handlers' own events included."""

    def deliver() -> int:
        from edu.events.dispatch import deliver_due

        total = 0
        while done := deliver_due():
            total += done
        return total

    return deliver


@pytest.fixture
def run_jobs():
    """Return a function that runs every job that is due, and those that they ask for."""

    def run() -> int:
        from edu.core.clock import now_utc
        from edu.jobs.run import list_due_job_ids, run_job_now

        total = 0
        while due := list_due_job_ids(now=now_utc()):
            total += sum(run_job_now(job_id=job_id) for job_id in due)
        return total

    return run
