"""Opening an ended attempt again: answers stay, results are withdrawn, and nothing from before the end comes back."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from edu.events.models import OutboxEvent
from edu.notifications.models import Notification
from exams.delivery.finish_overdue import finish_overdue
from exams.delivery.grade import grade_submitted
from exams.delivery.late import decide_late_batch
from exams.delivery.reopen import plan_reopening, reopen_attempt
from exams.delivery.submit import close_attempt, submit_attempt
from exams.invigilation.acts import end_attempt, reopen_ended
from exams.marking.appeals import dismiss_appeal, make_appeal
from exams.models import (
    ActOnAttempt,
    Appeal,
    Attempt,
    Exam,
    ExamInvigilator,
    InvigilatorAct,
    ItemResult,
    LateBatch,
    MarkChange,
    QuestionProgress,
)
from exams.services import archive_exam, mark_by_hand, open_room, start_attempt
from tests.factories.exams import make_user

pytestmark = pytest.mark.django_db


def boss(exam):
    exam.owner = make_user(is_instructor=True)
    exam.save(update_fields=["owner"])
    return exam.owner


def again(row, *, minutes=20, reason="The power had failed.", actor=None, now=None):
    return reopen_attempt(
        attempt=row, minutes=minutes, reason=reason, actor=actor or make_user(is_operator=True), now=now or now_utc()
    )


def test_answers_stay_and_results_are_withdrawn_with_their_history(sit, deliver_events):
    sitting = sit()
    sitting.save({"1": "b", "2": False}, seq=1)
    sitting.submit()
    deliver_events()
    assert QuestionProgress.objects.filter(user_id=sitting.user.pk, last_wrong_at__isnull=False).count() == 1
    before, owner, now = sitting.row, boss(sitting.exam), now_utc()
    assert before.released_at is not None
    deadline = again(before, actor=owner, now=now)
    row = sitting.row
    assert row.responses == before.responses
    assert (row.state, row.epoch, row.seq, row.deadline_at) == ("open", before.epoch + 1, 0, deadline)
    assert deadline == now + timedelta(minutes=20)
    blank = ("score", "percent", "passed", "graded_at", "released_at", "submitted_at", "paused_at")
    assert [getattr(row, name) for name in blank] == [None] * len(blank)
    assert row.submitted_by == ""
    assert not ItemResult.objects.filter(attempt_id=row.pk).exists()
    assert not QuestionProgress.objects.filter(user_id=sitting.user.pk, last_wrong_at__isnull=False).exists()
    lines = MarkChange.objects.filter(attempt_id=row.pk, reason="attempt opened again")
    assert [(line.slot, line.new_mark, line.marker_id) for line in lines] == [(1, None, owner.pk), (2, None, owner.pk)]
    entry = AuditEntry.objects.get(action="attempt.reopen")
    assert entry.changes["score"] == [str(before.score), None]
    assert entry.changes["reason"] == "The power had failed."
    told = Notification.objects.get(user_id=sitting.user.pk, kind="exams.reopened")
    assert "The power had failed." in told.body
    assert OutboxEvent.objects.filter(name="AttemptReopened").count() == 1


def test_the_room_opens_and_the_last_submission_is_the_grade(sit, deliver_events):
    sitting = sit()
    sitting.save({"1": "a"}, seq=1)
    sitting.submit()
    deliver_events()
    again(sitting.row)
    sitting.open()
    assert sitting.opened.attempt.responses == {"1": '"a"'}
    assert sitting.save({"1": "b", "2": True}, seq=1).json()["applied"] is True
    assert sitting.submit().json()["passed"] is True
    assert (sitting.row.score, sitting.row.number) == (sitting.row.maximum, 1)
    assert ItemResult.objects.filter(attempt_id=sitting.row.pk).count() == 2
    deliver_events()
    told = Notification.objects.filter(user_id=sitting.user.pk, kind="exams.result")
    assert told.count() == 2, "the second result is told as well"
    assert not QuestionProgress.objects.filter(user_id=sitting.user.pk, last_wrong_at__isnull=False).exists()


def test_a_page_from_before_the_end_neither_writes_nor_hands_in(sit):
    sitting = sit()
    sitting.save({"1": "b"}, seq=1)
    old_key, old_epoch = sitting.key_text, sitting.epoch
    sitting.submit()
    again(sitting.row)
    moved = sitting.save({"1": "a"}, seq=2, epoch=old_epoch, key=old_key)
    assert (moved.status_code, moved.json()["code"]) == (409, "moved")
    refused = sitting.submit()
    assert (refused.status_code, refused.json()["code"]) == (409, "moved")
    sitting.client.force_login(sitting.user)
    url = reverse("exams:submit", args=[sitting.row.public_id])
    sitting.client.post(url, {"epoch": str(old_epoch)})
    assert (sitting.row.state, sitting.row.responses) == ("open", {"1": '"b"'})
    page = sitting.client.get(url).content.decode()
    assert f'name="epoch" value="{sitting.row.epoch}"' in page
    sitting.client.post(url, {"epoch": str(sitting.row.epoch)})
    assert sitting.row.state == "graded"


def test_answers_that_came_after_the_end_are_put_in_before_the_candidate_goes_on(sit):
    sitting = sit()
    owner = boss(sitting.exam)
    sitting.save({"1": "a"}, seq=1)
    end_attempt(
        exam=sitting.exam, attempt_id=sitting.row.public_id, reason="mistake", act_id=uuid.uuid4(), actor=owner,
        now=now_utc(),
    )  # fmt: skip
    kept = sitting.save({"1": "b", "2": True}, seq=2)
    assert kept.json()["kept"]["quarantined"] is True
    assert plan_reopening(attempt=sitting.row, now=now_utc()).late_batches == 1
    again(sitting.row, actor=owner)
    assert sitting.row.responses == {"1": '"b"', "2": "true"}
    batch = LateBatch.objects.get()
    assert (batch.decision, batch.decided_by_id) == ("accepted", owner.pk)
    sitting.open()
    sitting.save({"2": False}, seq=1)
    with pytest.raises(Conflict):
        decide_late_batch(batch=batch, accept=True, actor=owner, now=now_utc())
    sitting.submit()
    assert sitting.row.responses == {"1": '"b"', "2": "false"}


def test_a_late_batch_is_not_decided_past_a_reopening(sit, monkeypatch):
    sitting = sit(types=("single_choice",))
    owner = boss(sitting.exam)
    sitting.save({"1": "b"}, seq=1)
    sitting.submit()
    batch = LateBatch.objects.create(
        attempt=sitting.row, epoch=1, seq=9, responses={"1": '"a"'}, reason="closed", received_at=now_utc()
    )
    monkeypatch.setattr(
        "exams.delivery.late.finish_if_overdue", lambda **_given: bool(again(sitting.row, actor=owner)) and True
    )
    with pytest.raises(Conflict):
        decide_late_batch(batch=batch, accept=True, actor=owner, now=now_utc())
    batch.refresh_from_db()
    assert (batch.decision, sitting.row.state, sitting.row.responses) == ("", "open", {"1": '"b"'})


def test_a_grader_that_read_the_first_submission_does_not_mark_the_second(sit):
    sitting = sit(types=("single_choice",))
    sitting.save({"1": "a"}, seq=1)
    row = sitting.row
    close_attempt(attempt=row, now=now_utc(), by="learner")
    slow = sitting.row  # what a slow grader has in its hands
    again(sitting.row)
    sitting.open()
    sitting.save({"1": "b"}, seq=1)
    close_attempt(attempt=sitting.row, now=now_utc(), by="learner")
    assert grade_submitted(attempt=slow, now=now_utc()) is False
    assert sitting.row.state == "submitted"
    finish_overdue(now=now_utc() + timedelta(seconds=1))
    assert sitting.row.score == sitting.row.maximum


def test_a_sweep_that_read_the_old_deadline_leaves_an_opened_attempt_alone(sit):
    sitting = sit(types=("single_choice",))
    sitting.move_deadline(minutes=-5)
    overdue = sitting.row  # what a slow sweep has in its hands
    finish_overdue(now=now_utc())
    again(sitting.row)
    assert close_attempt(attempt=overdue, now=now_utc(), by="time") is False
    assert sitting.row.state == "open"
    assert finish_overdue(now=now_utc()) == 0


def test_it_is_refused_with_its_reason_and_nothing_changes(sit):
    sitting = sit(attempts_allowed=3, types=("single_choice",))
    owner = boss(sitting.exam)
    with pytest.raises(Conflict, match="handed in or ended"):
        again(sitting.row)
    sitting.submit()
    row = sitting.row

    def refused(match, **given):
        with pytest.raises(Conflict, match=match):
            again(row, **given)
        assert (sitting.row.state, sitting.row.epoch) == ("graded", row.epoch)

    for given in ({"minutes": 0}, {"minutes": 1441}, {"reason": "  "}):
        with pytest.raises(InvalidInput):
            again(row, **given)
    refused("more than a day", now=now_utc() + timedelta(hours=25))
    Attempt.objects.filter(pk=row.pk).update(released_at=None)
    refused("seven days", now=now_utc() + timedelta(days=8))
    Attempt.objects.filter(pk=row.pk).update(released_at=now_utc())
    appeal = make_appeal(user_id=sitting.user.pk, public_id=row.public_id, slot=1, reason="Look.", now=now_utc())
    refused("appeal to this attempt is open")
    dismiss_appeal(appeal=appeal, actor=owner, now=now_utc(), answer="No.")
    refused("decided")
    Appeal.objects.all().delete()
    start_attempt(user_id=sitting.user.pk, exam_id=sitting.exam.public_id, now=now_utc())
    refused("another attempt")
    Attempt.objects.filter(number=2).delete()
    archive_exam(exam=Exam.objects.get(pk=sitting.exam.pk), actor=owner)
    refused("archived")
    assert ItemResult.objects.filter(attempt_id=row.pk).count() == 1


def test_starting_while_it_is_open_again_resumes_it(sit):
    sitting = sit(attempts_allowed=3)
    sitting.submit()
    again(sitting.row)
    opened = start_attempt(user_id=sitting.user.pk, exam_id=sitting.exam.public_id, now=now_utc())
    assert (opened.is_new, opened.attempt.pk) == (False, sitting.row.pk)
    assert Attempt.objects.count() == 1


def test_marks_by_hand_are_withdrawn_and_named(sit):
    sitting = sit(types=("essay",))
    owner = boss(sitting.exam)
    sitting.save({"1": "text"}, seq=1)
    sitting.submit()
    mark_by_hand(user=owner, attempt_id=sitting.row.pk, slot=1, now=now_utc(), points=Decimal(1))
    assert plan_reopening(attempt=sitting.row, now=now_utc()).hand_marks == 1
    again(sitting.row, actor=owner)
    kept = MarkChange.objects.filter(attempt_id=sitting.row.pk).order_by("id").last()
    assert (kept.old_mark, kept.new_mark, kept.before["grader"]) == (Decimal(1), None, "manual")
    sitting.open()
    sitting.save({"1": "another text"}, seq=1)
    sitting.submit()
    assert sitting.row.state == "needs_marking"


def test_a_mark_by_hand_comes_back_with_an_answer_that_did_not_change(sit, client):
    sitting = sit(types=("essay", "single_choice"))
    owner = boss(sitting.exam)
    sitting.save({"1": "text", "2": "a"}, seq=1)
    sitting.submit()
    given = mark_by_hand(
        user=owner, attempt_id=sitting.row.pk, slot=1, now=now_utc(), points=Decimal(1), comment="Well argued."
    )
    first = ItemResult.objects.get(pk=given.pk)
    again(sitting.row, actor=make_user(is_operator=True))
    sitting.open()
    sitting.save({"1": "draft"}, seq=1)
    sitting.save({"1": "text", "2": "b"}, seq=2)
    sitting.submit()
    back = ItemResult.objects.get(attempt_id=sitting.row.pk, slot=1)
    kept = ("state", "fraction", "mark", "maximum", "parts", "comment", "grader", "marker_id", "graded_at")
    assert [getattr(back, name) for name in kept] == [getattr(first, name) for name in kept]
    assert sitting.row.state == "graded"
    assert sitting.row.score == 1 + ItemResult.objects.get(attempt_id=sitting.row.pk, slot=2).maximum
    line = MarkChange.objects.filter(attempt_id=sitting.row.pk, slot=1).order_by("id").last()
    assert (line.old_mark, line.new_mark, line.marker_id) == (None, Decimal(1), None)
    client.force_login(owner)
    record = reverse("marking:record", args=[sitting.exam.public_id, sitting.row.public_id])
    assert "the answer did not change" in client.get(record).content.decode()
    mark_by_hand(
        user=owner, attempt_id=sitting.row.pk, slot=1, now=now_utc(), points=Decimal(0), reason="Looked at again."
    )
    assert ItemResult.objects.get(pk=back.pk).mark == 0


def test_a_mark_by_hand_outlives_a_second_reopening_and_goes_with_its_answer(sit):
    sitting = sit(types=("essay",))
    owner = boss(sitting.exam)
    sitting.save({"1": "text"}, seq=1)
    sitting.submit()
    mark_by_hand(user=owner, attempt_id=sitting.row.pk, slot=1, now=now_utc(), points=Decimal(1))
    for text, state in (("text", "graded"), ("changed", "needs_marking"), ("text", "graded")):
        again(sitting.row, actor=owner)
        sitting.open()
        sitting.save({"1": text}, seq=1)
        sitting.submit()
        assert (text, sitting.row.state) == (text, state)
    assert sitting.row.score == 1


def test_what_was_decided_about_a_question_meanwhile_goes_before_a_kept_mark(sit):
    sitting = sit(types=("essay",))
    owner = boss(sitting.exam)
    sitting.save({"1": "text"}, seq=1)
    sitting.submit()
    mark_by_hand(user=owner, attempt_id=sitting.row.pk, slot=1, now=now_utc(), points=Decimal(0))
    version = ItemResult.objects.get(attempt_id=sitting.row.pk).version_id
    again(sitting.row, actor=owner)
    decided = {str(version): {"policy": "full_marks", "key": None, "change_set": 1}}
    Exam.objects.filter(pk=sitting.exam.pk).update(decisions=decided)
    sitting.open()
    sitting.submit()
    assert sitting.row.score == sitting.row.maximum


def test_the_confirmation_says_what_happens_and_does_it_once(client, sit):
    sitting = sit()
    invigilator = make_user()
    ExamInvigilator.objects.create(exam=sitting.exam, user=invigilator, added_at=now_utc())
    sitting.save({"1": "b"}, seq=1)
    sitting.submit()
    client.force_login(invigilator)
    candidate = reverse("invigilation:candidate", args=[sitting.exam.public_id, sitting.row.public_id])
    url = reverse("invigilation:reopen", args=[sitting.exam.public_id, sitting.row.public_id])
    assert url in client.get(candidate).content.decode()
    page = client.get(url).content.decode()
    for words in ("All answers stay", "Score and marks are withdrawn", "could already see the review"):
        assert words in page
    given = {"minutes": "15", "reason": "Ended by mistake", "act_id": str(uuid.uuid4())}
    assert client.post(url, given | {"reason": ""}).status_code == 422
    assert sitting.row.state == "graded"
    assert client.post(url, given).url == candidate
    first = sitting.row
    assert client.post(url, given).status_code == 302
    assert (sitting.row.state, sitting.row.epoch) == ("open", first.epoch)
    act = InvigilatorAct.objects.get(kind="reopen")
    assert (act.actor_id, act.text, act.added_seconds) == (invigilator.pk, "Ended by mistake", 900)
    assert ActOnAttempt.objects.filter(act=act, attempt=first).exists()


def test_others_can_neither_see_nor_do_it(client, sit):
    sitting = sit()
    sitting.submit()
    url = reverse("invigilation:reopen", args=[sitting.exam.public_id, sitting.row.public_id])
    given = {"minutes": "15", "reason": "x", "act_id": str(uuid.uuid4())}
    for user in (sitting.user, make_user(), make_user(is_instructor=True)):
        client.force_login(user)
        assert client.get(url).status_code == client.post(url, given).status_code == 404
    other = sit()
    client.force_login(boss(other.exam))
    mixed = reverse("invigilation:reopen", args=[other.exam.public_id, sitting.row.public_id])
    assert client.get(mixed).status_code == client.post(mixed, given).status_code == 404
    assert sitting.row.state == "graded"
    assert not InvigilatorAct.objects.exists()


def test_the_record_offers_it_and_tells_of_it(client, sit):
    sitting = sit()
    owner = boss(sitting.exam)
    sitting.submit()
    client.force_login(owner)
    record = reverse("marking:record", args=[sitting.exam.public_id, sitting.row.public_id])
    url = reverse("invigilation:reopen", args=[sitting.exam.public_id, sitting.row.public_id])
    assert url in client.get(record).content.decode()
    reopen_ended(
        exam=sitting.exam, attempt_id=sitting.row.public_id, minutes=5, reason="Power cut", act_id=uuid.uuid4(),
        actor=owner, now=now_utc(),
    )  # fmt: skip
    page = client.get(record).content.decode()
    assert url not in page
    assert "Ended attempt opened again" in page
    assert "Power cut" in page
    assert "Opened again by the invigilator" not in page, "told once, with what was withdrawn"
    sitting.open()
    sitting.submit()
    client.force_login(sitting.user)
    own = client.get(reverse("exams:timeline", args=[sitting.row.public_id])).content.decode()
    assert "Opened again by the invigilator: 5 minutes" in own
    assert "Power cut" not in own


def test_a_submission_after_reopening_is_one(sit):
    sitting = sit()
    sitting.submit()
    again(sitting.row)
    opened = open_room(user_id=sitting.user.pk, attempt_id=sitting.row.pk, now=now_utc())
    for _time in range(2):
        submit_attempt(user_id=sitting.user.pk, attempt_id=sitting.row.pk, now=now_utc(), epoch=opened.epoch)
    assert OutboxEvent.objects.filter(name="AttemptSubmitted").count() == 2
