"""The invigilator's pages, devices, accommodations, settings of an exam: from the right and the wrong account."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localtime

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from exams.delivery.presence import Presence, note_presence
from exams.domain.integrity import Integrity, SignalKind
from exams.models import (
    Accommodation,
    Attempt,
    AttemptDevice,
    AttemptSignal,
    Exam,
    ExamInvigilator,
    ExamMessage,
    InvigilatorAct,
    LateBatch,
)
from exams.services import start_attempt
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def teacher():
    return make_user(is_instructor=True)


@pytest.fixture
def desk(teacher):
    return signed_in(teacher)


@pytest.fixture
def exam(teacher):
    exam = make_exam(owner=teacher)
    type(exam.paper).objects.filter(pk=exam.paper_id).update(owner=teacher)
    return exam


def room_url(exam, name="room", *args):
    return reverse(f"invigilation:{name}", args=[exam.public_id, *args])


def act(client, exam, do, *, act_id=None, **fields):
    body = {"do": do, "act_id": str(act_id or uuid.uuid4()), "scope": "all"} | fields
    return client.post(room_url(exam, "act"), body, follow=True)


def test_the_room_says_who_is_where(desk, sit, exam):
    sitting = sit(exam=exam)
    sitting.save({"1": "b", "2": None}, seq=1)
    note_presence(attempt_id=sitting.row.pk, presence=Presence(seen_at=now_utc(), slot=2, epoch=1))
    handed_in = sit(exam=exam)
    handed_in.submit()
    page = desk.get(room_url(exam)).content.decode()
    assert sitting.user.display_name in page
    assert "question 2" in page
    assert "1 of 2 answered" in page
    assert "handed in" in page
    only = desk.get(room_url(exam), {"state": "done"}).content.decode()
    assert handed_in.user.display_name in only
    assert sitting.user.display_name not in only
    assert sitting.user.display_name not in desk.get(room_url(exam), {"q": "nobody of that name"}).content.decode()


def test_a_candidate_who_is_not_heard_of_is_offline(desk, sit, exam):
    sitting = sit(exam=exam)
    Attempt.objects.update(started_at=now_utc() - timedelta(minutes=9))
    seen = now_utc() - timedelta(minutes=4)
    note_presence(attempt_id=sitting.row.pk, presence=Presence(seen_at=seen, slot=1))
    page = desk.get(room_url(exam), {"state": "offline"}).content.decode()
    assert sitting.user.display_name in page
    assert "4 minutes ago" in page


def test_a_refresh_without_news_changes_nothing(desk, sit, exam):
    sitting = sit(exam=exam)
    first = desk.get(room_url(exam, "rows"))
    version = first.context["version"]
    assert desk.get(room_url(exam, "rows"), {"v": version}).status_code == 204
    sitting.save({"1": "b"}, seq=1)
    assert desk.get(room_url(exam, "rows"), {"v": version}).status_code == 200


def test_statements_do_not_grow_with_candidates(desk, sit, exam):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert desk.get(room_url(exam, "rows")).status_code == 200
        return len(caught)

    for _ in range(3):
        sit(exam=exam)
    few = statements()
    for _ in range(12):
        sit(exam=exam)
    assert statements() == few
    assert few <= 14


def test_acts_on_everybody_take_few_statements(desk, sit, exam):
    def statements():
        with CaptureQueriesContext(connection) as caught:
            desk.post(room_url(exam, "act"), {"do": "extend", "act_id": uuid.uuid4(), "scope": "all", "minutes": "5"})
        return len(caught)

    for _ in range(2):
        sit(exam=exam)
    few = statements()
    for _ in range(10):
        sit(exam=exam)
    assert statements() == few


def test_acts_are_done_once_and_logged(desk, sit, exam, teacher):
    one, other = sit(exam=exam), sit(exam=exam)
    before = {sitting.row.pk: sitting.row.deadline_at for sitting in (one, other)}
    act_id = uuid.uuid4()
    for _ in range(2):
        page = act(desk, exam, "extend", act_id=act_id, minutes="10", reason="alarm", scope="chosen",
                   attempt=[str(one.row.public_id)]).content.decode()  # fmt: skip
    assert "1 candidate has more time." in page
    assert one.row.deadline_at == before[one.row.pk] + timedelta(minutes=10)
    assert other.row.deadline_at == before[other.row.pk]
    act(desk, exam, "pause")
    assert {row.state for row in Attempt.objects.all()} == {"paused"}
    act(desk, exam, "resume")
    assert {row.state for row in Attempt.objects.all()} == {"open"}
    act(desk, exam, "message", text="Keep calm")
    assert ExamMessage.objects.get().attempt is None
    act(desk, exam, "end", scope="chosen", attempt=[str(one.row.public_id)], reason="ill")
    assert one.row.state == "graded"
    logged = list(AuditEntry.objects.filter(actor=teacher).order_by("id").values_list("action", flat=True))
    assert logged == ["attempt.extend", "exam.pause", "exam.resume", "exam.message", "attempt.force_submit"]


def test_an_extension_is_taken_back_on_the_page(desk, sit, exam):
    sitting = sit(exam=exam)
    before = sitting.row.deadline_at
    act(desk, exam, "extend", minutes="10")
    done = InvigilatorAct.objects.get()
    assert "Take back" in desk.get(room_url(exam)).content.decode()
    for _ in range(2):
        desk.post(room_url(exam, "undo", done.public_id))
    assert sitting.row.deadline_at == before


@pytest.mark.parametrize(
    ("do", "fields", "word"),
    [
        ("message", {"text": "  "}, "Write the message first."),
        ("message", {"text": "x" * 1001}, "at most 1000"),
        ("extend", {"minutes": "ten"}, "whole number"),
        ("extend", {"minutes": "0"}, "between 1 minute"),
        ("extend", {"scope": "chosen"}, "Choose candidates"),
        ("extend", {"scope": "chosen", "attempt": ["not-an-id"], "minutes": "5"}, "Load the page again"),
        ("resume", {}, "Nobody of those you chose"),
        ("dance", {}, "Load the page again"),
        ("end", {"reason": "x"}, "Load the page again"),
    ],
)
def test_bad_input_is_refused_in_words_and_changes_nothing(desk, sit, exam, do, fields, word):
    sitting = sit(exam=exam)
    before = sitting.row.deadline_at
    assert word in act(desk, exam, do, **fields).content.decode()
    assert sitting.row.deadline_at == before
    assert InvigilatorAct.objects.count() == 0


def test_what_was_typed_into_a_refused_act_stands_there_once_more(desk, sit, exam):
    sit(exam=exam)
    page = act(desk, exam, "message", scope="chosen", text="Ten minutes left").content.decode()
    assert ">Ten minutes left</textarea>" in page
    assert "acts-fold" in page
    assert "Ten minutes left" not in desk.get(room_url(exam)).content.decode()


def test_ending_asks_why(desk, sit, exam):
    sitting = sit(exam=exam)
    page = act(desk, exam, "end", scope="chosen", attempt=[str(sitting.row.public_id)]).content.decode()
    assert "Say why" in page
    assert sitting.row.state == "open"


def test_an_attempt_of_another_exam_is_not_reached(desk, sit, exam):
    sit(exam=exam)
    foreign = sit()
    before = foreign.row.deadline_at
    act(desk, exam, "extend", minutes="5", scope="chosen", attempt=[str(foreign.row.public_id)])
    act(desk, exam, "end", scope="chosen", attempt=[str(foreign.row.public_id)], reason="x")
    assert (foreign.row.deadline_at, foreign.row.state) == (before, "open")
    assert desk.get(room_url(exam, "candidate", foreign.row.public_id)).status_code == 404


def test_late_answers_are_decided_in_the_room(desk, sit, exam):
    sitting = sit(exam=exam)
    sitting.submit()
    batch = LateBatch.objects.create(
        attempt=sitting.row, epoch=1, seq=5, responses={"1": '"b"', "2": "true"}, received_at=now_utc()
    )
    assert "came too late" in desk.get(room_url(exam)).content.decode()
    desk.post(room_url(exam, "decide_late", batch.pk), {"decision": "accept"})
    assert sitting.row.score == sitting.row.maximum


def every_url(exam, attempt, user):
    batch = LateBatch.objects.create(attempt=attempt, epoch=1, seq=9, responses={"1": '"b"'}, received_at=now_utc())
    gets = ["room", "rows", "invigilators", "accommodations"]
    return (
        [room_url(exam, name) for name in gets]
        + [room_url(exam, "candidate", attempt.public_id), room_url(exam, "accommodation", user.public_id)],
        [
            (room_url(exam, "act"), {"do": "pause", "act_id": uuid.uuid4(), "scope": "all"}),
            (room_url(exam, "act"), {"do": "message", "text": "x", "act_id": uuid.uuid4(), "scope": "all"}),
            (room_url(exam, "undo", uuid.uuid4()), {}),
            (room_url(exam, "decide_late", batch.pk), {"decision": "accept"}),
            (room_url(exam, "device", attempt.public_id), {}),
            (room_url(exam, "invigilators"), {"identifier": user.email}),
            (room_url(exam, "accommodation", user.public_id), {"extra_minutes": "10"}),
            (room_url(exam, "remove_accommodation", user.public_id), {}),
            (room_url(exam, "copy_accommodations"), {"source": str(uuid.uuid4())}),
        ],
    )


@pytest.mark.parametrize("who", ["learner", "instructor", "candidate"])
def test_strangers_find_nothing_and_change_nothing(sit, exam, who):
    sitting = sit(exam=exam)
    people = {"learner": make_user(), "instructor": make_user(is_instructor=True), "candidate": sitting.user}
    client = signed_in(people[who])
    gets, posts = every_url(exam, sitting.row, sitting.user)
    before = (sitting.row.state, sitting.row.deadline_at)
    for url in gets:
        assert client.get(url).status_code == 404, url
    for url, body in posts:
        assert client.post(url, body).status_code == 404, url
    assert (sitting.row.state, sitting.row.deadline_at) == before
    assert not InvigilatorAct.objects.exists()
    assert not ExamInvigilator.objects.exists()
    assert not Accommodation.objects.exists()
    assert LateBatch.objects.get().decision == ""


def test_visitors_are_sent_to_sign_in(sit, exam):
    sitting = sit(exam=exam)
    gets, posts = every_url(exam, sitting.row, sitting.user)
    for url in [*gets, *(url for url, _body in posts)]:
        assert Client().get(url).status_code == 302


def test_a_named_invigilator_watches_and_acts_and_no_more(desk, sit, exam):
    sitting, helper = sit(exam=exam), make_user()
    desk.post(room_url(exam, "invigilators"), {"identifier": helper.email.upper()})
    client = signed_in(helper)
    assert client.get(room_url(exam)).status_code == 200
    assert exam.title in client.get(reverse("invigilation:rooms")).content.decode()
    act(client, exam, "pause")
    assert sitting.row.state == "paused"
    for name in ("invigilators", "accommodations"):
        assert client.get(room_url(exam, name)).status_code == 404
    assert client.get(reverse("marking:gradebook", args=[exam.public_id])).status_code == 404
    desk.post(room_url(exam, "invigilators"), {"remove": str(ExamInvigilator.objects.get().pk)})
    assert client.get(room_url(exam)).status_code == 404
    assert "Nobody was found" in desk.post(room_url(exam, "invigilators"), {"identifier": "no@x.y"}).content.decode()


# -- devices --------------------------------------------------------------------------------------
def sat_on(exam, user=None):
    """Return a browser of a candidate who has started the exam."""
    client = signed_in(user or make_user())
    client.post(reverse("exams:start", args=[exam.public_id]), follow=True)
    return client


def test_a_second_device_is_refused_until_the_invigilator_lets_it_in(desk, exam):
    Exam.objects.update(integrity={"one_device": True})
    user = make_user()
    first = sat_on(exam, user)
    attempt = Attempt.objects.get()
    room = reverse("exams:room", args=[attempt.public_id])
    assert first.get(room).status_code == 200
    epoch = Attempt.objects.get().epoch
    second = signed_in(user)
    refused = second.get(room)
    assert refused.status_code == 409
    assert second.post(reverse("exams:start", args=[exam.public_id]), follow=True).status_code == 409
    assert Attempt.objects.get().epoch == epoch, "the first device may go on writing"
    assert [row.kind for row in AttemptSignal.objects.all()] == [SignalKind.DEVICE_REFUSED]
    assert "ask to go on with another device" in desk.get(room_url(exam)).content.decode()
    desk.post(room_url(exam, "device", attempt.public_id))
    assert second.get(room).status_code == 200
    assert first.get(room).status_code == 409
    assert AuditEntry.objects.filter(action="attempt.move_device").count() == 1


def test_a_device_is_released_from_itself_only(exam):
    Exam.objects.update(integrity={"one_device": True})
    user = make_user()
    first = sat_on(exam, user)
    attempt = Attempt.objects.get()
    room = reverse("exams:room", args=[attempt.public_id])
    release = reverse("exams:release_device", args=[attempt.public_id])
    second = signed_in(user)
    second.get(room)
    second.post(release)
    assert second.get(room).status_code == 409
    first.post(release)
    assert second.get(room).status_code == 200
    assert first.get(room).status_code == 409
    assert signed_in(make_user()).post(release).status_code == 404


def test_one_device_costs_no_answer(sit):
    """What the first device holds is saved and handed in while a second one is refused."""
    sitting = sit(integrity={"one_device": True})
    other = signed_in(sitting.user)
    for _ in range(3):
        assert other.get(reverse("exams:room", args=[sitting.row.public_id])).status_code == 409
    assert sitting.save({"1": "b", "2": True}, seq=1).status_code == 200
    assert sitting.submit().status_code == 200
    assert sitting.row.score == sitting.row.maximum
    assert AttemptDevice.objects.get().device == "api"


def test_access_code_and_addresses_cost_no_answer(sit, exam):
    """Both are asked at the start: a change of either, or of the candidate's address, stops no save."""
    sitting = sit(exam=exam)
    Exam.objects.update(access_code="other", address_ranges=["192.0.2.0/24"])
    assert sitting.save({"1": "b", "2": True}, seq=1).status_code == 200
    assert signed_in(sitting.user).get(reverse("exams:room", args=[sitting.row.public_id])).status_code == 200
    assert sitting.submit().status_code == 200


