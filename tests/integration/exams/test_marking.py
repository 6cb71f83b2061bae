"""Marking by hand, the gradebook, its spreadsheet, and who may see them."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation
from python_calamine import load_workbook

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.events.models import OutboxEvent
from edu.notifications.models import Notification
from edu.organizations.models import Department, Membership, Organization
from exams.marking.export import gradebook_workbook
from exams.marking.gradebook import list_candidates
from exams.marking.items import item_rows
from exams.marking.leases import lease_next
from exams.marking.mark import HeldByAnother
from exams.marking.waiting import list_waiting
from exams.models import Attempt, ItemResult, LateBatch, MarkChange, Question
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import make_exam, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def script():
    """Return an exam of an instructor with one essay handed in, and its attempt."""
    owner = make_user(is_instructor=True)
    exam = make_exam(types=("essay", "single_choice"), owner=owner)
    now = now_utc()
    pk = sit_exam(
        user_id=make_user().pk, exam_id=exam.public_id, answers={1: "My text", 2: "b"}, started_at=now, submitted_at=now
    )
    return exam, Attempt.objects.get(pk=pk)


def test_an_essay_is_marked_by_rubric_and_the_attempt_is_graded(script):
    exam, attempt = script
    assert (attempt.state, attempt.score) == (Attempt.State.NEEDS_MARKING, None)
    assert attempt.responses["1"] == '"My text"'
    row = mark_by_hand(
        user=exam.owner,
        attempt_id=attempt.pk,
        slot=1,
        now=now_utc(),
        fractions={"what": 1.0, "why": 0.5},
        comment="Good",
    )
    attempt.refresh_from_db()
    assert row.mark == Decimal("1.60")
    assert (attempt.state, attempt.score, attempt.passed) == (Attempt.State.GRADED, Decimal("3.60"), True)
    assert attempt.released_at is not None
    assert OutboxEvent.objects.filter(name="AttemptGraded").count() == 1
    assert MarkChange.objects.get().new_mark == Decimal("1.60")


def test_a_mark_is_changed_only_with_a_reason_and_leaves_a_trace(script):
    exam, attempt = script
    mark_by_hand(user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), points=Decimal(2))
    with pytest.raises(InvalidInput):
        mark_by_hand(user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), points=Decimal(1))
    mark_by_hand(user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), points=Decimal(0), reason="copied")
    attempt.refresh_from_db()
    assert attempt.score == Decimal(2)
    assert [change.new_mark for change in MarkChange.objects.order_by("id")] == [Decimal(2), Decimal(0)]


@pytest.mark.parametrize("points", [Decimal("-1"), Decimal("2.01"), Decimal("NaN")])
def test_marks_outside_the_range_are_refused(script, points):
    exam, attempt = script
    with pytest.raises(InvalidInput):
        mark_by_hand(user=exam.owner, attempt_id=attempt.pk, slot=1, now=now_utc(), points=points)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.NEEDS_MARKING


def test_no_two_markers_hold_one_script(script):
    exam, attempt = script
    colleague = make_user(is_operator=True)
    now = now_utc()
    row = ItemResult.objects.get(attempt_id=attempt.pk, slot=1)
    assert lease_next(user=exam.owner, exam_id=exam.pk, question_id=row.question_id, now=now) == row
    assert lease_next(user=exam.owner, exam_id=exam.pk, question_id=row.question_id, now=now) == row
    assert lease_next(user=colleague, exam_id=exam.pk, question_id=row.question_id, now=now) is None
    assert list_waiting(user=colleague, now=now)[0].held == 1
    with pytest.raises(HeldByAnother):
        mark_by_hand(user=colleague, attempt_id=attempt.pk, slot=1, now=now, points=Decimal(1))
    later = now + timedelta(minutes=20)
    assert lease_next(user=colleague, exam_id=exam.pk, question_id=row.question_id, now=later) == row


def test_the_marking_page_hides_names_and_takes_the_mark(script, client):
    exam, attempt = script
    question = Question.objects.get(pk=ItemResult.objects.get(attempt_id=attempt.pk, slot=1).question_id)
    client.force_login(exam.owner)
    assert client.get(reverse("marking:queue")).status_code == 200
    url = reverse("marking:mark", args=[exam.public_id, question.public_id])
    page = client.get(url)
    body = page.content.decode()
    assert "My text" in body
    assert str(attempt.user) not in body
    form = {"result": page.context["script"].row.key_text, "points.what": "6", "points.why": "x", "comment": "keep me"}
    refused = client.post(url, form)
    assert refused.status_code == 422
    assert "keep me" in refused.content.decode()
    assert client.post(url, form | {"points.why": "2"}).status_code == 302
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == (Attempt.State.GRADED, Decimal("3.60"))


def test_the_marking_page_speaks_to_the_marker_not_to_the_candidate(script, client):
    exam, attempt = script
    question = Question.objects.get(pk=ItemResult.objects.get(attempt_id=attempt.pk, slot=1).question_id)
    client.force_login(exam.owner)
    client.cookies["django_language"] = "zh-hans"
    body = client.get(reverse("marking:mark", args=[exam.public_id, question.public_id])).content.decode()
    script_text = body[body.index("marking__script") : body.index("marking__panel")]
    assert "考生作答" in script_text
    assert "您的作答" not in script_text
    assert "待阅卷" not in script_text
    assert '<details class="disclosure" open><summary>参考答案' in script_text


def test_markers_are_told_once_a_day(script, deliver_events):
    exam, _attempt = script
    deliver_events()
    assert Notification.objects.filter(user=exam.owner, kind="exams.to_mark").count() == 1


def test_every_marking_page_is_closed_to_others(script, client):
    exam, attempt = script
    row = ItemResult.objects.get(attempt_id=attempt.pk, slot=1)
    question = Question.objects.get(pk=row.question_id)
    late = LateBatch.objects.create(attempt=attempt, epoch=1, seq=9, responses={"2": '"a"'}, received_at=now_utc())
    urls = [
        reverse("marking:mark", args=[exam.public_id, question.public_id]),
        reverse("marking:gradebook", args=[exam.public_id]),
        reverse("marking:export", args=[exam.public_id]),
        reverse("marking:release", args=[exam.public_id]),
        reverse("marking:learner", args=[exam.public_id, attempt.user.public_id]),
        reverse("marking:decide_late", args=[exam.public_id, late.pk]),
        reverse("marking:steer", args=[attempt.public_id]),
    ]
    for stranger in (make_user(), make_user(is_instructor=True), attempt.user):
        client.force_login(stranger)
        for url in urls:
            assert client.get(url).status_code in (404, 405), url
            assert client.post(url, {"result": row.key_text, "points": "2", "act": "pause"}).status_code in (
                404,
                405,
            ), url
        with pytest.raises(NotFound):
            mark_by_hand(user=stranger, attempt_id=attempt.pk, slot=1, now=now_utc(), points=Decimal(2))
    assert client.get(reverse("marking:queue")).status_code == 404
    exam.refresh_from_db()
    late.refresh_from_db()
    assert (exam.released_at, late.decision) == (None, "")
    assert not MarkChange.objects.exists()


def test_an_owner_who_left_the_organisation_sees_nothing(client):
    owner = make_user(is_instructor=True)
    organization = Organization.objects.create(name="Works", code="works")
    member = Membership.objects.create(organization=organization, user=owner, joined_at=now_utc())
    exam = make_exam(owner=owner, organization=organization, audience="organization")
    client.force_login(owner)
    url = reverse("marking:gradebook", args=[exam.public_id])
    assert client.get(url).status_code == 200
    member.left_at = now_utc()
    member.save()
    assert client.get(url).status_code == 404


@pytest.fixture
def class_of_three():
    """Return an organisation's exam with one passed, one failed and one who has not started."""
    organization = Organization.objects.create(name="Works", code="works")
    department = Department.objects.create(organization=organization, name="财务部")
    trainer = make_user()
    Membership.objects.create(organization=organization, user=trainer, role="trainer", joined_at=now_utc())
    people = [make_user(real_name=name) for name in ("=cmd|x", "李四", "王五")]
    for number, person in enumerate(people, 1):
        Membership.objects.create(
            organization=organization,
            user=person,
            department=department,
            staff_number=f"N{number}",
            joined_at=now_utc(),
        )
    exam = make_exam(organization=organization, audience="organization")
    now = now_utc() - timedelta(minutes=10)
    for person, answers in zip(people, ({1: "b", 2: True}, {}), strict=False):
        sit_exam(
            user_id=person.pk, exam_id=exam.public_id, answers=answers, started_at=now,
            submitted_at=now + timedelta(seconds=90),
        )  # fmt: skip
    return exam, trainer


