"""The practice room's exchange: answers taken once, feedback and next questions sent; nothing is lost, nothing told."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.core.clock import now_utc
from exams.domain.registry import question_types
from exams.models import (
    PracticeAnswer,
    PracticePreference,
    PracticeSession,
    QuestionProgress,
    QuestionStatistics,
    QuestionVersion,
)
from exams.practice import rendered
from exams.practice.answers import answer_question, finish_session
from exams.practice.keys import LASTS, InvalidPracticeKey, read_practice_key, sign_practice_key
from exams.practice.starts import begin_session
from tests.factories.exams import SAMPLES as PLAIN
from tests.factories.exams import make_bank, make_question, make_user
from tests.integration.exams.test_room_leaks import question_of, secrets_in, turned
from tests.pure.exams.samples import SAMPLES

pytestmark = pytest.mark.django_db

TYPES = sorted(question_types())
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Ids begin anew with each test, so that kept HTML would be another question's."""
    rendered.forget()
    yield
    rendered.forget()


class Practice:
    """A learner in a practice, and what her browser would send."""

    def __init__(self, client, versions, *, user=None, feedback="at_once", **fields):
        self.client = client
        self.user = user or make_user()
        picks = [(version.pk, None) for version in versions]
        self.session = begin_session(
            user_id=self.user.pk, mode="random", title="Practice", picks=picks, feedback=feedback, **fields
        )
        self.key = sign_practice_key(self.session, now=now_utc())

    @property
    def url(self):
        return f"/api/v1/practice/sessions/{self.session.public_id}/answers"

    def send(self, answers=(), ask=(), *, key=None, language="en"):
        return self.post(json.dumps({"answers": list(answers), "ask": list(ask)}), key=key, language=language)

    def post(self, body, *, key=None, language="en"):
        headers = {"Authorization": f"Practice {key or self.key}", "Accept-Language": language}
        return self.client.post(self.url, data=body, content_type="application/json", headers=headers)

    @property
    def row(self):
        return PracticeSession.objects.get(pk=self.session.pk)

    def counts(self):
        row = self.row
        return (PracticeAnswer.objects.count(), QuestionProgress.objects.count(), row.answered_count, row.states)


def given(index, response, **fields):
    return {"index": index, "response": response, "seconds": 3, "blank": False} | fields


def choices(count):
    bank = make_bank()
    return [make_question(bank=bank) for _number in range(count)]


def problem_of(response, status, code=None):
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert code is None or body["code"] == code
    return body


def test_an_answer_brings_its_feedback_and_the_next_question(client):
    practice = Practice(client, choices(3))
    body = practice.send([given(0, "b")], [1]).json()
    [result], [item] = body["results"], body["items"]
    assert {name: result[name] for name in ("index", "state", "fraction", "is_new")} == {
        "index": 0, "state": "graded", "fraction": 1.0, "is_new": True
    }  # fmt: skip
    assert "EXPLANATION-KEY" in result["feedback"]
    assert 'id="question-1"' in result["feedback"]
    assert (item["index"], item["is_answered"]) == (1, False)
    assert 'name="q2"' in item["html"]
    assert "EXPLANATION-KEY" not in item["html"]
    assert (body["states"], body["answered_count"], body["is_finished"]) == ("r--", 1, False)
    row = practice.row
    assert (row.states, row.position, row.answered_count, row.right_count) == ("r--", 0, 1, 1)
    answer = PracticeAnswer.objects.get()
    assert (answer.index, answer.seconds, json.loads(answer.response)) == (0, 3, "b")


def test_what_the_room_sends_is_what_the_page_shows(client):
    practice = Practice(client, choices(2))
    asked = practice.send(ask=[0, 1]).json()["items"]
    feedback = practice.send([given(0, "a")]).json()["results"][0]["feedback"]
    client.force_login(practice.user)
    pages = [client.get(reverse("practice:session", args=[practice.session.public_id]), {"n": n}) for n in (1, 2)]

    def plain(html):
        return re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", html).strip()

    assert plain(feedback) in plain(pages[0].content.decode())
    assert plain(asked[1]["html"]) in plain(pages[1].content.decode())


