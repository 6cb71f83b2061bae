from datetime import timedelta

import pytest
from django.core.cache import cache

from edu.core.clock import now_utc
from edu.jobs.models import Job
from edu.jobs.registry import FILMS, list_kinds
from edu.jobs.tasks import record_heartbeat

pytestmark = pytest.mark.django_db


def test_alive_needs_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"alive\n"


def test_ready_names_the_state_of_every_part(client):
    record_heartbeat()
    answer = client.get("/readyz")
    parts = answer.json()["parts"]
    assert answer.status_code == 200, parts
    assert set(parts) == {"database", "migrations", "cache", "broker", "storage", "worker", "film_worker"}


def test_without_a_film_worker_the_site_serves_and_says_so(client):
    cache.clear()
    record_heartbeat()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["parts"]["film_worker"] == {"ready": False, "state": "no heartbeat yet"}
    record_heartbeat(FILMS)
    assert client.get("/readyz").json()["parts"]["film_worker"]["ready"] is True


def test_a_worker_that_makes_a_film_counts_as_alive(client):
    cache.clear()
    Job.objects.create(
        kind=list_kinds(lane=FILMS)[0],
        state=Job.State.RUNNING,
        lease_until_at=now_utc() + timedelta(seconds=30),
        created_at=now_utc(),
        not_before_at=now_utc(),
    )
    assert client.get("/readyz").json()["parts"]["film_worker"] == {"ready": True, "state": "at work"}


def test_a_silent_worker_is_not_ready(client):
    cache.clear()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["worker"]["ready"] is False
    assert answer.json()["parts"]["database"]["ready"] is True


def test_the_request_id_is_taken_over_or_made(client):
    assert client.get("/healthz", headers={"x-request-id": "caller-0001"})["X-Request-ID"] == "caller-0001"
    assert len(client.get("/healthz", headers={"x-request-id": "bad id\n"})["X-Request-ID"]) == 32
