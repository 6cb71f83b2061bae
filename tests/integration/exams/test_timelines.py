"""Timelines: what the room noticed and what invigilators did, in one order with saves; what the candidate is shown."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.core.clock import now_utc
from exams.invigilation.acts import give_time, pause_room, resume_room, send_message, take_time_back
from exams.marking.own_timeline import own_timeline
from exams.marking.timeline import attempt_timeline, item_timeline
from exams.models import Attempt, AttemptSignal, InvigilatorAct
from tests.factories.exams import make_user

pytestmark = pytest.mark.django_db
REASON = "Seems to talk to a neighbour"


def noticed(attempt, kind, *, seconds=0, length=0, slot=0, at=None):
    moment = at or now_utc()
    return AttemptSignal.objects.create(
        attempt=attempt, epoch=1, kind=kind, happened_at=moment, received_at=moment, duration_seconds=seconds,
        length=length, slot=slot,
    )  # fmt: skip


@pytest.fixture
def eventful(sit):
    """Return a sitting in which the room noticed something and the invigilator did something."""
    owner = make_user(is_instructor=True, first_name="Ines", last_name="Watch")
    sitting = sit(owner=owner)
    sitting.save({"1": "b"}, seq=1)
    common = {"exam": sitting.exam, "actor": owner, "targets": [sitting.row.public_id]}
    noticed(sitting.row, "left_page", seconds=40, slot=2)
    noticed(sitting.row, "pasted", length=12, slot=1)
    send_message(text="Please sit down.", act_id=uuid.uuid4(), now=now_utc(), **common)
    pause_room(reason=REASON, act_id=uuid.uuid4(), now=now_utc(), **common)
    resume_room(act_id=uuid.uuid4(), now=now_utc(), **common)
    give_time(minutes=5, reason=REASON, act_id=uuid.uuid4(), now=now_utc(), **(common | {"targets": None}))
    sitting.submit()
    return sitting


def row_of(sitting):
    return Attempt.objects.select_related("exam", "user").get(pk=sitting.row.pk)


def test_the_record_tells_room_and_saves_in_one_order(eventful, client):
    lines = attempt_timeline(attempt=row_of(eventful))
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    titles = [line.title for line in lines]
    assert titles[:9] == [
        "Started",
        "Last save",
        "Noticed: left the page",
        "Noticed: tried to paste",
        "Message from the invigilator",
        "Paused by the invigilator",
        "Let go on by the invigilator",
        "Time added: 5 minutes",
        "Handed in",
    ]
    by_title = {line.title: line for line in lines}
    assert by_title["Noticed: left the page"].text == "40 seconds · at question 2"
    assert by_title["Noticed: tried to paste"].text == "12 characters · at question 1"
    assert by_title["Message from the invigilator"].text == "Please sit down."
    assert by_title["Paused by the invigilator"].who == str(eventful.exam.owner)
    client.force_login(eventful.exam.owner)
    record = reverse("marking:record", args=[eventful.exam.public_id, eventful.row.public_id])
    assert "Noticed: left the page" in client.get(record).content.decode()
    client.force_login(make_user(is_instructor=True))
    assert client.get(record).status_code == 404


def test_an_act_is_told_once_and_other_acts_of_the_audit_log_stay(eventful):
    lines = attempt_timeline(attempt=row_of(eventful))
    assert [line.title for line in lines if line.kind == "act"] == []
    InvigilatorAct.objects.filter(kind="pause").delete()
    lines = attempt_timeline(attempt=row_of(eventful))
    assert [line.title for line in lines if line.kind == "act"] == ["Attempt paused"]


def test_time_that_was_taken_back_says_so(sit):
    owner = make_user(is_instructor=True)
    sitting = sit(owner=owner)
    act = give_time(
        exam=sitting.exam, targets=None, minutes=5, reason="", act_id=uuid.uuid4(), actor=owner, now=now_utc()
    )
    take_time_back(exam=sitting.exam, act_id=act.public_id, actor=owner, now=now_utc())
    titles = [line.title for line in attempt_timeline(attempt=row_of(sitting))]
    assert "Time added: 5 minutes (taken back)" in titles


def test_an_appeal_shows_what_concerns_its_question(eventful):
    titles = [line.title for line in item_timeline(attempt=row_of(eventful), slot=1)]
    assert "Noticed: tried to paste" in titles
    assert "Noticed: left the page" not in titles


def test_the_candidate_sees_her_own_and_nothing_of_others(eventful, client):
    lines = own_timeline(attempt=row_of(eventful))
    titles = [line.title for line in lines]
    assert {"Noticed: left the page", "Message from the invigilator", "Paused by the invigilator"} <= set(titles)
    assert {line.who for line in lines} == {""}
    url = reverse("exams:timeline", args=[eventful.row.public_id])
    client.force_login(eventful.user)
    assert url in client.get(reverse("exams:result", args=[eventful.row.public_id])).content.decode()
    page = client.get(url).content.decode()
    assert "Please sit down." in page
    for hidden in (REASON, "Ines", "Question 1:"):
        assert hidden not in page
    client.force_login(make_user())
    assert client.get(url).status_code == 404


def test_the_outcome_waits_for_its_release(sit):
    sitting = sit(release="manual")
    sitting.save({"1": "b"}, seq=1)
    sitting.submit()
    kinds = {line.kind for line in own_timeline(attempt=row_of(sitting))}
    assert "graded" not in kinds
    Attempt.objects.filter(pk=sitting.row.pk).update(released_at=now_utc())
    assert {"graded", "release"} <= {line.kind for line in own_timeline(attempt=row_of(sitting))}


def test_while_it_runs_the_timeline_leads_to_the_room(sit, client):
    sitting = sit()
    client.force_login(sitting.user)
    answer = client.get(reverse("exams:timeline", args=[sitting.row.public_id]))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("exams:room", args=[sitting.row.public_id])


def test_many_signals_take_no_statement_more(eventful):
    counts = []
    for _round in range(2):
        attempt = row_of(eventful)
        with CaptureQueriesContext(connection) as asked:
            attempt_timeline(attempt=attempt)
        counts.append(len(asked))
        for number in range(30):
            noticed(eventful.row, "left_page", at=now_utc() + timedelta(seconds=number))
    assert counts[0] == counts[1] <= 8


def test_every_kind_of_act_has_a_line_and_its_place_in_the_audit_log():
    from edu.audit.wording import ACTIONS
    from exams.invigilation.noticed import _AUDITED, Kind

    assert set(_AUDITED) == set(Kind)
    assert set(_AUDITED.values()) <= set(ACTIONS)