# -- what the candidate is told -------------------------------------------------------------------
def test_candidates_are_told_before_the_start(exam):
    client = signed_in(make_user())
    page = client.get(reverse("exams:detail", args=[exam.public_id])).content.decode()
    assert "The invigilator sees whether you are connected" in page
    assert "Copying and pasting" not in page
    Exam.objects.update(integrity=dict.fromkeys(Integrity.model_fields, True))
    page = client.get(reverse("exams:detail", args=[exam.public_id])).content.decode()
    for words in ("Your name stands", "Copying and pasting", "another tab", "full screen", "one device only"):
        assert words in page


def test_the_room_carries_name_and_messages(exam, desk):
    Exam.objects.update(integrity={"watermark": True, "no_clipboard": True})
    user = make_user(real_name="Zhang Weimin")
    client = sat_on(exam, user)
    act(desk, exam, "message", text="Read 12 <b>in</b> question 5")
    page = client.get(reverse("exams:room", args=[Attempt.objects.get().public_id])).content.decode()
    assert page.count("Zhang Weimin") >= 50
    assert "Read 12 &lt;b&gt;in&lt;/b&gt; question 5" in page


# -- accommodations -------------------------------------------------------------------------------
def test_accommodations_are_found_given_changed_and_taken_back(desk, sit, exam):
    sitting = sit(exam=exam)
    before = sitting.row.deadline_at
    page = desk.get(room_url(exam, "accommodations"), {"q": sitting.user.display_name}).content.decode()
    assert "Give something" in page
    url = room_url(exam, "accommodation", sitting.user.public_id)
    assert "Give at least one thing" in desk.post(url, {"reason": "why"}).content.decode()
    desk.post(url, {"extra_percent": "25", "reason": "dyslexia"})
    assert Accommodation.objects.get().extra_percent == 25
    assert sitting.row.deadline_at == before + timedelta(minutes=15)
    assert "25%" in desk.get(room_url(exam, "accommodations")).content.decode()
    desk.post(room_url(exam, "remove_accommodation", sitting.user.public_id))
    assert not Accommodation.objects.exists()
    assert sitting.row.deadline_at == before + timedelta(minutes=15)


