"""Ids guessed from another account: every address of exams, practice, marking and their API refuses them, changes
nothing, and leaves a line in the log. (Authoring has its own: test_authoring_strangers.)
"""

import json
import logging
import re
import uuid

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from edu.audit.models import AuditEntry
from edu.audit.refusals import THRESHOLD
from edu.core.clock import now_utc
from edu.organizations.models import Membership, Organization
from exams.models import AnswerFile, Attempt
from exams.practice.starts import start_paper_practice
from exams.services import start_attempt
from tests.factories.exams import make_exam, make_paper_version, make_question, make_user
from tests.integration.exams.addresses import filled, with_ids

pytestmark = pytest.mark.django_db

SECRET = "SECRET-WORDS"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
REFUSED = {401, 403, 404}
API = ("api/v1/attempts/", "api/v1/exams/")
BODY = {"epoch": 1, "seq": 1, "responses": {"1": "a"}, "position": 1}
BODY |= {"name": "q1", "slot": 1, "then": "submit", "note": "x", "do": "master"}
BODY |= {"now": "2026-01-01T00:00:00Z", "signals": []}


@pytest.fixture
def world(client):
    """Return the ids of a learner who sits an exam of her company, by the noun of the address and of the parameter."""
    owner, learner = make_user(is_instructor=True), make_user(display_name=SECRET)
    company = Organization.objects.create(name=SECRET, code="works")
    Membership.objects.create(organization=company, user=learner, role="member", joined_at=now_utc())
    essay = make_question(type="essay", content={"stem": SECRET})
    version = make_question(
        content={"stem": SECRET, "options": [{"id": "a", "text": SECRET}, {"id": "b", "text": "b"}]}
    )
    paper = make_paper_version(versions=[version, essay], owner=owner, title=SECRET)
    exam = make_exam(paper_version=paper, owner=owner, title=SECRET, audience="organization", organization=company)
    opened = start_attempt(user_id=learner.pk, exam_id=exam.public_id, now=now_utc())
    Attempt.objects.filter(pk=opened.attempt.pk).update(responses={"1": '"a"', "2": f'"{SECRET}"'})
    session = start_paper_practice(user=owner, paper=paper.paper)
    file = AnswerFile.objects.create(
        user=learner,
        attempt=opened.attempt,
        field="q1",
        asset_id=uuid.uuid4(),
        file_name=SECRET,
        size_bytes=1,
        created_at=now_utc(),
    )
    return {
        "learner": learner,
        "owner": owner,
        "attempt": opened.attempt.public_id,
        "exam": exam.public_id,
        "session": session.public_id,
        "file": file.public_id,
        "question": essay.question.public_id,
        "bank": version.question.bank.public_id,
        "paper": paper.paper.public_id,
        "user": learner.public_id,
        "upload": uuid.uuid4(),
    }


def rows():
    """Return all rows of the room as plain values, to see whether anything changed."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("exams").get_models()
    }


def guesses(world):
    """Yield (name, address) of every address with every id that there is: a stranger does not care which is which."""
    for path, name, names in with_ids(module="exams.", without=("authoring",), prefixes=API):
        for noun in ("attempt", "exam", "session", "file", "bank", "paper", "question"):
            ids = dict.fromkeys(names, world[noun])
            ids |= {"question_id": world["question"], "user_id": world["user"], "upload_id": world["upload"]}
            yield name, filled(path, ids)


def ask(client, address):
    """Return the answers to each way of asking."""
    if address.startswith("/api/"):
        body = {"data": json.dumps(BODY), "content_type": "application/json"}
        return [client.get(address), client.post(address, **body), client.patch(address, **body)]
    return [client.get(address), client.post(address, BODY)]


def is_refused(response):
    """Tell whether an answer gives nothing away: refused, or of a method that the address does not have."""
    return response.status_code in REFUSED | {405}


@pytest.mark.parametrize("who", ["learner", "instructor"])
def test_guessed_ids_are_refused_change_nothing_and_are_logged(client, world, caplog, who):
    stranger = make_user(is_instructor=who == "instructor")
    client.force_login(stranger)
    before, seen = rows(), 0
    caplog.set_level(logging.WARNING, logger="edu.security")
    for name, address in guesses(world):
        for response in ask(client, address):
            seen += 1
            assert is_refused(response), (name, address, response.request["REQUEST_METHOD"], response.status_code)
            assert SECRET not in response.content.decode(errors="replace"), address
            if response.status_code in REFUSED:
                line = caplog.records[-1].getMessage()
                assert address.split("/")[-2] in line or any(str(one) in line for one in world.values()), (
                    address,
                    line,
                )
    assert seen > 400
    assert {name for name, address in guesses(world) if address.startswith("/api/")} >= {
        "api:save_view",
        "api:result_view",
    }
    assert rows() == before


def test_nobody_at_all_is_refused_or_sent_to_sign_in(client, world):
    before = rows()
    for name, address in guesses(world):
        for response in ask(client, address):
            assert response.status_code in REFUSED | {302, 405}, (name, address, response.status_code)
            if response.status_code == 302:
                assert "/login/" in response.headers["Location"], address
            assert SECRET not in response.content.decode(errors="replace"), address
    assert rows() == before


def test_the_key_of_one_attempt_opens_no_other(client, world):
    exam = make_exam()
    user = make_user()
    opened = start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc())
    before = rows()
    bearer = {"Authorization": f"Attempt {opened.attempt_key}"}
    body = {"data": json.dumps(BODY), "content_type": "application/json", "headers": bearer}
    for path, name, names in with_ids(prefixes=API):
        address = filled(path, dict.fromkeys(names, world["attempt"]))
        for response in (
            client.get(address, headers=bearer),
            client.post(address, **body),
            client.patch(address, **body),
        ):
            assert is_refused(response), (name, address, response.status_code)
    assert rows() == before


def test_an_account_that_guesses_often_is_written_to_the_audit_log_once(client):
    user = make_user()
    client.force_login(user)
    for _ in range(THRESHOLD + 3):
        assert client.get(f"/exams/attempts/{uuid.uuid4()}/").status_code == 404
    entry = AuditEntry.objects.get(action="access.refused_often")
    assert (entry.actor, entry.changes["refusals"]) == (user, THRESHOLD)
    other = Client()
    other.force_login(make_user())
    other.get(f"/exams/attempts/{uuid.uuid4()}/")
    assert AuditEntry.objects.filter(action="access.refused_often").count() == 1


def test_what_has_no_id_is_not_noted(client, caplog):
    caplog.set_level(logging.WARNING, logger="edu.security")
    assert client.get("/no/such/page/").status_code == 404
    assert not [record for record in caplog.records if record.name == "edu.security"]
    assert cache.get("refusals:127.0.0.1") is None
