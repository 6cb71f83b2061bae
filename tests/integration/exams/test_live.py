"""The live side of the room: what invigilators do reaches it at once, idle polls read nothing, signals are kept."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from edu.core.clock import now_utc
from exams.delivery.extend import set_accommodation
from exams.delivery.signals import MAXIMUM_KEPT, describe_signals, forget_old_signals, forget_signals_of
from exams.domain.integrity import Integrity, SignalKind
from exams.invigilation.acts import (
    end_attempt,
    give_time,
    pause_room,
    resume_room,
    send_message,
    take_time_back,
)
from exams.models import Attempt, AttemptSignal, Exam, InvigilatorAct, LateBatch, SignalTally
from tests.factories.exams import make_user

pytestmark = pytest.mark.django_db(transaction=True)

EVERYTHING = {name: True for name in Integrity.model_fields if name not in {"one_device"}}


def poll(sitting, *, key=None, tag="", **query):
    headers = {"Authorization": f"Attempt {key or sitting.key_text}"}
    if tag:
        headers["If-None-Match"] = tag
    return sitting.client.get(f"{sitting.url}/live", query, headers=headers)


def report(sitting, signals, *, key=None, now=None):
    body = {"now": (now or now_utc()).isoformat(), "signals": signals}
    return sitting.client.post(
        f"{sitting.url}/signals",
        data=json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Attempt {key or sitting.key_text}"},
    )


def signal(number, kind="left_page", *, epoch=1, at=None, **fields):
    return {"epoch": epoch, "number": number, "kind": kind, "at": (at or now_utc()).isoformat()} | fields


@pytest.fixture
def act_on(sit):
    """Return a function that acts on a sitting's exam with what every act needs."""

    def call(function, sitting, **fields):
        fields = {"targets": None, "act_id": uuid.uuid4()} | fields
        return function(exam=sitting.exam, actor=fields.pop("actor", None) or make_user(), now=now_utc(), **fields)

    return call


def test_an_idle_poll_reads_nothing(sit, django_assert_num_queries):
    sitting = sit()
    with django_assert_num_queries(2):
        first = poll(sitting)
    assert first.status_code == 200
    assert first.json()["state"] == "open"
    cache.delete(f"exams.live:{sitting.opened.attempt.pk}")
    poll(sitting)
    with django_assert_num_queries(0):
        again = poll(sitting, tag=first["ETag"], slot=2)
    assert again.status_code == 304
    assert again.content == b""


def test_a_save_is_still_one_statement(sit, django_assert_num_queries):
    sitting = sit(integrity=EVERYTHING | {"one_device": True})
    poll(sitting)
    assert sitting.save({"1": "a"}, seq=1).status_code == 200  # the first of a connection prepares it on PostgreSQL
    with django_assert_num_queries(1):
        assert sitting.save({"1": "b"}, seq=2).status_code == 200


def test_more_time_reaches_the_room_and_can_be_taken_back(sit, act_on):
    sitting = sit()
    tag = poll(sitting)["ETag"]
    before = sitting.row.deadline_at
    act = act_on(give_time, sitting, minutes=5)
    answer = poll(sitting, tag=tag)
    assert answer.status_code == 200
    assert answer.json()["deadline_at"] == (before + timedelta(minutes=5)).isoformat()
    assert take_time_back(exam=sitting.exam, act_id=act.public_id, actor=make_user(), now=now_utc()) == 1
    assert poll(sitting).json()["deadline_at"] == before.isoformat()


def test_a_double_click_gives_the_time_once(sit, act_on):
    sitting, actor, act_id = sit(), make_user(), uuid.uuid4()
    before = sitting.row.deadline_at
    first = act_on(give_time, sitting, minutes=5, actor=actor, act_id=act_id)
    second = act_on(give_time, sitting, minutes=5, actor=actor, act_id=act_id)
    assert first.pk == second.pk
    assert sitting.row.deadline_at == before + timedelta(minutes=5)
    assert InvigilatorAct.objects.count() == 1


def test_time_that_is_in_use_is_not_taken_back(sit, act_on):
    from edu.core.errors import Conflict

    sitting = sit()
    sitting.move_deadline(seconds=20)
    act = act_on(give_time, sitting, minutes=5)
    later = now_utc() + timedelta(seconds=60)
    with pytest.raises(Conflict):
        take_time_back(exam=sitting.exam, act_id=act.public_id, actor=make_user(), now=later)
    assert InvigilatorAct.objects.get().undone_at is None
    assert sitting.row.deadline_at > now_utc() + timedelta(minutes=5)