def test_the_gradebook_lists_everybody(class_of_three, client, django_assert_max_num_queries):
    exam, trainer = class_of_three
    client.force_login(trainer)
    url = reverse("marking:gradebook", args=[exam.public_id])
    page = client.get(url)
    assert page.status_code == 200
    assert page.context["counts"] == {"not_started": 2, "running": 0, "waiting": 0, "passed": 1, "failed": 1}
    assert page.context["plot"].bars[9].value_label == "1"
    assert len(client.get(url, {"state": "passed"}).context["rows"]) == 1
    with django_assert_max_num_queries(6):
        list_candidates(exam=exam)


def test_the_spreadsheet_has_the_columns_and_no_formulas(class_of_three):
    exam, _trainer = class_of_three
    with translation.override("en"):
        content = gradebook_workbook(exam=exam)
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][:7] == [
        "Name",
        "Staff number",
        "Department",
        "Score",
        "Passed",
        "Time used (minutes)",
        "Handed in at",
    ]
    by_number = {row[1]: row for row in rows[1:]}
    assert by_number["N1"][:6] == ["=cmd|x", "N1", "财务部", 4.0, "Yes", 1.5]
    assert by_number["N2"][3:5] == [0.0, "No"]
    assert by_number["N3"][3:5] == ["", "Not started"]


