"""Carrying out a confirmed change set: a batch of attempts a transaction, each done exactly once whatever is killed
between."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import translation
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.events.publish import publish_all
from edu.events.types import AttemptGraded, AttemptNeedsMarking, AttemptsRegraded, Event, PracticeVerdictsChanged
from exams.authoring.figures import refresh_practice_figures
from exams.delivery.decided import find_decision
from exams.delivery.grade import grade_attempt
from exams.delivery.release import release_if_due
from exams.marking.regrade import lock_attempts
from exams.models import Attempt, Exam, ItemResult, MarkChange, RegradeChange, RegradeSet
from exams.regrading.practice import carry_out_practice, practice_figures, rejudged_learners
from exams.regrading.recount import Outcome, Recount, batches, concerned_attempts
from exams.regrading.writing import update_rows

Say = Callable[[int, str], None]

TOLD_AT_ONCE = 25
"""Attempts in one event: what is done about them is one transaction, and nobody's save may wait for it."""

_KEPT = [
    *("state", "direction", "crossing", "is_stale", "old_mark", "new_mark", "old_score", "new_score"),
    *("old_maximum", "new_maximum", "old_passed", "new_passed", "before", "after", "slot"),
]


def carry_out(*, change_set_id: int, say: Say) -> dict[str, Any]:
    """Change every attempt that the change set is about; started again it goes on behind the last finished batch."""
    change_set = RegradeSet.objects.select_related("exam", "version__question__bank", "undoes", "confirmed_by").get(
        pk=change_set_id
    )
    if change_set.state != RegradeSet.State.APPLYING:
        return dict(change_set.report)
    exams = {exam.pk: exam for exam in Exam.objects.filter(pk__in=change_set.exam_ids)}
    decisions = {pk: find_decision(exam=exam, version_id=change_set.version_id) for pk, exam in exams.items()}
    recount = Recount(change_set, decisions=decisions)
    work = _Work(change_set=change_set, recount=recount, exams=exams)
    cursor = change_set.cursor
    concerned = concerned_attempts(
        version_id=change_set.version_id,
        question_id=change_set.version.question_id,
        exam_ids=change_set.exam_ids,
        after=cursor,
    )
    done = 0
    for ids in batches(concerned):
        if not work.do_batch(ids, cursor=cursor):
            return {}  # another run has taken it over
        cursor = ids[-1]
        done += len(ids)
        say(round(95 * done / len(concerned)), str(done))
    _finish_late_graders(change_set, work)
    if not carry_out_practice(change_set, say=say):
        return {}
    return _finish(change_set)


def _finish_late_graders(change_set: RegradeSet, work: "_Work") -> None:
    """See to attempts that were handed in and not graded yet when the change set was confirmed: a grader that had read
    the exam before may have marked them by the old key after their batch had passed."""
    for ids in batches(change_set.report.get("in_flight", [])):
        for attempt_id in ids:
            grade_attempt(attempt_id=attempt_id, now=now_utc())
        work.do_batch(ids, cursor=None)