def test_a_pause_stops_the_clock_and_going_on_gives_back_what_was_left(sit, act_on):
    sitting = sit()
    before = sitting.row.deadline_at
    act_on(pause_room, sitting)
    assert poll(sitting).json()["state"] == "paused"
    assert sitting.save({"1": "b"}, seq=1).json()["code"] == "paused"
    Attempt.objects.update(paused_at=now_utc() - timedelta(minutes=7))
    left = poll(sitting).json()["remaining_seconds"]
    act_on(resume_room, sitting)
    answer = poll(sitting).json()
    assert answer["state"] == "open"
    assert sitting.row.paused_at is None
    assert timedelta(minutes=7) <= sitting.row.deadline_at - before < timedelta(minutes=7, seconds=20)
    assert left >= 3599
    assert sitting.save({"1": "b"}, seq=2).status_code == 200


def test_messages_reach_one_and_all(sit, act_on):
    one = sit()
    other = sit(exam=one.exam)
    act_on(send_message, one, targets=[one.row.public_id], text="Only you")
    act_on(send_message, one, text="Read 12 in question 5")
    assert [message["text"] for message in poll(one).json()["messages"]] == ["Only you", "Read 12 in question 5"]
    assert [message["text"] for message in poll(other).json()["messages"]] == ["Read 12 in question 5"]


def test_who_begins_later_gets_what_went_to_all(sit, act_on):
    one = sit()
    act_on(send_message, one, text="Read 12 in question 5")
    late = sit(exam=one.exam)
    assert len(poll(late).json()["messages"]) == 1


def test_an_ended_attempt_is_graded_and_what_comes_after_is_kept(sit, act_on):
    sitting = sit()
    sitting.save({"1": "b"}, seq=1)
    end_attempt(
        exam=sitting.exam, attempt_id=sitting.row.public_id, reason="fire", act_id=uuid.uuid4(), actor=make_user(),
        now=now_utc(),
    )  # fmt: skip
    assert poll(sitting).json()["state"] == "graded"
    refused = sitting.save({"2": True}, seq=2).json()
    assert refused["code"] == "submitted"
    assert refused["kept"]["quarantined"] is True
    assert LateBatch.objects.get().reason == "ended"
    assert sitting.row.submitted_by == "staff"


def test_an_accommodation_moves_the_clock_in_the_room(sit):
    sitting = sit()
    poll(sitting)
    set_accommodation(exam=sitting.exam, user_id=sitting.user.pk, actor=make_user(), extra_percent=50)
    assert poll(sitting).json()["remaining_seconds"] > 5000


def test_a_key_of_another_attempt_is_not_let_in(sit):
    one, other = sit(), sit()
    assert poll(one, key=other.key_text).status_code == 404
    assert report(one, [signal(1)], key=other.key_text).status_code == 404
    assert one.client.get(f"{one.url}/live").status_code == 401
    assert SignalTally.objects.count() == 0


def test_an_overtaken_page_is_told_and_noted_once(sit):
    sitting = sit()
    old = sitting.key_text
    sitting.open()
    for _ in range(3):
        assert poll(sitting, key=old).json()["moved"] is True
    assert poll(sitting).json()["moved"] is False
    assert [row.kind for row in AttemptSignal.objects.all()] == [SignalKind.SECOND_PAGE]


def test_signals_are_placed_by_the_servers_clock_and_heard_once(sit):
    sitting = sit(integrity=EVERYTHING)
    Attempt.objects.update(started_at=now_utc() - timedelta(hours=1))
    device_now = now_utc() + timedelta(hours=1)
    sent = [signal(1, at=device_now - timedelta(seconds=30), seconds=20), signal(2, "pasted", at=device_now, length=40)]
    assert report(sitting, sent, now=device_now).json() == {"taken": 2}
    assert report(sitting, [*sent, signal(3, "copied", at=device_now)], now=device_now).json() == {"taken": 1}
    left = AttemptSignal.objects.get(kind="left_page")
    assert abs(left.happened_at - (now_utc() - timedelta(seconds=30))) < timedelta(seconds=5)
    assert left.duration_seconds == 20
    counts = SignalTally.objects.get().counts
    assert counts["left_page"] == {"count": 1, "seconds": 20, "length": 0}
    assert counts["pasted"]["length"] == 40


def test_signals_that_the_exam_does_not_log_are_passed_over(sit):
    sitting = sit()
    assert report(sitting, [signal(1), signal(2, "pasted"), signal(3, "offline", seconds=4)]).json() == {"taken": 1}
    assert [row.kind for row in AttemptSignal.objects.all()] == ["offline"]


@pytest.mark.parametrize(
    "hostile",
    [
        {"kind": "hacked"},
        {"kind": "second_device", "number": 0},
        {"seconds": -1},
        {"length": 10**12},
        {"at": "yesterday"},
        {"epoch": 0},
        {"slot": -3},
    ],
)
def test_hostile_signals_are_refused(sit, hostile):
    sitting = sit(integrity=EVERYTHING)
    assert report(sitting, [signal(1) | hostile]).status_code == 422
    assert AttemptSignal.objects.count() == 0
    assert sitting.save({"1": "b"}, seq=1).status_code == 200


