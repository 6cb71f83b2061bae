"""Fixtures of the exam tests: a learner in a room, and a client that speaks the protocol."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache

from edu.core.clock import now_utc
from exams.models import Attempt
from exams.services import read_attempt_key, start_attempt
from tests.factories.exams import make_bank, make_exam, make_user


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


class Sitting:
    """A learner who has opened an exam, and what her browser would send."""

    def __init__(self, client, **fields):
        self.client = client
        self.exam = fields.pop("exam", None) or make_exam(**fields)
        self.user = make_user()
        self.open()

    def open(self):
        self.now = now_utc()
        self.opened = start_attempt(user_id=self.user.pk, exam_id=self.exam.public_id, now=self.now)
        self.key_text = self.opened.attempt_key
        self.epoch = self.opened.epoch
        self.key = read_attempt_key(self.key_text, now=self.now)

    @property
    def row(self):
        return Attempt.objects.select_related("exam").get(pk=self.opened.attempt.pk)

    @property
    def url(self):
        return f"/api/v1/attempts/{self.opened.attempt.public_id}"

    def save(self, responses, *, seq, epoch=None, key=None, **extra):
        body = {"epoch": epoch or self.epoch, "seq": seq, "responses": responses} | extra
        return self.client.patch(
            f"{self.url}/responses",
            data=json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Attempt {key or self.key_text}"},
        )

    def submit(self, body=None):
        return self.client.post(
            f"{self.url}/submit",
            data=json.dumps(body) if body else "",
            content_type="application/json",
            headers={"Authorization": f"Attempt {self.key_text}"},
        )

    def move_deadline(self, **delta):
        Attempt.objects.filter(pk=self.opened.attempt.pk).update(deadline_at=now_utc() + timedelta(**delta))


@pytest.fixture
def sit(client):
    """Return a function that seats a new learner in a new exam (fields of the exam)."""
    return lambda **fields: Sitting(client, **fields)


@pytest.fixture
def learner(client):
    user = make_user(display_name="Li Lei")
    client.force_login(user)
    return user


@pytest.fixture
def bank():
    return make_bank(visibility="public", name="Public bank")
