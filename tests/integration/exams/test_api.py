"""A program sits an exam through the API with a token; strangers' tokens open nothing."""

import pytest
import time_machine

from edu.accounts.models import ApiToken
from edu.accounts.tokens import digest_of, make_secret
from edu.core.clock import now_utc
from exams.models import Attempt
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db


def bearer(user):
    secret = make_secret()
    ApiToken.objects.create(user=user, name="t", prefix=secret[:12], digest=digest_of(secret), created_at=now_utc())
    return {"Authorization": f"Bearer {secret}"}


def send(client, method, url, headers, body=None):
    return getattr(client, method)(url, data=body or {}, content_type="application/json", headers=headers)


def test_a_program_sits_an_exam(client):
    user = make_user()
    exam = make_exam()
    token = bearer(user)
    listed = client.get("/api/v1/exams", headers=token).json()
    assert [(item["id"], item["status"]) for item in listed["items"]] == [(str(exam.public_id), "open")]
    assert client.get(f"/api/v1/exams/{exam.public_id}", headers=token).json()["question_count"] == 2
    started = send(client, "post", f"/api/v1/exams/{exam.public_id}/attempts", token)
    assert started.status_code == 201, started.content
    attempt = started.json()
    assert [slot["type"] for slot in attempt["slots"]] == ["single_choice", "true_false"]
    key = {"Authorization": f"Attempt {attempt['attempt_key']}"}
    url = f"/api/v1/attempts/{attempt['id']}"
    batch = {"epoch": attempt["epoch"], "seq": 1, "responses": {"1": "b"}}
    assert send(client, "patch", f"{url}/responses", key, batch).json()["applied"] is True
    assert client.get(url, headers=token).json()["responses"] == {"1": "b"}
    last = batch | {"seq": 2, "responses": {"2": True}}
    assert send(client, "post", f"{url}/submit", key, last).json()["passed"] is True
    assert client.get(f"{url}/result", headers=token).json()["score"] in ("4.00", 4.0)
    again = send(client, "post", f"/api/v1/exams/{exam.public_id}/attempts", token)
    assert (again.status_code, again.json()["code"]) == (409, "passed")


def test_a_strangers_token_finds_no_attempt(client):
    exam = make_exam()
    attempt = send(client, "post", f"/api/v1/exams/{exam.public_id}/attempts", bearer(make_user())).json()
    stranger = bearer(make_user())
    url = f"/api/v1/attempts/{attempt['id']}"
    assert client.get(url, headers=stranger).status_code == 404
    assert client.get(f"{url}/result", headers=stranger).status_code == 404
    assert send(client, "post", f"{url}/submit", stranger).status_code == 404
    assert send(client, "patch", f"{url}/responses", stranger, {"epoch": 1, "seq": 1}).status_code == 401
    assert client.get(url).status_code == 401
    assert Attempt.objects.get().state == Attempt.State.OPEN


@pytest.mark.usefixtures("one_rate_window")
def test_starts_are_limited(client):
    token = bearer(make_user())
    exam = make_exam()
    with time_machine.travel(now_utc(), tick=False):  # within one window, however slow the machine
        codes = [
            send(client, "post", f"/api/v1/exams/{exam.public_id}/attempts", token).status_code for _n in range(22)
        ]
    assert codes[:2] == [201, 200]
    assert codes[-1] == 429
