"""The stand-in for Celery: jobs, events and the schedule without a broker."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connections

from edu.core.clock import now_utc
from edu.events.models import OutboxEvent
from edu.events.publish import publish
from edu.events.types import UserRegistered
from edu.jobs import registry
from edu.jobs.management.commands.run_jobs import Command
from edu.jobs.models import Job
from edu.jobs.services import enqueue
from edu.jobs.tasks import run_job, sweep_jobs
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_look_delivers_events_and_runs_the_jobs_that_they_ask_for(settings):
    settings.CELERY_BEAT_SCHEDULE = {}
    user = make_user()
    publish(UserRegistered(user_id=user.pk))
    call_command("run_jobs", "--once")
    assert not OutboxEvent.objects.filter(delivered_at__isnull=True).exists()
    assert not Job.objects.filter(state=Job.State.QUEUED).exists()


def test_one_look_runs_the_schedule_and_a_failing_task_stops_no_other(settings, monkeypatch, caplog):
    ran = []
    settings.CELERY_BEAT_SCHEDULE = {
        "broken": {"task": "edu.jobs.tasks.sweep_jobs", "schedule": 5.0},
        "sound": {"task": "edu.jobs.tasks.record_heartbeat", "schedule": 5.0},
    }
    monkeypatch.setattr("edu.jobs.tasks.sweep_jobs", lambda: 1 / 0)
    monkeypatch.setattr("edu.jobs.tasks.record_heartbeat", lambda: ran.append(True))
    call_command("run_jobs", "--once")
    assert ran
    assert "the periodic task broken failed" in caplog.text


@pytest.fixture
def kinds(monkeypatch):
    """Register a film that lasts until it is let go, and a grade that is a moment's work."""
    let_go, filming = threading.Event(), threading.Event()

    def film(context):
        filming.set()
        assert let_go.wait(30)

    monkeypatch.setattr(registry, "_functions", {**registry._functions})
    monkeypatch.setattr(registry, "_lanes", {**registry._lanes})
    registry.job("t.film", lane=registry.FILMS)(film)
    registry.job("t.grade")(lambda context: None)
    yield SimpleNamespace(let_go=let_go, filming=filming)
    let_go.set()


def test_a_long_film_delays_nothing_else(settings, kinds):
    settings.CELERY_BEAT_SCHEDULE = {}
    film = enqueue(kind="t.film", arguments={})
    command = Command()

    def work():
        try:
            command.handle(once=False, pause=0.05, lane=None)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert kinds.filming.wait(20)
        grade = enqueue(kind="t.grade", arguments={})
        deadline = time.monotonic() + 20
        while Job.objects.get(pk=grade.pk).state != Job.State.DONE and time.monotonic() < deadline:
            time.sleep(0.05)
        assert Job.objects.get(pk=grade.pk).state == Job.State.DONE
        assert Job.objects.get(pk=film.pk).state == Job.State.RUNNING
    finally:
        kinds.let_go.set()
        command.stop()
        worker.join(30)
    assert Job.objects.get(pk=film.pk).state == Job.State.DONE


@pytest.mark.parametrize(("lane", "done"), [("main", "t.grade"), ("films", "t.film")])
def test_one_lane_leaves_the_other_alone(settings, kinds, lane, done):
    settings.CELERY_BEAT_SCHEDULE = {}
    kinds.let_go.set()
    for kind in ("t.film", "t.grade"):
        enqueue(kind=kind, arguments={})
    call_command("run_jobs", "--once", "--lane", lane)
    assert list(Job.objects.filter(state=Job.State.DONE).values_list("kind", flat=True)) == [done]


def test_films_are_hinted_to_their_own_queue_and_the_sweep_keeps_to_it(settings, kinds, monkeypatch):
    sent = []
    settings.JOBS_BROKER = "celery"
    monkeypatch.setattr(run_job, "apply_async", lambda args, queue, **_options: sent.append((args[0], queue)))
    film, grade = enqueue(kind="t.film", arguments={}), enqueue(kind="t.grade", arguments={})
    expected = [(film.pk, "jinbang-films"), (grade.pk, "jinbang")]
    assert sent == expected
    sent.clear()
    Job.objects.update(not_before_at=now_utc() - timedelta(minutes=1))
    assert sweep_jobs() == 2
    assert sent == expected


def test_transcoding_is_the_work_of_the_films_lane():
    assert registry.lane_of("media.transcode") == registry.FILMS
    assert registry.list_kinds(lane=registry.FILMS) == ["media.transcode"]