def test_the_language_is_that_of_the_request(client):
    practice = Practice(client, choices(2))
    assert "再次" not in practice.send([given(0, "a")]).json()["results"][0]["feedback"]
    feedback = practice.send([given(1, "b")], language="zh-hans").json()["results"][0]["feedback"]
    assert "回答正确" in feedback or "正确" in feedback


def test_the_first_answer_counts_and_a_repeated_one_is_answered_with_it(client):
    practice = Practice(client, choices(2))
    first = practice.send([given(0, "b", seconds=5)]).json()
    before = practice.counts()
    for _time in range(2):
        again = practice.send([given(0, "a", seconds=50)]).json()
        [result] = again["results"]
        assert (result["is_new"], result["fraction"], result["state"]) == (False, 1.0, "graded")
        assert result["feedback"] == first["results"][0]["feedback"]
        assert again["states"] == "r-"
    assert practice.counts() == before
    assert QuestionProgress.objects.get().answered_count == 1


def test_an_answer_twice_in_one_request_counts_once(client):
    practice = Practice(client, choices(2))
    results = practice.send([given(0, "b"), given(0, "a")]).json()["results"]
    assert [result["is_new"] for result in results] == [True, False]
    assert [result["fraction"] for result in results] == [1.0, 1.0]
    assert practice.counts() == (1, 1, 1, "r-")


def test_a_question_answered_on_another_device_comes_with_its_feedback(client):
    versions = choices(3)
    practice = Practice(client, versions)
    answer_question(session=practice.session, index=1, version=versions[1], response="a")
    body = practice.send([given(0, "b")], [1, 2]).json()
    assert body["states"] == "rw-"
    assert [(item["index"], item["is_answered"]) for item in body["items"]] == [(1, True), (2, False)]
    assert "EXPLANATION-KEY" in body["items"][0]["html"]
    assert body["answered_count"] == 2


def test_several_answers_of_a_device_that_was_offline_come_at_once(client):
    practice = Practice(client, choices(4))
    body = practice.send([given(0, "b"), given(1, "a"), given(2, None, blank=True)], [3]).json()
    assert [result["state"] for result in body["results"]] == ["graded", "graded", "blank"]
    assert body["states"] == "rwb-"
    assert practice.row.position == 2


def test_feedback_at_the_end_tells_nothing_before_it(client):
    practice = Practice(client, choices(2), feedback="at_end")
    response = practice.send([given(0, "b")], [0, 1])
    body = response.json()
    assert body["results"] == [{"index": 0, "state": "answered", "fraction": None, "is_new": True}]
    assert body["states"] == "a-"
    assert "KEY" not in response.content.decode()
    assert "checked" in body["items"][0]["html"]
    page = practice.send([given(0, "a")], [0]).json()
    assert page["results"] == [{"index": 0, "state": "answered", "fraction": None, "is_new": False}]


def test_an_essay_waits_for_the_learners_own_judgement(client):
    practice = Practice(client, [make_question(type="essay")])
    [result] = practice.send([given(0, "An essay of some words.")]).json()["results"]
    assert (result["state"], result["fraction"]) == ("pending", None)
    assert "data-assess" in result["feedback"]
    assert practice.row.states == "?"


def test_an_empty_answer_counts_as_a_blank_only_when_it_is_meant(client):
    practice = Practice(client, choices(1))
    for response in (None, "", [], {}):
        body = problem_of(practice.send([given(0, response)]), 422, "invalid_input")
        assert body["field"] == "answers.0"
    assert practice.counts() == (0, 0, 0, "-")
    assert practice.send([given(0, None, blank=True)]).json()["results"][0]["state"] == "blank"