def test_accommodations_are_copied_from_an_earlier_exam_of_the_same_owner(desk, exam, teacher):
    one, other = make_user(), make_user()
    earlier, foreign = make_exam(owner=teacher), make_exam()
    window = now_utc()
    Accommodation.objects.create(exam=earlier, user=one, extra_percent=50, opens_at=window, reason="sight")
    Accommodation.objects.create(exam=earlier, user=other, opens_at=window)
    Accommodation.objects.create(exam=foreign, user=other, extra_percent=99)
    url = room_url(exam, "copy_accommodations")
    assert desk.post(url, {"source": str(foreign.public_id)}).status_code == 404
    assert not Accommodation.objects.filter(exam=exam).exists()
    for _ in range(2):
        desk.post(url, {"source": str(earlier.public_id)})
    copied = Accommodation.objects.get(exam=exam)
    assert (copied.user_id, copied.extra_percent, copied.opens_at, copied.reason) == (one.pk, 50, None, "sight")


# -- settings -------------------------------------------------------------------------------------
def posted(exam, **changes):
    """Return what the browser posts of an exam's form, with changes."""
    values = {
        "paper": str(exam.paper.public_id),
        "title": exam.title,
        "opens_at": localtime(exam.opens_at).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": localtime(exam.closes_at).strftime("%Y-%m-%dT%H:%M"),
        "duration_minutes": str(exam.duration_seconds // 60),
        "audience": exam.audience,
        "attempts_allowed": str(exam.attempts_allowed),
        "pass_percent": str(exam.pass_percent),
        "release": exam.release,
        "layout": exam.layout,
        "grace_seconds": str(exam.grace_seconds),
        "language": exam.language,
        "multiple_choice": "partial_if_no_wrong",
        "partial_fraction": "0.5",
        "shows_marks": "on",
        "shows_answers": "on",
        "do": "save",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def test_paper_window_and_duration_are_enough(desk, exam):
    body = {
        "paper": str(exam.paper.public_id),
        "opens_at": "2030-01-01T09:00",
        "closes_at": "2030-01-01T12:00",
        "duration_minutes": "90",
        "do": "schedule",
    }
    assert desk.post(reverse("authoring:new_exam"), body).status_code == 302
    made = Exam.objects.latest("pk")
    assert made.status == "scheduled"
    assert made.title == exam.paper.title
    assert made.integrity == {}
    assert (made.attempts_allowed, made.pass_percent, made.grace_seconds) == (1, 60, 15)


def test_groups_say_what_they_hold(desk, exam):
    Exam.objects.update(integrity={"watermark": True, "one_device": True}, address_ranges=["192.0.2.0/24"])
    page = desk.get(reverse("authoring:exam", args=[exam.public_id])).content.decode()
    for words in ("watermark · one device", "certain addresses only", "as soon as it is marked", "It cannot know why"):
        assert words in page


def test_settings_are_kept(desk, exam):
    url = reverse("authoring:exam", args=[exam.public_id])
    body = posted(exam, address_ranges="192.0.2.7/24\n2001:db8::1", watermark="on", log_page_leaves="on")
    assert desk.post(url, body).status_code == 302
    exam.refresh_from_db()
    assert exam.address_ranges == ["192.0.2.0/24", "2001:db8::1/128"]
    assert exam.integrity == {"watermark": True, "log_page_leaves": True}
    assert exam.review_policy["keys"] is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"address_ranges": "192.0.2.0/24\n300.1.1.1"}, "Line 2 is neither"),
        ({"forward_only": "on", "full_screen": "on"}, "Full screen ends"),
        ({"closes_at": "2020-01-01T00:00"}, "has to close after it opens"),
        (
            {"opens_at": "2030-01-01T09:00", "closes_at": "2030-01-01T09:20"},
            "only 20 minutes",
        ),
        ({"grace_seconds": "-1"}, "greater than or equal to 0"),
        ({"pass_percent": "500"}, "between 0 and 100 per cent"),
    ],
)
def test_faulty_settings_are_named_and_nothing_is_lost(desk, exam, changes, words):
    response = desk.post(reverse("authoring:exam", args=[exam.public_id]), posted(exam, title="Kept", **changes))
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert 'value="Kept"' in page
    assert Exam.objects.get(pk=exam.pk).title == exam.title


