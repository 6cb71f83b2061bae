from datetime import timedelta

import pytest

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput
from edu.jobs import registry
from edu.jobs.models import Job
from edu.jobs.registry import UnknownJobKind
from edu.jobs.run import LeaseLost, list_due_job_ids, run_job_now
from edu.jobs.services import cancel_job, enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds(monkeypatch):
    table = dict(registry._functions)
    monkeypatch.setattr(registry, "_functions", table)
    return table


def test_a_job_runs_once_with_progress_and_result(kinds):
    kinds["t.add"] = lambda context, *, a, b: context.progress(50, "adding") or {"sum": a + b}
    job = enqueue(kind="t.add", arguments={"a": 1, "b": 2})
    assert run_job_now(job_id=job.pk)
    assert not run_job_now(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.result, job.progress_percent) == ("done", {"sum": 3}, 100)


def test_a_kind_that_nobody_does_is_refused():
    with pytest.raises(UnknownJobKind):
        enqueue(kind="t.nothing", arguments={})


def test_a_unique_key_is_queued_once(kinds):
    kinds["t.one"] = lambda context: None
    first = enqueue(kind="t.one", arguments={}, unique_key="k")
    assert enqueue(kind="t.one", arguments={}, unique_key="k").pk == first.pk


def test_a_job_that_breaks_is_tried_again_and_fails_in_the_end(kinds):
    def broken(context):
        raise RuntimeError("no luck")

    kinds["t.broken"] = broken
    job = enqueue(kind="t.broken", arguments={}, max_attempts=2)
    run_job_now(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)
    run_job_now(job_id=job.pk, now=now_utc() + timedelta(minutes=10))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 2)
    assert "no luck" in job.error


def test_wrong_input_is_final_and_readable(kinds):
    def refuse(context):
        raise InvalidInput("The file is no film.")

    kinds["t.refuse"] = refuse
    job = enqueue(kind="t.refuse", arguments={})
    run_job_now(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "The file is no film.")


def test_a_job_whose_worker_died_is_taken_over_and_the_dead_one_cannot_write(kinds):
    held = []

    def work(context, **_arguments):
        held.append(context)
        return {"run": len(held)}

    kinds["t.work"] = work
    job = enqueue(kind="t.work", arguments={})
    Job.objects.filter(pk=job.pk).update(
        state="running", attempts=1, lease_token="0" * 32, lease_until_at=now_utc() - timedelta(seconds=1)
    )
    assert list_due_job_ids(now=now_utc()) == [job.pk]
    assert run_job_now(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    with pytest.raises(LeaseLost):
        held[0].progress(10)


def test_a_running_job_is_not_started_twice(kinds):
    kinds["t.work"] = lambda context: None
    job = enqueue(kind="t.work", arguments={})
    Job.objects.filter(pk=job.pk).update(state="running", lease_until_at=now_utc() + timedelta(seconds=60))
    assert not run_job_now(job_id=job.pk)
    assert list_due_job_ids(now=now_utc()) == []


def test_a_cancelled_job_stops_at_its_next_sign_of_life(kinds):
    def work(context):
        cancel_job(job=Job.objects.get(pk=context.job_id))
        context.progress(50)
        raise AssertionError("went on after being cancelled")

    kinds["t.work"] = work
    job = enqueue(kind="t.work", arguments={})
    run_job_now(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert not cancel_job(job=job)


def test_a_later_job_waits(kinds):
    kinds["t.work"] = lambda context: None
    job = enqueue(kind="t.work", arguments={}, delay_seconds=60)
    assert not run_job_now(job_id=job.pk)
    assert run_job_now(job_id=job.pk, now=now_utc() + timedelta(seconds=61))
