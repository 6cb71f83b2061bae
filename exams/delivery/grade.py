"""Grading a submitted attempt: results in bulk, the score, the state and the event in one transaction."""

import logging
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from edu.events.publish import publish
from edu.events.types import AttemptGraded, AttemptNeedsMarking
from exams.delivery.decided import find_decision, grade_slot
from exams.delivery.release import release_if_due
from exams.delivery.result_rows import write_results
from exams.domain.grading import GRADER_VERSION, GradingPolicy
from exams.domain.marks import MarkState
from exams.domain.scoring import ItemResult as ScoredItem
from exams.domain.scoring import PaperScore, PassMark, item_mark, score_paper
from exams.fetch import FrozenSlot, frozen_slots, get_versions, parts_as_json, policy_of
from exams.models import Attempt, Exam, ItemResult, QuestionVersion

logger = logging.getLogger(__name__)

MAXIMUM_TRIES = 3
"""How often the engine tries before a person is asked."""


def grade_attempt(*, attempt_id: int, now: datetime) -> bool:
    """Grade an attempt that was handed in; False when it was graded before or is not there to be graded.

    Statements do not grow with the number of questions. Essays leave it in needs_marking. Publishes AttemptGraded or
    AttemptNeedsMarking.
    """
    attempt = Attempt.objects.select_related("exam").filter(pk=attempt_id, state=Attempt.State.SUBMITTED).first()
    if attempt is None:
        return False
    slots = frozen_slots(attempt.paper)
    versions = get_versions(slot.version_id for slot in slots)
    policy = policy_of(attempt.exam.grading_policy)
    results = [_result(attempt, slot, versions[slot.version_id], policy, now) for slot in slots]
    score = score_results(results=results, exam=attempt.exam)
    with transaction.atomic():
        changed = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.SUBMITTED).update(
            state=Attempt.State.NEEDS_MARKING if score.is_pending else Attempt.State.GRADED,
            graded_at=None if score.is_pending else now,
            score=None if score.is_pending else score.total,
            maximum=score.maximum,
            percent=None if score.is_pending else score.percent,
            passed=score.passed,
        )
        if not changed:
            return False
        write_results(results)
        announce_score(attempt=attempt, score=score, now=now)
    return True


def announce_score(*, attempt: Attempt, score: PaperScore, now: datetime) -> None:
    """Publish what the score means, and release the result where it is due; joins the caller's transaction."""
    ids = {"attempt_id": attempt.pk, "exam_id": attempt.exam_id, "user_id": attempt.user_id}
    if score.is_pending:
        publish(AttemptNeedsMarking(**ids))
        return
    publish(AttemptGraded(**ids, passed=bool(score.passed), score=str(score.total)))
    release_if_due(attempt=attempt, exam=attempt.exam, passed=bool(score.passed), now=now)


def score_results(*, results: Sequence[ItemResult], exam: Exam) -> PaperScore:
    """Return the score of an attempt from its results."""
    items = [
        ScoredItem(
            slot=str(row.slot),
            section_id="",
            marks=Decimal(row.maximum),
            fraction=row.fraction,
            topic=str(row.topic_id or ""),
        )
        for row in results
    ]
    return score_paper(
        items=items, pass_mark=PassMark("percent", Decimal(exam.pass_percent)), paper_floor=Decimal("0.00")
    )


def _result(
    attempt: Attempt, slot: FrozenSlot, version: QuestionVersion, policy: GradingPolicy, now: datetime
) -> ItemResult:
    """Grade one slot."""
    mark, maximum = grade_slot(
        version=version,
        stored=attempt.responses.get(str(slot.slot), ""),
        policy=policy,
        order=slot.order,
        marks=slot.marks,
        decision=find_decision(exam=attempt.exam, version_id=version.pk),
    )
    return ItemResult(
        attempt_id=attempt.pk,
        slot=slot.slot,
        exam_id=attempt.exam_id,
        user_id=attempt.user_id,
        question_id=version.question_id,
        version_id=version.pk,
        topic_id=version.question.topic_id,
        state=str(mark.state),
        fraction=mark.fraction,
        mark=item_mark(fraction=mark.fraction, marks=maximum),
        maximum=maximum,
        parts=parts_as_json(mark.parts),
        grader=GRADER_VERSION,
        graded_at=None if mark.state is MarkState.PENDING else now,
    )


def record_failure(*, attempt_id: int) -> None:
    """Count a failed try of grading; after MAXIMUM_TRIES the attempt is parked for a person."""
    Attempt.objects.filter(pk=attempt_id, state=Attempt.State.SUBMITTED).update(grading_tries=F("grading_tries") + 1)
    with transaction.atomic():
        parked = Attempt.objects.filter(
            pk=attempt_id, state=Attempt.State.SUBMITTED, grading_tries__gte=MAXIMUM_TRIES
        ).update(state=Attempt.State.NEEDS_MARKING)
        if parked:
            attempt = Attempt.objects.get(pk=attempt_id)
            publish(AttemptNeedsMarking(attempt_id=attempt.pk, exam_id=attempt.exam_id, user_id=attempt.user_id))