def test_a_change_that_those_inside_feel_is_asked_about_first(desk, sit, exam):
    sitting = sit(exam=exam)
    deadline = sitting.row.deadline_at
    url = reverse("authoring:exam", args=[exam.public_id])
    asked = desk.post(url, posted(exam, duration_minutes="30"))
    assert asked.status_code == 422
    assert "keeps the time that was given" in asked.content.decode()
    assert Exam.objects.get(pk=exam.pk).duration_seconds == 3600
    assert desk.post(url, posted(exam, duration_minutes="30", confirmed="1")).status_code == 302
    assert Exam.objects.get(pk=exam.pk).duration_seconds == 1800
    assert sitting.row.deadline_at == deadline


def test_what_candidates_were_not_told_cannot_be_turned_on_over_their_heads(desk, sit, exam):
    Exam.objects.update(integrity={"watermark": True})
    sit(exam=exam)
    url = reverse("authoring:exam", args=[exam.public_id])
    refused = desk.post(url, posted(exam, log_page_leaves="on", confirmed="1"))
    assert refused.status_code == 422
    assert "were not told" in refused.content.decode()
    assert Exam.objects.get(pk=exam.pk).integrity == {"watermark": True}
    assert desk.post(url, posted(exam, confirmed="1")).status_code == 302
    assert Exam.objects.get(pk=exam.pk).integrity == {}


def test_a_resumed_start_keeps_its_device(exam):
    """Starting again from the same browser resumes; programs without a device count as one."""
    user = make_user()
    Exam.objects.update(integrity={"one_device": True})
    first = start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc())
    again = start_attempt(user_id=user.pk, exam_id=exam.public_id, now=now_utc())
    assert again.attempt.pk == first.attempt.pk
