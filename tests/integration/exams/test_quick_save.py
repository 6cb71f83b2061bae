"""The shortest way of a save and the API's endpoint store the same and answer the same."""

import json
import uuid

import pytest
from django.test import Client

from exams.api import quick_save
from exams.models import Attempt

pytestmark = pytest.mark.django_db

USUAL = [
    {"responses": {"1": "b"}},
    {"responses": {"1": ["a", "c"]}, "flags": [2, 1]},
    {"responses": {"1": "b"}, "question_seconds": [3, 4]},
    {"responses": {"1": "b"}, "question_seconds": "often"},
    {"responses": {}, "flags": None},
    {"flags": [1]},
    {"responses": {"1": "x\u0000y 一"}},
]
REFUSED = [
    {"responses": {"99": "b"}},
    {"responses": {"one": "b"}},
    {"responses": {"1": "x" * 30_000}},
    {"responses": {"1": float("nan")}},
]
UNUSUAL = [
    {"seq": "2", "responses": {"1": "b"}},
    {"seq": 2.0, "responses": {"1": "b"}},
    {"seq": True, "responses": {"1": "b"}},
    {"responses": ["b"]},
    {"responses": {"1": "b"}, "flags": ["1"]},
    {"responses": {"1": "b"}, "flags": "all"},
    {"responses": None},
    {"epoch": None, "responses": {"1": "b"}},
]


@pytest.fixture
def ways(sit, monkeypatch):
    """Return a function that sends a body both ways to two equal attempts and returns both answers and rows."""

    def send(text):
        found = []
        for is_quick in (True, False):
            sitting = sit()
            with monkeypatch.context() as patch:
                if not is_quick:
                    patch.setattr("edu.api.try_save", lambda request, attempt_id: None)
                body = text if isinstance(text, str) else json.dumps({"epoch": sitting.epoch, "seq": 1} | text)
                answer = Client().patch(
                    f"{sitting.url}/responses",
                    data=body,
                    content_type="application/json",
                    headers={"Authorization": f"Attempt {sitting.key_text}"},
                )
            row = Attempt.objects.get(pk=sitting.row.pk)
            kept = (row.responses, row.flags, row.seq, row.question_seconds, row.save_count)
            found.append((answer.status_code, answer["Content-Type"], shape(answer.json()), kept))
        return found

    return send


def shape(answer):
    """Return an answer without what differs between two attempts: moments, receipts and ids of requests."""
    moments = {name for name in ("saved_at", "server_now", "deadline_at") if name in answer}
    assert all(answer[name][-1:] == "Z" and len(answer[name]) in {20, 24} for name in moments if answer[name])
    return {key: value for key, value in answer.items() if key not in moments | {"receipt", "request_id"}} | {
        "names": list(answer)
    }


@pytest.mark.parametrize("body", [*USUAL, *REFUSED, *UNUSUAL], ids=lambda body: json.dumps(body)[:60])
def test_both_ways_store_and_answer_the_same(ways, body):
    quick, whole = ways(body)
    assert quick == whole


@pytest.mark.parametrize("text", ["", "{", "[1]", '"b"', "null", '{"epoch": 1}'])
def test_what_is_no_batch_is_answered_by_the_endpoint(ways, text):
    quick, whole = ways(text)
    assert quick == whole
    assert quick[0] in {400, 422}


def test_the_usual_form_needs_no_schema_and_the_unusual_does(sit, monkeypatch):
    sitting = sit()
    seen = []
    monkeypatch.setattr(quick_save, "saved", lambda stored, now: seen.append(stored.seq) or quick_save.HttpResponse())
    sitting.save({"1": "b"}, seq=1)
    assert seen == [1]


def test_without_a_key_or_with_that_of_another_attempt_nothing_is_stored(sit):
    mine, other = sit(), sit()
    body = json.dumps({"epoch": 1, "seq": 1, "responses": {"1": "b"}})
    tries = {"": 401, "Bearer x": 401, "Attempt x": 403, f"Attempt {other.key_text}": 404}
    for header, status in tries.items():
        answer = Client().patch(
            f"{mine.url}/responses", data=body, content_type="application/json", headers={"Authorization": header}
        )
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
    unknown = Client().patch(
        f"/api/v1/attempts/{uuid.uuid4()}/responses",
        data=body, content_type="application/json", headers={"Authorization": f"Attempt {mine.key_text}"},
    )  # fmt: skip
    assert unknown.status_code == 404
    assert Attempt.objects.filter(responses={}).count() == 2


def test_other_methods_are_answered_as_the_api_does(sit):
    sitting = sit()
    headers = {"Authorization": f"Attempt {sitting.key_text}"}
    assert Client().get(f"{sitting.url}/responses", headers=headers).status_code == 405
    assert Client(enforce_csrf_checks=True).post(f"{sitting.url}/responses", headers=headers).status_code == 405
