"""Two markers at once, on SQLite and on PostgreSQL: no mark is lost, no attempt is left half added up."""

import threading
from decimal import Decimal

import pytest
from django.db import connection

from edu.core.clock import now_utc
from edu.core.errors import Conflict
from exams.marking.appeals import dismiss_appeal, make_appeal, uphold_appeal
from exams.marking.history import stamp_of
from exams.marking.leases import lease_next
from exams.marking.sheets import apply_sheet, read_sheet, sheet_file
from exams.models import Appeal, Attempt, ItemResult, MarkChange, MarkSheet
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import make_exam, make_paper_version, make_question, make_user

pytestmark = [pytest.mark.django_db(transaction=True)]


def at_once(*acts):
    """Run the acts in threads that start together; return what each returned or raised."""
    barrier = threading.Barrier(len(acts))
    answers = [None] * len(acts)

    def run(index, act):
        barrier.wait()
        try:
            answers[index] = act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def sat_essays(number):
    """Return an exam of so many essays, the owner, and the results of one attempt."""
    owner = make_user(is_instructor=True)
    versions = [make_question(type="essay") for _ in range(number)]
    exam = make_exam(paper_version=make_paper_version(versions=versions), owner=owner)
    now = now_utc()
    pk = sit_exam(
        user_id=make_user().pk,
        exam_id=exam.public_id,
        answers=dict.fromkeys(range(1, number + 1), "text"),
        started_at=now,
        submitted_at=now,
    )
    return exam, owner, list(ItemResult.objects.filter(attempt_id=pk).order_by("slot"))


def test_two_marks_for_one_answer_end_in_one_and_the_other_is_told():
    _exam, owner, (row,) = sat_essays(1)
    colleague = make_user(is_operator=True)
    seen = stamp_of(row)

    def give(user, points):
        return lambda: mark_by_hand(
            user=user, attempt_id=row.attempt_id, slot=1, now=now_utc(), points=Decimal(points), seen=seen
        )

    answers = at_once(give(owner, 1), give(colleague, 2), give(owner, 1), give(colleague, 2))
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == 3
    assert all(isinstance(error, Conflict) for error in refused), refused
    won = next(answer for answer in answers if not isinstance(answer, Exception))
    assert ItemResult.objects.get(pk=row.pk).mark == won.mark
    assert Attempt.objects.get(pk=row.attempt_id).score == won.mark
    assert MarkChange.objects.count() == 1


def test_the_last_two_answers_marked_at_once_finish_the_attempt():
    _exam, owner, rows = sat_essays(4)
    colleague = make_user(is_operator=True)

    def give(user, row):
        return lambda: mark_by_hand(
            user=user, attempt_id=row.attempt_id, slot=row.slot, now=now_utc(), points=Decimal(2)
        )

    people = [owner, colleague, owner, colleague]
    answers = at_once(*[give(user, row) for user, row in zip(people, rows, strict=True)])
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    attempt = Attempt.objects.get(pk=rows[0].attempt_id)
    assert (attempt.state, attempt.score) == (Attempt.State.GRADED, Decimal(8))


def test_one_answer_is_leased_to_one_marker():
    exam, owner, (row,) = sat_essays(1)
    people = [owner, *(make_user(is_operator=True) for _ in range(3))]
    now = now_utc()

    def take(user):
        return lambda: lease_next(user=user, exam_id=exam.pk, question_id=row.question_id, now=now)

    answers = at_once(*map(take, people))
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert sum(answer is not None for answer in answers) == 1


def test_an_appeal_is_made_once_and_answered_once():
    _exam, owner, (row,) = sat_essays(1)
    mark_by_hand(user=owner, attempt_id=row.attempt_id, slot=1, now=now_utc(), points=Decimal(1))
    attempt = Attempt.objects.select_related("user").get(pk=row.attempt_id)

    def appeal():
        return make_appeal(user_id=attempt.user_id, public_id=attempt.public_id, slot=1, reason="please", now=now_utc())

    made = at_once(appeal, appeal, appeal)
    assert sum(isinstance(answer, Conflict) for answer in made) == 2, made
    pk = Appeal.objects.get().pk

    def fetched():
        return Appeal.objects.select_related("exam", "attempt__exam", "attempt__user").get(pk=pk)

    answers = at_once(
        lambda: uphold_appeal(appeal=fetched(), actor=owner, now=now_utc(), answer="", points=Decimal(2)),
        lambda: dismiss_appeal(appeal=fetched(), actor=owner, now=now_utc(), answer="no"),
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1, answers
    stands = ItemResult.objects.get(pk=row.pk).mark
    assert stands == (Decimal(2) if Appeal.objects.get().state == "upheld" else Decimal(1))


def test_a_sheet_is_applied_once():
    exam, owner, rows = sat_essays(2)
    data = sheet_file(exam=exam, question_id=None, as_csv=True).decode("utf-8-sig").splitlines()
    filled = [data[0], *(line.replace(",2.00,,", ",2.00,1,") for line in data[1:])]
    sheet = read_sheet(
        exam=exam, actor=owner, file_name="m.csv", data="\n".join(filled).encode("utf-8-sig"), now=now_utc()
    )
    assert [row["problem"] for row in sheet.rows] == ["", ""]

    def apply():
        return apply_sheet(sheet=MarkSheet.objects.select_related("exam").get(pk=sheet.pk), actor=owner, now=now_utc())

    answers = at_once(apply, apply)
    assert sorted(isinstance(answer, Conflict) for answer in answers) == [False, True], answers
    assert Attempt.objects.get(pk=rows[0].attempt_id).score == Decimal(2)
    assert MarkChange.objects.count() == 2