class _Work:
    """What all batches of a change set share."""

    def __init__(self, *, change_set: RegradeSet, recount: Recount, exams: dict[int, Exam]) -> None:
        self.change_set = change_set
        self.recount = recount
        self.exams = exams
        with translation.override(change_set.language):
            self.reason = f"{change_set.get_policy_display()}: {change_set.reason}"[:300]
            self.revocation = revocation_reason(change_set)
            self.reinstated = revocation_reason(change_set.undoes) if change_set.undoes else ""

    def do_batch(self, ids: Sequence[int], *, cursor: int | None) -> bool:
        """Change a batch in one transaction; False when another run has moved the cursor. None asks for no cursor."""
        now = now_utc()
        with transaction.atomic():
            if cursor is not None:
                moved = RegradeSet.objects.filter(
                    pk=self.change_set.pk, state=RegradeSet.State.APPLYING, cursor=cursor
                ).update(cursor=ids[-1])
                if not moved:
                    return False
            lock_attempts(ids)
            outcomes = self.recount.compute(ids)
            self._write_results([one for one in outcomes if one.is_written], now)
            self._write_history([one for one in outcomes if one.is_changed], now)
            self._write_changes(outcomes, ids)
            self._write_totals([one for one in outcomes if one.is_changed], now)
        return True

    def _write_results(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        update_rows(
            ItemResult,
            keys=("attempt_id", "slot"),
            fields=(
                *("state", "fraction", "mark", "maximum", "parts", "grader", "marker_id"),
                *("lease_until_at", "graded_at"),
            ),
            rows=[
                {
                    "attempt_id": one.attempt_id,
                    "slot": one.slot,
                    "state": one.after.state,
                    "fraction": one.after.fraction,
                    "mark": one.after.mark,
                    "maximum": one.after.maximum,
                    "parts": one.after.parts,
                    "grader": one.after.grader,
                    "marker_id": one.after.marker_id,
                    "lease_until_at": None,
                    "graded_at": None if one.after.mark is None else now,
                }
                for one in outcomes
            ],
        )

    def _write_history(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        version_id = self.change_set.key_version_id or self.change_set.version_id
        MarkChange.objects.bulk_create(
            [
                MarkChange(
                    attempt_id=one.attempt_id,
                    slot=one.slot,
                    marker_id=self.change_set.confirmed_by_id,
                    version_id=version_id,
                    grader=one.after.grader,
                    old_mark=one.before.mark,
                    new_mark=one.after.mark,
                    reason=self.reason,
                    at=now,
                )
                for one in outcomes
            ]
        )

    def _write_changes(self, outcomes: Sequence[Outcome], ids: Sequence[int]) -> None:
        """Write what was done beside what had been foreseen, and name what the preview did not know."""
        foreseen = {row.attempt_id: row for row in self.change_set.changes.filter(attempt_id__in=list(ids))}
        rows = []
        for one in outcomes:
            row, plan = one.as_change(self.change_set), foreseen.get(one.attempt_id)
            if plan is not None and plan.state == RegradeChange.State.APPLIED:
                if not one.is_changed:
                    continue  # done by a run before this one
                row.before = plan.before
            if one.is_written and not one.is_conflict:
                row.state = RegradeChange.State.APPLIED
                row.before, row.after = row.before or one.before.as_json(), one.after.as_json()
            elif not one.is_conflict:
                if plan is None:
                    continue
                row.state = RegradeChange.State.GONE
            if plan is None:
                row.is_stale = one.is_changed or one.is_conflict
            else:
                row.is_stale = plan.is_stale or _figures(plan) != _figures(row)
            rows.append(row)
        RegradeChange.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["change_set", "attempt_id"], update_fields=_KEPT
        )

    def _write_totals(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        update_rows(
            Attempt,
            keys=("id",),
            fields=("state", "score", "maximum", "percent", "passed", "graded_at"),
            rows=[
                {
                    "id": one.attempt_id,
                    "state": str(Attempt.State.NEEDS_MARKING if one.new.score is None else Attempt.State.GRADED),
                    "score": one.new.score,
                    "maximum": one.new.maximum,
                    "percent": one.new.percent,
                    "passed": one.new.passed,
                    "graded_at": None if one.new.score is None else now,
                }
                for one in outcomes
            ],
        )
        publish_all(_news(one) for one in outcomes)
        attempt_ids = [one.attempt_id for one in outcomes]
        publish_all(
            AttemptsRegraded(
                change_set_id=self.change_set.pk,
                attempt_ids=list(part),
                revoke_reason=self.revocation,
                reinstate_reason=self.reinstated,
            )
            for part in batches(attempt_ids, TOLD_AT_ONCE)
        )
        for one in outcomes:
            if one.old.score is None and one.new.score is not None and not one.is_released:
                attempt = Attempt(pk=one.attempt_id, exam_id=one.exam_id, user_id=one.user_id)
                release_if_due(attempt=attempt, exam=self.exams[one.exam_id], passed=bool(one.new.passed), now=now)


def _figures(row: RegradeChange) -> tuple[object, ...]:
    return (row.old_mark, row.new_mark, row.old_score, row.new_score, row.old_maximum, row.new_maximum)


def _news(one: Outcome) -> Event:
    """Return what is told of the new total of an attempt."""
    if one.new.score is None:
        return AttemptNeedsMarking(attempt_id=one.attempt_id, exam_id=one.exam_id, user_id=one.user_id)
    return AttemptGraded(
        attempt_id=one.attempt_id,
        exam_id=one.exam_id,
        user_id=one.user_id,
        passed=bool(one.new.passed),
        score=str(one.new.score),
    )


def revocation_reason(change_set: RegradeSet) -> str:
    """Return the reason on certificates that a change set revokes, in the language of its exam; empty where it keeps
    them, or gives back."""
    if change_set.undoes_id is not None or change_set.certificates != RegradeSet.Certificates.REVOKE:
        return ""
    with translation.override(change_set.language):
        return _("Marked anew (%(number)s): %(reason)s") % {
            "number": str(change_set.public_id)[-8:],
            "reason": change_set.reason,
        }


def _finish(change_set: RegradeSet) -> dict[str, Any]:
    """Say what was done, once; an undone change set is marked as such."""
    applied = Q(state=RegradeChange.State.APPLIED)
    counts = change_set.changes.aggregate(
        changed=Count("pk", filter=applied),
        gain=Count("pk", filter=applied & Q(direction="gain")),
        loss=Count("pk", filter=applied & Q(direction="loss")),
        up=Count("pk", filter=applied & Q(crossing="up")),
        down=Count("pk", filter=applied & Q(crossing="down")),
        conflicts=Count("pk", filter=Q(state=RegradeChange.State.CONFLICT)),
        stale=Count("pk", filter=Q(is_stale=True)),
    )
    counts["practice"] = practice_figures(change_set)
    if counts["practice"]["changed"]:
        refresh_practice_figures(version_id=change_set.version_id)
    told = rejudged_learners(change_set)
    with transaction.atomic():
        moved = RegradeSet.objects.filter(pk=change_set.pk, state=RegradeSet.State.APPLYING).update(
            state=RegradeSet.State.APPLIED, done_at=now_utc(), report={**change_set.report, **counts, "in_flight": []}
        )
        if moved and change_set.undoes_id is not None:
            RegradeSet.objects.filter(pk=change_set.undoes_id).update(state=RegradeSet.State.UNDONE)
        if moved:
            publish_all(
                PracticeVerdictsChanged(change_set_id=change_set.pk, user_ids=list(part))
                for part in batches(told, TOLD_AT_ONCE)
            )
    return counts
