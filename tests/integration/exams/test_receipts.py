"""Receipts: the learner's own to download, and a check for her and the exam's instructors alone."""

import json

import pytest
from django.urls import reverse

from exams.models import Exam
from tests.factories.exams import make_user

pytestmark = pytest.mark.django_db


def receipt_url(sitting, name="receipt", *more):
    return reverse(f"exams:{name}", args=[sitting.row.public_id, *more])


def check(client, text):
    return client.post(reverse("exams:check_receipt"), {"receipt": text})


def test_a_learner_downloads_the_receipt_of_her_attempt(sit):
    sitting = sit()
    given = sitting.save({"1": "b"}, seq=1).json()["receipt"]
    sitting.client.force_login(sitting.user)
    assert given in sitting.client.get(receipt_url(sitting)).content.decode()
    facts = json.loads(sitting.client.get(receipt_url(sitting, "receipt_file", "json")).content)
    assert (facts["receipt"], facts["answered"], facts["seq"]) == (given, 1, 1)
    text = sitting.client.get(receipt_url(sitting, "receipt_file", "txt"))
    assert text.headers["Content-Disposition"].endswith('.txt"')
    assert given in text.content.decode()
    assert sitting.client.get(receipt_url(sitting, "receipt_file", "exe")).status_code == 404


def test_a_receipt_is_nobody_elses(sit):
    sitting = sit()
    for user in (make_user(), make_user(is_instructor=True)):
        sitting.client.force_login(user)
        assert sitting.client.get(receipt_url(sitting)).status_code == 404
        assert sitting.client.get(receipt_url(sitting, "receipt_file", "txt")).status_code == 404
    sitting.client.logout()
    assert sitting.client.get(receipt_url(sitting)).status_code == 302


def test_learner_and_instructor_check_a_receipt(sit):
    sitting = sit()
    owner = make_user(is_instructor=True)
    Exam.objects.filter(pk=sitting.exam.pk).update(owner=owner)
    first = sitting.save({"1": "a"}, seq=1).json()["receipt"]
    second = sitting.save({"1": "b"}, seq=2).json()["receipt"]
    for user in (sitting.user, owner):
        sitting.client.force_login(user)
        done = check(sitting.client, json.dumps([{"receipt": first}, {"receipt": second}])).context["checks"]
        assert [(row.is_genuine, row.is_current) for row in done] == [(True, False), (True, True)]
        assert done[1].saved_at == sitting.row.saved_at
        page = check(sitting.client, second).content.decode()
        assert "This receipt is genuine." in page
        assert "The answers on record are exactly these." in page


def test_a_forged_and_a_foreign_receipt_look_the_same(sit):
    sitting = sit()
    given = sitting.save({"1": "a"}, seq=1).json()["receipt"]
    sitting.client.force_login(sitting.user)
    forged = given[:-1] + ("0" if given[-1] != "0" else "1")
    (row,) = check(sitting.client, forged).context["checks"]
    assert not row.is_genuine
    sitting.client.force_login(make_user(is_instructor=True))
    (row,) = check(sitting.client, given).context["checks"]
    assert (row.is_genuine, row.exam_title, row.learner, row.saved_at) == (False, "", "", None)
    assert sitting.exam.title not in check(sitting.client, given).content.decode()


def test_a_text_without_a_receipt_is_refused(client):
    client.force_login(make_user())
    assert "csrfmiddlewaretoken" in client.get(reverse("exams:check_receipt")).content.decode()
    answer = check(client, "hello")
    assert answer.status_code == 422
    assert "begins with JB1" in answer.content.decode()
    assert check(client, "").status_code == 422