def test_a_page_cannot_claim_what_only_the_server_knows_nor_another_time(sit):
    sitting = sit(integrity=EVERYTHING)
    far = now_utc() + timedelta(days=4000)
    sent = [
        signal(1, "second_device"),
        signal(2, at=far, seconds=2_000_000_000, slot=99_999),
        signal(9, epoch=99),
    ]
    assert report(sitting, sent).json() == {"taken": 1}
    row = AttemptSignal.objects.get()
    assert row.happened_at <= now_utc()
    assert row.duration_seconds <= 86_400
    assert row.slot == 0


def test_signals_of_an_attempt_are_bounded(sit, monkeypatch):
    monkeypatch.setattr("exams.api.live.REPORTS_PER_MINUTE", 100)
    sitting = sit(integrity=EVERYTHING)
    for start in range(0, MAXIMUM_KEPT + 100, 100):
        sent = [signal(number, "copied", length=1) for number in range(start + 1, start + 101)]
        assert report(sitting, sent).status_code == 200
    assert AttemptSignal.objects.count() == MAXIMUM_KEPT
    assert SignalTally.objects.get().counts["copied"]["count"] == MAXIMUM_KEPT + 100
    assert report(sitting, [signal(n) for n in range(1, 200)]).status_code == 422


def test_old_signals_are_forgotten_and_fresh_ones_are_not(sit):
    old, fresh = sit(integrity=EVERYTHING), sit(integrity=EVERYTHING)
    for sitting in (old, fresh):
        report(sitting, [signal(1)])
    long_ago = now_utc() - timedelta(days=200)
    Exam.objects.filter(pk=old.exam.pk).update(closes_at=long_ago)
    Attempt.objects.filter(pk=old.row.pk).update(deadline_at=long_ago)
    assert forget_old_signals(now=now_utc(), days=180) == 1
    assert list(AttemptSignal.objects.values_list("attempt_id", flat=True)) == [fresh.row.pk]
    assert forget_old_signals(now=now_utc(), days=180) == 0


def test_a_person_downloads_her_signals_and_they_go_with_her(sit):
    sitting, other = sit(integrity=EVERYTHING), sit(integrity=EVERYTHING)
    for one in (sitting, other):
        report(one, [signal(1, seconds=3)])
    told = describe_signals(user_id=sitting.user.pk)
    assert [(row["exam"], row["kind"]) for row in told] == [(sitting.exam.title, "left_page")]
    forget_signals_of(user_id=sitting.user.pk)
    assert describe_signals(user_id=sitting.user.pk) == []
    assert len(describe_signals(user_id=other.user.pk)) == 1


@pytest.mark.parametrize(
    ("option", "kind"),
    [("no_clipboard", "pasted"), ("log_page_leaves", "left_page"), ("full_screen", "left_full_screen"),
     ("watermark", "left_page")],
)  # fmt: skip
def test_no_option_costs_an_answer(sit, option, kind):
    """With each option on and its worst signals reported, the answers save and submit as ever."""
    sitting = sit(integrity={option: True})
    report(sitting, [signal(number, kind, seconds=3000, length=9999) for number in range(1, 60)])
    assert sitting.save({"1": "b", "2": True}, seq=1).json()["applied"] is True
    report(sitting, [signal(number, kind) for number in range(60, 90)])
    assert sitting.submit().status_code == 200
    row = sitting.row
    assert row.state == "graded"
    assert row.score == row.maximum


def test_going_on_from_another_address_is_noted_once_and_costs_nothing(sit, django_assert_num_queries):
    sitting = sit()
    Exam.objects.filter(pk=sitting.exam.pk).update(address_ranges=["127.0.0.0/8"])
    assert poll(sitting).status_code == 200
    assert not SignalTally.objects.exists()
    Exam.objects.filter(pk=sitting.exam.pk).update(address_ranges=["192.0.2.0/24"])
    cache.clear()
    for _time in range(2):
        assert poll(sitting).status_code == 200
    assert SignalTally.objects.get(attempt=sitting.row).counts["other_address"]["count"] == 1
    with django_assert_num_queries(0):
        poll(sitting)
    assert sitting.save({"1": "b"}, seq=1).json()["applied"] is True
    sitting.client.force_login(sitting.user)
    assert sitting.client.get(reverse("exams:room", args=[sitting.row.public_id])).status_code == 200
    detail = sitting.client.get(reverse("exams:detail", args=[sitting.exam.public_id])).content.decode()
    assert "noted for the invigilator" in detail
    assert SignalTally.objects.get(attempt=sitting.row).counts["other_address"]["count"] == 1
    signal_row = AttemptSignal.objects.get(kind="other_address")
    assert (signal_row.epoch, signal_row.length, signal_row.slot) == (0, 0, 0), "the address itself is not kept"


def test_a_page_cannot_claim_another_address(sit):
    sitting = sit()
    assert report(sitting, [signal(1, "other_address")]).json()["taken"] == 0
