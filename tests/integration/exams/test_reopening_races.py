"""Opening an attempt again while others act on it, on SQLite and on PostgreSQL: one outcome, no answer lost."""

from datetime import timedelta

import pytest

from edu.core.clock import now_utc
from edu.core.errors import Conflict
from exams.delivery.finish_overdue import finish_overdue
from exams.delivery.release import release_results
from exams.delivery.reopen import reopen_attempt
from exams.delivery.start import open_room, start_attempt
from exams.delivery.submit import submit_attempt
from exams.models import Attempt, ItemResult
from tests.factories.exams import make_user
from tests.integration.exams.test_marking_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]
ROUNDS = 4


def opening(row, actor):
    return lambda: reopen_attempt(
        attempt=Attempt.objects.select_related("exam", "user").get(pk=row.pk),
        minutes=10,
        reason="power",
        actor=actor,
        now=now_utc(),
    )


def is_whole(row):
    """Whether an attempt is wholly open or wholly ended: results, score and release go together."""
    results = ItemResult.objects.filter(attempt_id=row.pk).count()
    if row.state == "open":
        return results == 0 and row.score is None and row.released_at is None and row.submitted_at is None
    return row.state == "graded" and results == 2 and row.score is not None


def test_two_who_open_it_at_once_open_it_once(sit):
    sitting, actor = sit(), make_user(is_operator=True)
    sitting.save({"1": "b"}, seq=1)
    sitting.submit()
    epoch = sitting.row.epoch
    answers = at_once(opening(sitting.row, actor), opening(sitting.row, actor))
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1, answers
    assert (sitting.row.state, sitting.row.epoch) == ("open", epoch + 1)


def test_opening_and_handing_in_leave_a_whole_attempt(sit):
    actor = make_user(is_operator=True)
    for _round in range(ROUNDS):
        sitting = sit()
        sitting.save({"1": "b", "2": True}, seq=1)
        row = sitting.row
        epoch = row.epoch

        def hand_in(pk=row.pk, user_id=row.user_id, epoch=epoch):
            return submit_attempt(user_id=user_id, attempt_id=pk, now=now_utc(), epoch=epoch)

        hand_in()
        at_once(opening(row, actor), hand_in, hand_in)
        assert sitting.row.state == "open", "who had handed in before does not do so again"
        assert is_whole(sitting.row)
        opened = open_room(user_id=row.user_id, attempt_id=row.pk, now=now_utc())
        at_once(lambda: hand_in(epoch=opened.epoch), lambda: hand_in(epoch=opened.epoch))  # noqa: B023 - run at once
        assert is_whole(sitting.row)
        assert sitting.row.score == sitting.row.maximum


def test_opening_and_the_sweep_leave_a_whole_attempt(sit):
    actor = make_user(is_operator=True)
    for _round in range(ROUNDS):
        sitting = sit()
        sitting.save({"1": "b"}, seq=1)
        sitting.move_deadline(minutes=-5)
        answers = at_once(lambda: finish_overdue(now=now_utc()), opening(sitting.row, actor))
        finish_overdue(now=now_utc() + timedelta(seconds=1))
        row = sitting.row
        assert is_whole(row), (row.state, answers)
        assert row.responses == {"1": '"b"'}
        assert (row.state == "open") == (not isinstance(answers[1], Exception))


def test_opening_and_releasing_never_release_an_open_attempt(sit):
    actor = make_user(is_operator=True)
    for _round in range(ROUNDS):
        sitting = sit(release="manual")
        sitting.submit()
        at_once(lambda: release_results(exam=sitting.exam, actor=actor, now=now_utc()), opening(sitting.row, actor))  # noqa: B023 - run at once
        assert is_whole(sitting.row)
        assert sitting.row.state == "open"


def test_opening_and_starting_anew_leave_one_open_attempt(sit):
    actor = make_user(is_operator=True)
    for _round in range(ROUNDS):
        sitting = sit(attempts_allowed=5, pass_percent=100)
        sitting.submit()

        def start(sitting=sitting):
            return start_attempt(user_id=sitting.user.pk, exam_id=sitting.exam.public_id, now=now_utc())

        answers = at_once(opening(sitting.row, actor), start)
        running = Attempt.objects.filter(exam=sitting.exam, state="open")
        assert running.count() == 1, answers
        assert not isinstance(answers[1], Exception), answers
