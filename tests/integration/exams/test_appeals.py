"""Appeals: from the learner to the marker and back, their window, and who may see them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.notifications.models import Notification
from exams.marking.appeal_counts import count_open_appeals, shown_open_appeals
from exams.marking.appeals import (
    appeal_window,
    dismiss_appeal,
    get_appeal,
    make_appeal,
    uphold_appeal,
)
from exams.models import Appeal, Attempt, Exam, ItemResult, MarkChange
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db


def marked_attempt(**fields):
    """Return a released attempt of an essay with one of two marks."""
    exam = make_exam(types=("essay", "single_choice"), owner=make_user(is_instructor=True), **fields)
    now = now_utc()
    pk = sit_exam(
        user_id=make_user(real_name="考生甲").pk,
        exam_id=exam.public_id,
        answers={1: "text", 2: "a"},
        started_at=now,
        submitted_at=now,
    )
    mark_by_hand(user=exam.owner, attempt_id=pk, slot=1, now=now, points=Decimal(1), comment="Short.")
    return Attempt.objects.select_related("exam", "user").get(pk=pk)


def appeal_to(attempt, slot=1, **more):
    return make_appeal(
        user_id=attempt.user_id,
        public_id=attempt.public_id,
        slot=slot,
        reason="I gave the reason in line 2.",
        now=now_utc(),
        **more,
    )


def test_an_appeal_upheld_changes_the_mark_and_tells_the_learner():
    attempt = marked_attempt()
    owner = attempt.exam.owner
    appeal = appeal_to(attempt)
    assert Notification.objects.filter(user=owner, kind="exams.appealed").count() == 1
    assert count_open_appeals(user=owner) == 1
    uphold_appeal(
        appeal=get_appeal(user=owner, public_id=appeal.public_id),
        actor=owner,
        now=now_utc(),
        answer="You are right.",
        points=Decimal(2),
    )
    appeal.refresh_from_db()
    assert (appeal.state, appeal.mark_before, appeal.mark_after) == ("upheld", Decimal(1), Decimal(2))
    row = ItemResult.objects.get(attempt_id=attempt.pk, slot=1)
    assert (row.mark, row.comment) == (Decimal(2), "Short.")
    assert MarkChange.objects.order_by("-id")[0].reason == "appeal upheld"
    attempt.refresh_from_db()
    assert attempt.score == Decimal(2)
    told = Notification.objects.get(user=attempt.user, kind="exams.appeal_answered")
    assert told.url.endswith("#question-1")
    assert {"appeal.make", "appeal.uphold"} <= set(AuditEntry.objects.values_list("action", flat=True))
    with pytest.raises(Conflict):
        dismiss_appeal(appeal=appeal, actor=owner, now=now_utc(), answer="no")


def test_an_appeal_dismissed_needs_words_and_leaves_the_mark():
    attempt = marked_attempt()
    appeal = appeal_to(attempt)
    with pytest.raises(InvalidInput):
        dismiss_appeal(appeal=appeal, actor=attempt.exam.owner, now=now_utc(), answer=" ")
    dismiss_appeal(appeal=appeal, actor=attempt.exam.owner, now=now_utc(), answer="Line 2 says something else.")
    assert ItemResult.objects.get(attempt_id=attempt.pk, slot=1).mark == Decimal(1)
    assert appeal_to(attempt).state == "open"


def test_an_appeal_upheld_without_another_mark_is_refused_whole():
    attempt = marked_attempt()
    appeal = appeal_to(attempt)
    with pytest.raises(InvalidInput):
        uphold_appeal(appeal=appeal, actor=attempt.exam.owner, now=now_utc(), answer="", points=Decimal(1))
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answered_at) == ("open", None)
    assert MarkChange.objects.count() == 1


def test_an_engine_mark_is_contested_too():
    attempt = marked_attempt()
    appeal = appeal_to(attempt, slot=2)
    uphold_appeal(appeal=appeal, actor=attempt.exam.owner, now=now_utc(), answer="Both fit.", points=Decimal(2))
    assert ItemResult.objects.get(attempt_id=attempt.pk, slot=2).mark == Decimal(2)


def test_one_open_appeal_an_item():
    attempt = marked_attempt()
    appeal = appeal_to(attempt)
    with pytest.raises(Conflict):
        appeal_to(attempt)
    assert appeal_to(attempt, slot=2).state == "open"
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(attempt=attempt, exam=attempt.exam, slot=1, reason="x", created_at=appeal.created_at)


def test_the_window_follows_release_days_and_policy():
    attempt = marked_attempt()
    now = now_utc()
    assert appeal_window(attempt=attempt, now=now).is_open
    late = now + timedelta(days=8)
    assert not appeal_window(attempt=attempt, now=late).is_open
    attempt.exam.appeal_days = 10
    assert appeal_window(attempt=attempt, now=late).is_open
    attempt.exam.review_policy = {"marks": False}
    assert not appeal_window(attempt=attempt, now=now).is_open
    attempt.exam.review_policy, attempt.exam.appeal_days = {}, 0
    assert appeal_window(attempt=attempt, now=now).until is None
    attempt.exam.appeal_days, attempt.released_at = 7, None
    assert not appeal_window(attempt=attempt, now=now).is_open


def test_nothing_of_others_unknown_or_unreleased_is_contested():
    attempt = marked_attempt()
    held = marked_attempt(release="manual")
    ask = {"reason": "x", "now": now_utc()}
    with pytest.raises(NotFound):
        make_appeal(user_id=make_user().pk, public_id=attempt.public_id, slot=1, **ask)
    with pytest.raises(NotFound):
        make_appeal(user_id=attempt.user_id, public_id=attempt.public_id, slot=9, **ask)
    with pytest.raises(Conflict):
        make_appeal(user_id=held.user_id, public_id=held.public_id, slot=1, **ask)
    with pytest.raises(InvalidInput):
        make_appeal(user_id=attempt.user_id, public_id=attempt.public_id, slot=1, reason=" ", now=now_utc())
    assert not Appeal.objects.exists()


def test_the_pages_from_learner_to_marker_to_learner(client):
    attempt = marked_attempt()
    review = reverse("exams:review", args=[attempt.public_id])
    client.force_login(attempt.user)
    assert "Appeal against the mark" in client.get(review).content.decode()
    url = reverse("exams:appeal", args=[attempt.public_id])
    assert client.post(url, {"slot": "x"}).status_code == 404
    assert client.post(url, {"slot": "1", "reason": "Look <again>"}).status_code == 302
    assert "under review" in client.get(review).content.decode()
    assert "1 appeal open" in client.get(reverse("exams:records")).content.decode()
    appeal = Appeal.objects.get()
    answer = reverse("marking:appeal", args=[appeal.public_id])
    assert client.get(answer).status_code == 404
    client.force_login(attempt.exam.owner)
    body = client.get(reverse("marking:appeals")).content.decode()
    assert "Look &lt;again&gt;" in body
    assert '<span class="badge badge--gold desk-nav__count">1</span>' in body
    page = client.get(answer)
    assert "考生甲" not in page.content.decode()
    assert page.context["timeline"]
    form = {"points.what": "6", "points.why": "4", "answer": "Right.", "seen": page.context["script"].stamp}
    assert client.post(answer, form | {"act": "uphold", "points.why": "40"}).status_code == 422
    assert client.post(answer, form | {"act": "uphold"}).status_code == 302
    assert client.get(reverse("marking:appeals"), {"state": "upheld"}).context["page_obj"].paginator.count == 1
    assert client.get(answer).status_code == 200
    client.force_login(attempt.user)
    body = client.get(review).content.decode()
    assert "Your appeal was upheld" in body
    assert "Right." in body


def test_strangers_answer_no_appeal(client):
    attempt = marked_attempt()
    appeal = appeal_to(attempt)
    url = reverse("marking:appeal", args=[appeal.public_id])
    for stranger in (make_user(), make_user(is_instructor=True), attempt.user):
        client.force_login(stranger)
        assert client.get(url).status_code == 404
        assert client.post(url, {"act": "dismiss", "answer": "no"}).status_code == 404
        with pytest.raises(NotFound):
            get_appeal(user=stranger, public_id=appeal.public_id)
    client.force_login(make_user())
    assert client.post(reverse("exams:appeal", args=[attempt.public_id]), {"slot": 2, "reason": "x"}).status_code == 404
    appeal.refresh_from_db()
    assert (appeal.state, Appeal.objects.count()) == ("open", 1)


def test_statements_of_the_list_of_appeals_do_not_grow(client):
    attempt = marked_attempt()
    appeal_to(attempt)
    client.force_login(attempt.exam.owner)
    url = reverse("marking:appeals")
    counts = []
    for _size in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
        for _ in range(5):
            other = marked_attempt()
            Exam.objects.filter(pk=other.exam_id).update(owner=attempt.exam.owner)
            appeal_to(other)
    assert counts[0] == counts[1]


def test_the_navigation_counts_appeals_once_and_anew_after_a_change(django_assert_num_queries):
    attempt = marked_attempt()
    owner = attempt.exam.owner
    stranger = make_user(is_instructor=True)
    with django_assert_num_queries(2):
        assert shown_open_appeals(user=owner) == 0
    with django_assert_num_queries(0):
        assert shown_open_appeals(user=owner) == 0
    with TestCase.captureOnCommitCallbacks(execute=True):
        appeal = make_appeal(user_id=attempt.user_id, public_id=attempt.public_id, slot=1, reason="Why?", now=now_utc())
    assert (shown_open_appeals(user=owner), shown_open_appeals(user=stranger)) == (1, 0)
    with django_assert_num_queries(0):
        assert shown_open_appeals(user=owner) == 1
    with TestCase.captureOnCommitCallbacks(execute=True):
        dismiss_appeal(appeal=appeal, actor=owner, now=now_utc(), answer="It stays.")
    assert shown_open_appeals(user=owner) == 0
