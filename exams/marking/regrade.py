"""Computing an attempt's score anew after single results have changed; every changed mark leaves a line in its
history.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from exams.delivery.decided import find_decision, grade_slot
from exams.delivery.grade import announce_score, score_results
from exams.delivery.parsed import gradable_versions
from exams.domain.grading import GRADER_VERSION
from exams.domain.marks import MarkState
from exams.domain.scoring import item_mark
from exams.domain.stored_parts import stored_parts
from exams.fetch import frozen_slots, policy_of
from exams.models import Attempt, ItemResult, MarkChange


def lock_attempts(ids: Collection[int]) -> None:
    """Hold attempts until the caller's transaction ends, before any of their results is read: whoever changes marks
    takes them first, in order, so that two changes of one attempt never add up past each other.

    SQLite has one writer at a time and needs no lock.
    """
    list(Attempt.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def regrade_total(*, attempt: Attempt, now: datetime) -> bool:
    """Add up an attempt (with its exam) from its results; True when its score is final now.

    Joins the caller's transaction. Publishes AttemptGraded when nothing is pending, and releases the result where it
    is due.
    """
    results = list(ItemResult.objects.filter(attempt_id=attempt.pk))
    score = score_results(results=results, exam=attempt.exam)
    attempt.maximum = score.maximum
    if score.is_pending:
        attempt.state, attempt.score, attempt.percent, attempt.passed = Attempt.State.NEEDS_MARKING, None, None, None
        attempt.graded_at = None
    else:
        attempt.state = Attempt.State.GRADED
        attempt.score, attempt.percent, attempt.passed = score.total, score.percent, score.passed
        attempt.graded_at = now
    attempt.save(update_fields=["state", "score", "maximum", "percent", "passed", "graded_at"])
    if not score.is_pending:
        announce_score(attempt=attempt, score=score, now=now)
    return not score.is_pending


def regrade_responses(*, attempt: Attempt, slots: Collection[str], actor: Any, now: datetime) -> None:
    """Let the engine mark some slots of an attempt again, after its responses changed, and add up."""
    wanted = {int(slot) for slot in slots}
    frozen = [slot for slot in frozen_slots(attempt.paper) if slot.slot in wanted]
    versions = gradable_versions(slot.version_id for slot in frozen)
    policy = policy_of(attempt.exam.grading_policy)
    with transaction.atomic():
        lock_attempts([attempt.pk])
        rows = {row.slot: row for row in ItemResult.objects.filter(attempt_id=attempt.pk, slot__in=wanted)}
        for slot in frozen:
            row = rows.get(slot.slot)
            if row is None:
                continue
            old = row.mark
            mark, row.maximum = grade_slot(
                question=versions[slot.version_id].question,
                stored=attempt.responses.get(str(slot.slot), ""),
                policy=policy,
                order=slot.order,
                marks=slot.marks,
                decision=find_decision(exam=attempt.exam, version_id=slot.version_id),
            )
            row.state, row.fraction = str(mark.state), mark.fraction
            row.mark = item_mark(fraction=mark.earned, marks=row.maximum)
            row.parts, row.grader, row.marker_id = stored_parts(mark.parts), GRADER_VERSION, None
            row.graded_at = None if mark.state is MarkState.PENDING else now
            row.save()
            record_change(row=row, old=old, marker_id=actor.pk, reason="late answer accepted", now=now)
        regrade_total(attempt=attempt, now=now)


def record_change(*, row: ItemResult, old: Any, marker_id: int | None, reason: str, now: datetime) -> None:
    """Add a line to the history of a mark; nothing when the mark is the same and stood before."""
    if old is not None and old == row.mark:
        return
    MarkChange.objects.create(
        attempt_id=row.attempt_id,
        slot=row.slot,
        marker_id=marker_id,
        version_id=row.version_id,
        grader=row.grader,
        old_mark=old,
        new_mark=row.mark,
        reason=reason[:300],
        at=now,
    )
