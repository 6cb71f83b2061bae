"""A regrade that is broken off, and marks that change under it: everything is applied exactly once."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput
from edu.events.models import OutboxEvent
from edu.jobs.models import Job
from exams.delivery import decided
from exams.marking import leases
from exams.models import Attempt, ItemResult, MarkChange, RegradeSet
from exams.regrading import carry_out
from exams.regrading.change_sets import confirm_regrade, get_regrade
from exams.services import mark_by_hand, sit_exam
from tests.factories.exams import make_user
from tests.factories.regrading import confirm, make_class, plan
from tests.integration.payments.test_crashes import address_of_database

pytestmark = pytest.mark.django_db(transaction=True)
RIGHT, WRONG = {1: "b", 2: True}, {1: "a", 2: True}


def regrade_events():
    found = OutboxEvent.objects.filter(name="AttemptsRegraded").values_list("payload", flat=True)
    return sorted(attempt_id for payload in found for attempt_id in payload["attempt_ids"])


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_a_worker_that_is_killed_in_the_middle_ends_in_all_applied_once(run_jobs, batches):
    exam, attempts = make_class(answers=[RIGHT, WRONG, RIGHT, WRONG, RIGHT])
    row = plan(exam, run_jobs=run_jobs)
    confirm_regrade(change_set=row, actor=exam.owner)
    connections.close_all()
    ended = subprocess.run(
        [sys.executable, "-m", "tests.integration.exams.dying_regrade", str(batches)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "edu.settings.test", "DATABASE_URL": address_of_database()},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
    assert MarkChange.objects.count() == 2 * batches
    assert RegradeSet.objects.get().state == RegradeSet.State.APPLYING
    Job.objects.update(lease_until_at=now_utc() - timedelta(seconds=1))
    run_jobs()
    row = get_regrade(exam.owner, row.public_id)
    assert (row.state, row.report["changed"], row.report["stale"]) == ("applied", 5, 0)
    assert [Attempt.objects.get(pk=one.pk).score for one in attempts] == [2, 4, 2, 4, 2]
    assert MarkChange.objects.count() == 5
    assert regrade_events() == sorted(one.pk for one in attempts)


def test_the_job_that_is_run_twice_changes_nothing_more(run_jobs):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    row = confirm(plan(exam, run_jobs=run_jobs), run_jobs=run_jobs)
    carry_out.carry_out(change_set_id=row.pk, say=lambda _percent, _text: None)
    RegradeSet.objects.filter(pk=row.pk).update(state=RegradeSet.State.APPLYING, cursor=0)
    carry_out.carry_out(change_set_id=row.pk, say=lambda _percent, _text: None)
    row = get_regrade(exam.owner, row.public_id)
    assert (MarkChange.objects.count(), row.report["changed"], row.state) == (2, 2, "applied")


def test_a_second_worker_at_the_same_cursor_gives_way(run_jobs, monkeypatch):
    exam, _attempts = make_class(answers=[RIGHT, WRONG])
    row = plan(exam, run_jobs=run_jobs)
    confirm_regrade(change_set=row, actor=exam.owner)
    read = carry_out.concerned_attempts

    def overtaken(**arguments):
        found = read(**arguments)
        RegradeSet.objects.filter(pk=row.pk).update(cursor=10**9)
        return found

    monkeypatch.setattr(carry_out, "concerned_attempts", overtaken)
    assert carry_out.carry_out(change_set_id=row.pk, say=lambda _percent, _text: None) == {}
    assert not MarkChange.objects.exists()


def test_a_grader_that_read_the_exam_before_the_decision_is_caught_up_with(run_jobs, monkeypatch):
    exam, _attempts = make_class(answers=[RIGHT])
    row = plan(exam, run_jobs=run_jobs)
    now, learner = now_utc(), make_user()
    find = decided.find_decision

    def slow(*, exam, version_id):
        if RegradeSet.objects.get(pk=row.pk).state == RegradeSet.State.PREVIEWED:
            confirm_regrade(change_set=row, actor=exam.owner)
        return find(exam=exam, version_id=version_id)

    monkeypatch.setattr("exams.delivery.grade.find_decision", slow)
    pk = sit_exam(user_id=learner.pk, exam_id=exam.public_id, answers=WRONG, started_at=now, submitted_at=now)
    monkeypatch.undo()
    assert Attempt.objects.get(pk=pk).score == 2
    assert get_regrade(exam.owner, row.public_id).report["in_flight"] == [pk]
    run_jobs()
    assert Attempt.objects.get(pk=pk).score == 4


@pytest.mark.parametrize("policy", ["new_key", "drop"])
def test_marking_by_hand_while_a_regrade_runs_loses_neither(run_jobs, policy):
    """Two markers' threads and the job at once: totals are the sum of the results, whoever came last."""
    exam, attempts = make_class(answers=[WRONG] * 4)
    row = plan(exam, policy=policy, run_jobs=run_jobs)
    confirm_regrade(change_set=row, actor=exam.owner)
    errors = []
    begin = threading.Barrier(2)

    def by_hand():
        try:
            begin.wait()
            for one in attempts:
                mark_by_hand(
                    user=exam.owner, attempt_id=one.pk, slot=2, now=now_utc(), points=Decimal(1), reason="half right"
                )
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    worker = threading.Thread(target=by_hand)
    worker.start()
    begin.wait()
    run_jobs()
    worker.join()
    assert errors == []
    for one in Attempt.objects.filter(exam=exam):
        results = list(ItemResult.objects.filter(attempt_id=one.pk))
        assert one.score == sum(result.mark for result in results) == (3 if policy == "new_key" else 1)
        assert one.maximum == sum(result.maximum for result in results)


def test_a_marker_who_holds_an_answer_meets_the_decision_and_not_what_she_saw(run_jobs):
    exam, attempts = make_class(answers=[{1: "text", 2: "b"}], types=("essay", "single_choice"))
    held = leases.lease_next(
        user=exam.owner,
        exam_id=exam.pk,
        question_id=ItemResult.objects.get(attempt_id=attempts[0].pk, slot=1).question_id,
        now=now_utc(),
    )
    confirm(plan(exam, policy="drop", run_jobs=run_jobs), run_jobs=run_jobs)
    with pytest.raises(InvalidInput):
        mark_by_hand(
            user=exam.owner, attempt_id=held.attempt_id, slot=1, now=now_utc(), fractions={"what": 1.0, "why": 1.0}
        )
    row = ItemResult.objects.get(pk=held.pk)
    assert (row.mark, row.maximum, Attempt.objects.get(pk=attempts[0].pk).score) == (0, 0, 2)
