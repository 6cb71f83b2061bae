"""Forward-only attempts: the server gives one question at a time and takes answers to that one only."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from edu.core.errors import Conflict
from exams.delivery.finish_overdue import finish_overdue
from exams.delivery.late import decide_late_batch
from exams.models import LateBatch
from exams.services import pause_attempt, sit_exam
from tests.factories.exams import make_exam, make_paper_version, make_question, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(sit):
    """Return a sitting of a forward-only exam whose three questions can be told apart."""
    versions = [
        make_question(content={"stem": f"STEM-{n}", "options": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}]})
        for n in (1, 2, 3)
    ]
    paper = make_paper_version(versions=versions)
    sitting = sit(exam=make_exam(paper_version=paper, forward_only=True))
    sitting.client.force_login(sitting.user)
    return sitting


def go_on(sitting, position, *, key=None):
    return sitting.client.post(
        f"{sitting.url}/forward",
        data=json.dumps({"position": position}),
        content_type="application/json",
        headers={"Authorization": f"Attempt {key or sitting.key_text}"},
    )


def page(sitting, name="room"):
    return sitting.client.get(reverse(f"exams:{name}", args=[sitting.row.public_id]))


def post(sitting, key, position, answer, then="next"):
    form = {"attempt_key": key, "position": position, f"q{position}": answer, "then": then}
    return sitting.client.post(reverse("exams:save", args=[sitting.row.public_id]), form, follow=True)


def test_only_the_open_question_is_given(walk):
    body = page(walk).content.decode()
    assert ("STEM-1" in body, "STEM-2" in body, "STEM-3" in body) == (True, False, False)
    walk.open()
    started = walk.client.post(
        f"/api/v1/exams/{walk.exam.public_id}/attempts", data="{}", content_type="application/json"
    ).json()
    assert [slot["slot"] for slot in started["slots"]] == [1]
    assert (started["position"], started["question_count"]) == (1, 3)
    walk.open()
    walk.save({"1": "b"}, seq=1)
    moved = go_on(walk, 1).json()
    assert (moved["position"], moved["slot"]["content"]["stem"]) == (2, "STEM-2")
    assert "STEM-1" not in json.dumps(moved)
    held = walk.client.get(walk.url, headers={"Authorization": f"Attempt {walk.key_text}"}).json()
    assert (held["position"], held["responses"]) == (2, {})
    body = page(walk).content.decode()
    assert ("STEM-1" in body, "STEM-2" in body, "STEM-3" in body) == (False, True, False)
    body = page(walk, "submit").content.decode()
    assert "STEM-" not in body
    assert "1 question was not shown yet." in body


def test_the_whole_walk_is_graded(walk):
    for slot in (1, 2, 3):
        assert walk.save({str(slot): "b"}, seq=slot).json()["applied"] is True
        if slot < 3:
            assert go_on(walk, slot).json()["position"] == slot + 1
    last = go_on(walk, 3)
    assert (last.status_code, last.json()["code"]) == (409, "last_question")
    assert walk.submit().json()["passed"] is True
    assert walk.row.score == Decimal(6)


def test_save_and_going_on_are_one_statement_each(walk, django_assert_num_queries):
    walk.client.logout()
    with django_assert_num_queries(1):
        assert walk.save({"1": "b"}, seq=1).status_code == 200
    with django_assert_num_queries(3):  # the move, and reading the next question
        assert go_on(walk, 1).status_code == 200


def test_going_on_twice_moves_once(walk):
    assert go_on(walk, 1).json()["position"] == 2
    assert go_on(walk, 1).json()["position"] == 2
    assert walk.row.position == 2
    ahead = go_on(walk, 3)
    assert (ahead.status_code, ahead.json()["field"]) == (422, "position")
    assert go_on(walk, 0).status_code == go_on(walk, 99).status_code == 422
    assert walk.row.position == 2


def test_an_answer_to_a_closed_question_is_refused_and_kept_apart(walk):
    walk.save({"1": "a"}, seq=1)
    go_on(walk, 1)
    refused = walk.save({"1": "b"}, seq=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "question_closed")
    kept = refused.json()["kept"]
    assert (kept["closed"], kept["position"], kept["quarantined"], kept["is_settled"]) == ([1], 2, True, True)
    assert walk.row.responses == {"1": '"a"'}
    assert walk.save({"1": "b"}, seq=2).status_code == 409
    batch = LateBatch.objects.get()
    assert (batch.reason, batch.responses) == ("closed", {"1": '"b"'})
    mixed = walk.save({"1": "b", "2": "b"}, seq=3)
    assert mixed.status_code == 409
    assert "2" not in walk.row.responses
    assert walk.save({"2": "b"}, seq=4).json()["applied"] is True
    with pytest.raises(Conflict):
        decide_late_batch(batch=batch, accept=True, actor=make_user(), now=now_utc())
    walk.submit()
    assert walk.row.score == Decimal(2)
    decide_late_batch(batch=batch, accept=True, actor=make_user(), now=now_utc())
    assert walk.row.score == Decimal(4)


def test_what_is_on_record_already_needs_no_quarantine(walk):
    walk.save({"1": "a"}, seq=1)
    go_on(walk, 1)
    kept = walk.save({"1": "a"}, seq=2).json()["kept"]
    assert (kept["quarantined"], kept["is_settled"]) == (False, True)
    assert not LateBatch.objects.exists()


def test_a_hostile_client_gets_nothing_by_haste(walk, sit):
    early = walk.save({"2": "b"}, seq=1)
    assert (early.status_code, early.json()["field"]) == (422, "responses.2")
    assert walk.save({"1": "b", "2": "b", "3": "b"}, seq=1).status_code == 422
    assert walk.submit({"epoch": walk.epoch, "seq": 1, "responses": {"3": "b"}}).status_code == 422
    assert (walk.row.state, walk.row.responses, walk.row.seq) == ("open", {}, 0)
    stranger = sit()
    assert go_on(walk, 1, key=stranger.key_text).status_code == 404
    assert go_on(stranger, 1).status_code == 422
    old_key = walk.key_text
    walk.open()
    assert go_on(walk, 1, key=old_key).json()["code"] == "moved"
    pause_attempt(attempt=walk.row, actor=make_user(), now=now_utc())
    assert go_on(walk, 1).json()["code"] == "paused"
    assert walk.row.position == 1
    for ahead in ("2", "3", "x", ""):
        answer = walk.client.post(
            reverse("exams:save", args=[walk.row.public_id]), {"attempt_key": walk.key_text, "position": ahead}
        )
        assert answer.status_code == 404


def test_time_ends_the_walk(walk):
    walk.save({"1": "b"}, seq=1)
    walk.move_deadline(minutes=-5)
    assert go_on(walk, 1).json()["code"] == "expired"
    assert walk.row.position == 1
    finish_overdue(now=now_utc())
    assert walk.row.score == Decimal(2)
    assert go_on(walk, 1).json()["code"] == "submitted"


def test_a_last_batch_to_a_closed_question_does_not_hand_in(walk):
    go_on(walk, 1)
    refused = walk.submit({"epoch": walk.epoch, "seq": 1, "responses": {"1": "b"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "question_closed")
    assert walk.row.state == "open"


def test_the_walk_works_without_scripts(walk):
    room = page(walk)
    for slot in (1, 2):
        assert room.context["attempt"].position == slot
        room = post(walk, room.context["opened"].attempt_key, slot, "b")
    assert walk.row.position == 3
    assert walk.row.responses == {"1": '"b"', "2": '"b"'}
    assert 'value="next"' not in room.content.decode()
    confirm = post(walk, room.context["opened"].attempt_key, 3, "b", then="submit")
    assert confirm.context["missing"] == []
    walk.client.post(reverse("exams:submit", args=[walk.row.public_id]))
    assert walk.row.score == Decimal(6)


def test_the_same_form_sent_twice_closes_one_question(walk):
    key = page(walk).context["opened"].attempt_key
    save = reverse("exams:save", args=[walk.row.public_id])
    form = {"attempt_key": key, "position": "1", "q1": "b", "then": "next"}
    walk.client.post(save, form)
    walk.client.post(save, form)
    assert walk.row.position == 2
    assert not LateBatch.objects.exists()
    said = walk.client.post(save, form | {"q1": "a"}, follow=True).content.decode()
    assert "kept for the invigilator" in said
    assert walk.row.responses == {"1": '"b"'}
    assert LateBatch.objects.get().responses == {"1": '"a"'}


def test_history_can_be_written_for_forward_only_exams(walk):
    now = now_utc()
    exam = walk.exam
    other = make_user()
    sit_exam(user_id=other.pk, exam_id=exam.public_id, answers={1: "b", 3: "b"}, started_at=now, submitted_at=now)
    assert other.attempts.get().score == Decimal(4)
