"""The no-loss protocol: what was acknowledged is in the grade, in whatever order and however often it arrives."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from edu.core.clock import now_utc
from edu.events.models import OutboxEvent
from exams.delivery.finish_overdue import finish_overdue
from exams.delivery.late import decide_late_batch
from exams.delivery.receipts import genuine_receipt
from exams.domain.receipts import responses_digest
from exams.models import Attempt, ItemResult, LateBatch
from exams.services import extend_attempt, open_room, pause_attempt, resume_attempt
from tests.factories.exams import SAMPLES, make_exam, make_user

pytestmark = pytest.mark.django_db


def test_an_acknowledged_answer_is_graded(sit):
    sitting = sit(types=tuple(name for name in SAMPLES if name != "essay"), attempts_allowed=2)
    right = {str(slot): SAMPLES[name]["right"] for slot, name in enumerate((n for n in SAMPLES if n != "essay"), 1)}
    answer = sitting.save(right, seq=1)
    assert answer.status_code == 200, answer.content
    assert answer.json()["applied"] is True
    assert sitting.submit().json()["passed"] is True
    assert sitting.row.score == sitting.row.maximum == 2 * len(right)


def test_a_save_is_one_statement_at_any_size(sit, django_assert_num_queries):
    for count in (2, 30):
        sitting = sit(types=("single_choice",) * count)
        with django_assert_num_queries(1):
            assert sitting.save({str(n): "b" for n in range(1, count + 1)}, seq=1).status_code == 200


def test_a_replayed_or_delayed_batch_changes_nothing(sit):
    sitting = sit()
    sitting.save({"1": "a"}, seq=1)
    newest = sitting.save({"1": "b"}, seq=2).json()
    late = sitting.save({"1": "a"}, seq=1)
    assert late.status_code == 200
    assert late.json() | {"server_now": 0} == late.json() | {"server_now": 0, "applied": False, "seq": 2}
    assert late.json()["receipt"] == newest["receipt"]
    assert sitting.row.responses == {"1": '"b"'}


def test_a_slot_is_replaced_whole_and_a_blank_is_empty(sit):
    sitting = sit(types=("matching", "multiple_choice"))
    sitting.save({"1": {"l1": "r1", "l2": "r2"}, "2": ["a", "b"]}, seq=1)
    sitting.save({"1": {"l2": "r1"}}, seq=2)
    assert sitting.row.responses == {"1": '{"l2":"r1"}', "2": '["a","b"]'}
    sitting.save({"1": None, "2": []}, seq=3)
    assert sitting.row.responses == {"1": "", "2": ""}


def test_an_earlier_tab_is_told_that_the_exam_has_moved(sit):
    sitting = sit()
    old_key, old_epoch = sitting.key_text, sitting.epoch
    sitting.open()
    assert sitting.epoch == old_epoch + 1
    refused = sitting.save({"1": "a"}, seq=1, epoch=old_epoch, key=old_key)
    assert (refused.status_code, refused.json()["code"]) == (409, "moved")
    assert refused.json()["kept"]["epoch"] == sitting.epoch
    assert sitting.row.responses == {}
    assert sitting.save({"1": "b"}, seq=1).json()["applied"] is True


def test_a_room_shows_what_was_saved_while_it_opened(sit, monkeypatch):
    sitting = sit()

    def save_meanwhile(**_given):
        assert sitting.save({"1": "b"}, seq=1).status_code == 200
        return False

    monkeypatch.setattr("exams.delivery.start.finish_if_overdue", save_meanwhile)
    opened = open_room(user_id=sitting.user.pk, attempt_id=sitting.row.pk, now=now_utc())
    assert opened.attempt.responses == {"1": '"b"'}


def test_a_late_batch_is_quarantined_and_can_be_accepted(sit):
    sitting = sit(types=("single_choice",))
    owner = make_user(is_instructor=True)
    sitting.move_deadline(minutes=-5)
    refused = sitting.save({"1": "b"}, seq=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "expired")
    assert refused.json()["kept"]["quarantined"] is True
    assert sitting.save({"1": "b"}, seq=1).status_code == 409
    assert LateBatch.objects.count() == 1
    assert sitting.row.responses == {}
    finish_overdue(now=now_utc())
    assert sitting.row.score == 0
    decide_late_batch(batch=LateBatch.objects.get(), accept=True, actor=owner, now=now_utc())
    assert sitting.row.score == Decimal(2)


def test_the_grace_still_takes_a_save(sit):
    sitting = sit(grace_seconds=30)
    sitting.move_deadline(seconds=-10)
    assert sitting.save({"1": "b"}, seq=1).status_code == 200


def test_an_extension_needs_no_new_key(sit):
    sitting = sit()
    sitting.move_deadline(minutes=-5)
    extend_attempt(attempt=sitting.row, minutes=10, actor=make_user(), now=now_utc())
    assert sitting.save({"1": "b"}, seq=1).status_code == 200


def test_a_pause_keeps_the_time_that_was_left(sit):
    sitting = sit()
    left = sitting.row.deadline_at - now_utc()
    pause_attempt(attempt=sitting.row, actor=make_user(), now=now_utc())
    refused = sitting.save({"1": "b"}, seq=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "paused")
    later = now_utc() + timedelta(hours=3)
    deadline = resume_attempt(attempt=sitting.row, actor=make_user(), now=later)
    assert abs((deadline - later) - left) < timedelta(seconds=5)
    assert sitting.save({"1": "b"}, seq=1).status_code == 200


def test_submitting_twice_gives_the_same_result_and_one_event(sit):
    sitting = sit()
    first = sitting.submit({"epoch": sitting.epoch, "seq": 1, "responses": {"1": "b", "2": True}})
    assert first.status_code == 200, first.content
    assert sitting.submit().json() == first.json()
    assert sitting.submit({"epoch": sitting.epoch, "seq": 2, "responses": {"1": "a"}}).json() == first.json()
    assert sitting.row.responses["1"] == '"b"'
    names = list(OutboxEvent.objects.values_list("name", flat=True))
    assert sorted(names) == ["AttemptGraded", "AttemptSubmitted", "ResultReleased"]
    refused = sitting.save({"1": "a"}, seq=9)
    assert (refused.status_code, refused.json()["code"]) == (409, "submitted")


def test_statements_of_submit_do_not_grow(sit, django_assert_num_queries):
    """One of them reads the questions that this process has not met before."""
    for count in (2, 60):
        sitting = sit(types=("single_choice",) * count)
        sitting.save({"1": "b"}, seq=1)
        with django_assert_num_queries(12):
            assert sitting.submit().status_code == 200
        assert ItemResult.objects.filter(attempt_id=sitting.row.pk).count() == count


def test_a_start_takes_at_most_twelve_statements_at_any_size(client, django_assert_max_num_queries):
    for count in (2, 60):
        exam, user = make_exam(types=("single_choice",) * count), make_user()
        from exams.services import start_attempt

        with django_assert_max_num_queries(12):
            start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc())


def test_two_starts_at_once_end_in_one_attempt(monkeypatch):
    from exams.delivery import start

    exam, user = make_exam(), make_user()
    draw = start.draw_paper
    calls = []

    def rival_first(**given):
        if not calls:
            calls.append(1)
            start.start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc())
        return draw(**given)

    monkeypatch.setattr(start, "draw_paper", rival_first)
    opened = start.start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc())
    assert Attempt.objects.count() == 1
    assert (opened.is_new, opened.epoch) == (False, 2)


def test_a_start_that_comes_late_leaves_the_open_room_alone(sit, client, monkeypatch):
    from exams.delivery import start
    from exams.services import start_attempt

    sitting = sit()
    client.force_login(sitting.user)
    answer = client.post(reverse("exams:start", args=[sitting.exam.public_id]))
    assert answer["Location"] == reverse("exams:room", args=[sitting.row.public_id])
    assert sitting.row.epoch == sitting.epoch
    assert sitting.save({"1": "a"}, seq=1).json()["applied"] is True

    # The same where both starts find nothing and the other one is quicker.
    rival, draw = make_user(), start.draw_paper

    def rival_first(**given):
        monkeypatch.setattr(start, "draw_paper", draw)
        start_attempt(user_id=rival.pk, exam_id=sitting.exam.public_id, now=now_utc())
        return draw(**given)

    monkeypatch.setattr(start, "draw_paper", rival_first)
    client.force_login(rival)
    client.post(reverse("exams:start", args=[sitting.exam.public_id]))
    assert list(Attempt.objects.filter(user=rival).values_list("epoch", flat=True)) == [1]


def test_a_failing_grader_leaves_the_submission_for_the_sweep(sit, monkeypatch):
    sitting = sit()
    sitting.save({"1": "b", "2": True}, seq=1)

    def fail(**_given):
        raise RuntimeError("grader is broken")

    monkeypatch.setattr("exams.delivery.submit.grade_submitted", fail)
    assert sitting.submit().json()["state"] == "submitted"
    assert sitting.row.responses == {"1": '"b"', "2": "true"}
    assert finish_overdue(now=now_utc() + timedelta(minutes=1)) == 1
    assert sitting.row.state == Attempt.State.GRADED
    assert sitting.row.passed is True


def test_a_grader_that_keeps_failing_hands_over_to_a_person(sit, monkeypatch):
    sitting = sit()
    sitting.submit()
    Attempt.objects.filter(pk=sitting.row.pk).update(state="submitted")

    def fail(**_given):
        raise RuntimeError("grader is broken")

    monkeypatch.setattr("exams.delivery.finish_overdue.grade_attempt", fail)
    for _try in range(3):
        finish_overdue(now=now_utc() + timedelta(minutes=1))
    assert sitting.row.state == Attempt.State.NEEDS_MARKING


def test_reading_an_overdue_attempt_closes_it_there_and_then(sit):
    sitting = sit()
    sitting.save({"1": "b", "2": True}, seq=1)
    sitting.move_deadline(minutes=-2)
    sitting.client.force_login(sitting.user)
    page = sitting.client.get(f"/exams/attempts/{sitting.row.public_id}/result/")
    assert page.status_code == 200
    assert sitting.row.state == Attempt.State.GRADED
    assert sitting.row.submitted_by == "time"
    assert sitting.row.submitted_at == sitting.row.deadline_at


def test_hostile_input_is_refused_and_harms_nothing(sit):
    sitting = sit(types=("short_text", "short_text"))
    sitting.save({"1": "kept"}, seq=1)
    refused = [
        sitting.save({"3": "x"}, seq=2),
        sitting.save({"1": "x" * 20_001}, seq=2),
        sitting.save({"-1": "x"}, seq=2),
        sitting.save({"1": "x"}, seq=0),
        sitting.save({"1": [[[[[[[[[[["deep"]]]]]]]]]]]}, seq=2),
        sitting.save({"1": "x"}, seq=2, epoch=99),
    ]
    assert [answer.status_code for answer in refused] == [422] * 6
    assert refused[1].json()["field"] == "responses.1"
    broken = sitting.client.patch(
        f"{sitting.url}/responses",
        data="[" * 50_000,
        content_type="application/json",
        headers={"Authorization": f"Attempt {sitting.key_text}"},
    )
    assert broken.status_code == 400
    assert sitting.row.responses == {"1": '"kept"'}
    stripped = sitting.save({"1": "a\x00b", "2": "\ud800c"}, seq=2).json()
    assert stripped["stripped"] == ["1", "2"]
    assert sitting.row.responses == {"1": '"ab"', "2": '"c"'}


def test_a_response_that_does_not_fit_earns_nothing_and_breaks_nothing(sit):
    sitting = sit(types=("single_choice", "matching", "true_false"))
    sitting.save({"1": {"x": 1}, "2": "nonsense", "3": True}, seq=1)
    sitting.submit()
    assert sitting.row.state == Attempt.State.GRADED
    assert sitting.row.score == Decimal(2)


def test_a_key_opens_its_own_attempt_only(sit):
    sitting, other = sit(), sit()
    answer = other.save({"1": "b"}, seq=1, key=sitting.key_text)
    assert answer.status_code == 404
    forged = sitting.save({"1": "b"}, seq=1, key=sitting.key_text[:-2] + "xx")
    assert forged.status_code == 403
    bare = sitting.client.patch(f"{sitting.url}/responses", data="{}", content_type="application/json")
    assert bare.status_code == 401
    assert sitting.row.responses == other.row.responses == {}


def test_a_receipt_can_be_checked(sit):
    sitting = sit()
    answer = sitting.save({"1": "b"}, seq=1).json()
    receipt = genuine_receipt(answer["receipt"])
    assert receipt.attempt_id == str(sitting.row.public_id)
    assert (receipt.epoch, receipt.seq, receipt.saved_at) == (sitting.epoch, 1, sitting.row.saved_at)
    assert receipt.digest == responses_digest({"1": '"b"'})
    assert genuine_receipt(answer["receipt"].replace(".1.", ".2.", 1)) is None


def test_the_hot_chain_saves_reads_and_submits(sit, request):
    """The WSGI entry serves the attempt addresses without sessions; an attempt key is enough there."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    from edu.wsgi import build_application

    for signal in (request_started, request_finished):  # the connection holds the test's transaction
        signal.disconnect(close_old_connections)
        request.addfinalizer(lambda signal=signal: signal.connect(close_old_connections))
    sitting = sit()
    application = build_application()

    def call(method, path, body=None):
        from io import BytesIO

        data = json.dumps(body).encode() if body else b""
        seen = {}
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
            "wsgi.input": BytesIO(data), "wsgi.url_scheme": "http", "CONTENT_LENGTH": str(len(data)),
            "CONTENT_TYPE": "application/json", "HTTP_AUTHORIZATION": f"Attempt {sitting.key_text}",
        }  # fmt: skip
        content = b"".join(application(environ, lambda status, headers: seen.update(status=status)))
        return seen["status"], json.loads(content)

    body = {"epoch": sitting.epoch, "seq": 1, "responses": {"1": "b"}}
    assert call("PATCH", f"{sitting.url}/responses", body)[0].startswith("200")
    assert call("GET", sitting.url)[1]["responses"] == {"1": "b"}
    assert call("POST", f"{sitting.url}/submit")[1]["state"] == "graded"
    assert call("GET", f"{sitting.url}/result")[1]["is_released"] is True


@pytest.mark.django_db(transaction=True)
def test_a_save_survives_a_connection_that_was_cut(sit):
    """On a server the connection dies; the embedded database has none to cut."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only")
    sitting = sit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [own])
    finally:
        other.close()
    assert sitting.save({"1": "b"}, seq=1).json()["applied"] is True
    assert sitting.row.responses == {"1": '"b"'}