def test_a_trainer_downloads_extends_and_releases(class_of_three, client, sit):
    exam, trainer = class_of_three
    client.force_login(trainer)
    answer = client.get(reverse("marking:export", args=[exam.public_id]))
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert client.post(reverse("marking:release", args=[exam.public_id])).status_code == 302
    waiting = next(row for row in list_candidates(exam=exam) if row.name == "王五")
    url = reverse("marking:learner", args=[exam.public_id, waiting.public_id])
    assert client.get(url).status_code == 200
    assert client.post(url, {"extra_percent": "25", "extra_attempts": "1"}).status_code == 302
    assert exam.accommodations.get().extra_percent == 25
    assert client.post(url, {"extra_percent": "9999"}).status_code == 200
    assert exam.accommodations.get().extra_percent == 25


def test_statistics_are_refused_below_ten_attempts_and_warn_of_a_wrong_key():
    exam = make_exam(types=("single_choice", "true_false", "numerical"))
    now = now_utc()
    assert item_rows(exam=exam) == []
    for number in range(12):
        answers = {1: "a", 2: True, 3: "12.5"} if number % 2 else {1: "b"}
        sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers=answers, started_at=now, submitted_at=now)
        rows = item_rows(exam=exam)
        assert all((row.figures is None) == (number < 9) for row in rows)
    suspect = [row.type for row in rows if row.figures.is_key_suspect]
    assert suspect == ["single_choice"]


def sat(exam, count, *, answers=None):
    now = now_utc()
    for number in range(count):
        given = answers or ({1: "b", 2: True} if number % 2 else {1: "a"})
        sit_exam(user_id=make_user().pk, exam_id=exam.public_id, answers=given, started_at=now, submitted_at=now)


def test_item_statistics_count_a_version_over_all_exams_of_the_owner(django_assert_num_queries):
    owner = make_user(is_instructor=True)
    first = make_exam(owner=owner)
    second = make_exam(owner=owner, paper_version=first.paper_version)
    foreign = make_exam(owner=make_user(is_instructor=True), paper_version=first.paper_version)
    sat(first, 6)
    sat(second, 6)
    sat(foreign, 5)
    with django_assert_num_queries(3):
        rows = item_rows(exam=first)
    assert [(row.n, row.n_here) for row in rows] == [(12, 6), (12, 6)]
    assert all(row.figures.facility == 0.5 for row in rows)
    assert all(row.figures.discrimination_index == pytest.approx(100) for row in rows)
    assert [row.n for row in item_rows(exam=foreign)] == [5, 5]
    assert item_rows(exam=foreign)[0].missing == 5


def test_what_is_marked_counts_while_an_essay_still_waits():
    exam = make_exam(types=("single_choice", "true_false", "essay"), owner=make_user(is_instructor=True))
    sat(exam, 10, answers={1: "b", 2: True, 3: "My text"})
    rows = {row.type: row for row in item_rows(exam=exam)}
    assert sorted(rows) == ["single_choice", "true_false"]
    assert rows["single_choice"].figures.facility == 1
    assert rows["single_choice"].note == "easy"
