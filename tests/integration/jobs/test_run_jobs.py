"""The stand-in for Celery: jobs, events and the schedule without a broker."""

import pytest
from django.core.management import call_command

from edu.events.models import OutboxEvent
from edu.events.publish import publish
from edu.events.types import UserRegistered
from edu.jobs.models import Job
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