def test_a_finished_practice_takes_no_answer_and_still_tells_what_is_stored(client):
    practice = Practice(client, choices(2))
    practice.send([given(0, "b")])
    finish_session(session=practice.row)
    before = practice.counts()
    body = practice.send([given(0, "a")]).json()
    assert (body["results"][0]["is_new"], body["is_finished"]) == (False, True)
    refused = problem_of(practice.send([given(1, "b")]), 409, "practice_finished")
    assert refused["field"] == "answers.1"
    assert practice.counts() == before


def test_what_is_refused_costs_no_other_answer(client):
    practice = Practice(client, choices(3))
    answers = [given(0, "b"), given(1, "no such option"), given(2, "b")]
    assert problem_of(practice.send(answers), 422)["field"] == "answers.1"
    assert practice.row.states == "r--"
    del answers[1]
    body = practice.send(answers).json()
    assert [result["is_new"] for result in body["results"]] == [False, True]
    assert practice.row.states == "r-r"


HOSTILE = [
    "", "{", "[]", "null", "7", '"x"', '{"answers": 7}', '{"answers": [7]}', '{"answers": [{}]}', '{"ask": "1"}',
    '{"answers": [{"index": -1, "response": "b"}]}', '{"answers": [{"index": 2, "response": "b"}]}',
    '{"answers": [{"index": 1e99, "response": "b"}]}', '{"answers": [{"index": "x", "response": "b"}]}',
    '{"answers": [{"index": 99999999999999999999999, "response": "b"}]}', '{"ask": [-1]}', '{"ask": [2]}',
    '{"ask": [null]}', json.dumps({"ask": list(range(11))}),
    json.dumps({"answers": [{"index": 0, "response": "b"}] * 51}),
    '{"answers": [{"index": 0, "response": {"$certainty": 9, "$response": "b"}}]}',
    '{"answers": [{"index": 0, "response": NaN}]}', '{"answers": [{"index": 0, "response": ["b"]}]}',
    '{"answers": [{"index": 0, "response": {"b": 1}}]}', '{"answers": [{"index": 0, "response": 1e400}]}',
    '{"answers": [{"index": 0, "response": "\\u0000"}]}', '{"answers": [{"index": 0, "response": "\\ud800"}]}',
    '{"answers": [{"index": 0, "response": ' + "[" * 5000 + "]" * 5000 + "}]}",
    json.dumps({"answers": [{"index": 0, "response": "b" * 100_000}]}),
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_body_is_refused_and_changes_nothing(client, body):
    practice = Practice(client, choices(2))
    response = practice.post(body)
    assert 400 <= response.status_code < 500, response.content
    problem_of(response, response.status_code)
    assert practice.counts() == (0, 0, 0, "--")


@pytest.mark.parametrize("seconds", [-5, 10**30, "x", None, [1], 1.5, True, 99_999])
def test_what_is_said_of_time_never_costs_an_answer(client, seconds):
    practice = Practice(client, choices(1))
    assert practice.send([given(0, "b", seconds=seconds)]).status_code == 200
    assert 0 <= PracticeAnswer.objects.get().seconds <= 3600


@pytest.mark.parametrize("name", TYPES)
def test_text_that_no_database_keeps_is_no_error_of_the_server(client, name):
    practice = Practice(client, [question_of(name)])
    for response in ("\x00", "\ud800", {"b1": "\x00"}, ["\ud800"], {"$certainty": 1, "$response": "\x00"}):
        assert practice.send([given(0, response)]).status_code in {200, 422}, (name, response)


def test_a_key_opens_its_own_practice_alone(client):
    mine, other = Practice(client, choices(1)), Practice(client, choices(1))
    before = (mine.counts(), other.counts())
    problem_of(mine.send([given(0, "b")], key=other.key), 404)
    problem_of(mine.send([given(0, "b")], key="x"), 403, "invalid_practice_key")
    problem_of(mine.send([given(0, "b")], key=mine.key[:-1] + ("A" if mine.key[-1] != "A" else "B")), 403)
    client.force_login(mine.user)
    for headers in ({}, {"Authorization": f"Attempt {mine.key}"}, {"Authorization": "Practice "}):
        response = client.post(mine.url, data="{}", content_type="application/json", headers=headers)
        problem_of(response, 401)
    missing = f"/api/v1/practice/sessions/{uuid.uuid4()}/answers"
    headers = {"Authorization": f"Practice {mine.key}"}
    problem_of(client.post(missing, data='{"answers": []}', content_type="application/json", headers=headers), 404)
    assert (mine.counts(), other.counts()) == before


def test_a_key_ends_and_a_closed_account_answers_no_more(client):
    practice = Practice(client, choices(1))
    late = now_utc() + LASTS + timedelta(seconds=2)
    with pytest.raises(InvalidPracticeKey):
        read_practice_key(practice.key, now=late)
    practice.user.is_active = False
    practice.user.save()
    problem_of(practice.send([given(0, "b")]), 403, "invalid_practice_key")
    assert practice.counts() == (0, 0, 0, "-")


def statements(practice, *args, **kwargs):
    with CaptureQueriesContext(connection) as captured:
        response = practice.send(*args, **kwargs)
    assert response.status_code == 200, response.content
    return [row["sql"] for row in captured.captured_queries if not row["sql"].startswith(CONTROL)]


@pytest.mark.parametrize("size", [3, 60])
@pytest.mark.parametrize("past", [0, 40])
def test_an_answer_its_feedback_and_the_next_question_take_six_statements(client, size, past):
    versions = choices(size)
    user = make_user()
    PracticePreference.objects.create(user=user)
    for version in versions:
        QuestionStatistics.objects.create(
            version=version, question=version.question, practice_facility=0.5, computed_at=now_utc()
        )
    for _time in range(past // min(size, 20)):
        former = Practice(client, versions[:20], user=user)
        for index, version in enumerate(versions[:20]):
            answer_question(session=former.session, index=index, version=version, response="a")
    practice = Practice(client, versions, user=user)
    assert len(statements(practice, [given(0, "b")], [1, 2])) == 6
    assert len(statements(practice, [given(1, "a")], [])) == 6
    assert len(statements(practice, [], [2])) == 2
    assert len(statements(practice, [], [])) == 1
    assert len(statements(practice, [given(0, "a")], [2])) <= 6


def test_a_mastery_rule_of_her_own_counts(client):
    versions, user = choices(1), make_user()
    PracticePreference.objects.create(user=user, mastery_streak=1)
    Practice(client, versions, user=user).send([given(0, "a")])
    assert QuestionProgress.objects.get().mastered_at is None
    Practice(client, versions, user=user).send([given(0, "b")])
    assert QuestionProgress.objects.get().mastered_at is not None


@pytest.mark.parametrize("feedback", ["at_once", "at_end"])
def test_nothing_secret_is_in_any_byte_before_the_answer(client, feedback):
    practice = Practice(client, [question_of(name) for name in TYPES], feedback=feedback)
    address = reverse("practice:session", args=[practice.session.public_id])
    client.force_login(practice.user)
    found = {}
    for language in ("en", "zh-hans"):
        for place, name in enumerate(TYPES):
            client.cookies["django_language"] = language
            seen = [client.get(address, {"n": place + 1}), practice.send([], [place], language=language)]
            seen.append(practice.send([given(place, {"no": ["such"]})], [place]))
            for response in seen:
                if secrets := secrets_in(response):
                    found[name, language, response.status_code] = secrets
    assert not found, found
    for place, name in enumerate(TYPES):
        after = [(place + 1) % len(TYPES)] if place + 1 < len(TYPES) else []
        response = practice.send([given(place, SAMPLES[name].wrong)] if name != "file_upload" else [], after)
        assert response.status_code == 200, (name, response.content)
        body = response.json()
        for item in body["items"]:
            assert "LEAK" not in item["html"], name
        if feedback == "at_end":
            assert not secrets_in(response), name
        elif body["results"]:
            assert "LEAK-EXPLANATION" in body["results"][0]["feedback"], name


def test_a_question_that_is_kept_names_the_practice_that_asks(client):
    sample = SAMPLES["file_upload"]
    version = make_question(type="file_upload", content=sample.content, key=sample.key)
    first, second = Practice(client, [version]), Practice(client, [version])
    pages = [practice.send([], [0]).json()["items"][0]["html"] for practice in (first, second)]
    assert pages[0] != pages[1]
    for practice, other, page in zip((first, second), (second, first), pages, strict=True):
        assert str(practice.session.public_id) in page
        assert str(other.session.public_id) not in page
    rendered.forget()
    assert second.send([], [0]).json()["items"][0]["html"] == pages[1]


@pytest.mark.parametrize("name", ["single_choice", "short_text", "true_false", "numerical"])
def test_a_review_that_is_kept_is_that_of_the_same_answer_alone(client, name):
    version, sample = make_question(type=name), PLAIN[name]
    seen = {}
    for _round in range(2):
        for which in ("right", "wrong"):
            practice = Practice(client, [version])
            response = practice.send([given(0, sample[which])]).json()["results"][0]
            html = response["feedback"].replace(str(practice.session.public_id), "")
            assert seen.setdefault(which, html) == html
        rendered.forget()
    assert seen["right"] != seen["wrong"]


@pytest.mark.parametrize("name", TYPES)
def test_a_question_is_sent_as_the_same_bytes_whatever_its_key_says(client, name):
    sample, sent = SAMPLES[name], []
    content = sample.content | ({"variants": sample.content["variants"][:1]} if "variants" in sample.content else {})
    bank, user = make_bank(), make_user()
    for key, explanation in ((sample.key, "one"), (turned(sample.key), "two")):
        version = make_question(type=name, bank=bank, content=content, key=sample.key, explanation=explanation)
        practice = Practice(client, [version], user=user)
        QuestionVersion.objects.filter(pk=version.pk).update(key=key)
        items = [practice.row.items[0] | {"order": {}}]
        PracticeSession.objects.filter(pk=practice.session.pk).update(items=items)
        rendered.forget()
        html = practice.send([], [0]).json()["items"][0]["html"]
        sent.append(html.replace(str(practice.session.public_id), ""))
    assert sent[0] == sent[1]


def test_retrying_takes_what_was_not_right_and_nothing_else(client):
    versions = choices(4)
    practice = Practice(client, versions)
    practice.send([given(0, "b"), given(1, "a"), given(2, None, blank=True)])
    client.force_login(practice.user)
    address = reverse("practice:retry", args=[practice.session.public_id])
    assert client.post(address).url == reverse("practice:result", args=[practice.session.public_id])
    assert PracticeSession.objects.count() == 1
    finish_session(session=practice.row)
    page = client.get(reverse("practice:result", args=[practice.session.public_id])).content.decode()
    assert page.index('id="result-wrong"') < page.index('id="result-blank"') < page.index('id="result-right"')
    assert "Retry the wrong ones" in page
    assert client.post(address).status_code == 302
    again = PracticeSession.objects.first()
    assert again.mode == "wrong"
    assert [item["question_id"] for item in again.items] == [version.question_id for version in versions[1:]]
    client.force_login(make_user())
    assert client.post(address).status_code == 404
    assert PracticeSession.objects.count() == 2


def test_a_practice_all_right_offers_no_retry(client):
    practice = Practice(client, choices(1))
    practice.send([given(0, "b")])
    finish_session(session=practice.row)
    client.force_login(practice.user)
    page = client.get(reverse("practice:result", args=[practice.session.public_id])).content.decode()
    assert "Retry the wrong ones" not in page
    client.post(reverse("practice:retry", args=[practice.session.public_id]))
    assert PracticeSession.objects.count() == 1


def test_every_type_goes_through_the_room(client):
    for name, sample in PLAIN.items():
        if name == "file_upload":
            continue
        practice = Practice(client, [make_question(type=name)])
        response = practice.send([given(0, sample["right"])])
        assert response.status_code == 200, (name, response.content)
        assert response.json()["results"][0]["fraction"] in {1.0, None}, name
