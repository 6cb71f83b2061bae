"""Grading a submitted attempt: results in bulk, the score, the state and the event in one transaction."""

import logging
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db import transaction
from django.db.models import F

from edu.events.publish import publish, publish_all
from edu.events.types import AttemptGraded, AttemptNeedsMarking, Event, ResultReleased
from exams.delivery.decided import find_decision, grade_slot
from exams.delivery.hand_in import take_outcome
from exams.delivery.kept_marks import find_kept_marks, record_kept_marks, with_kept_mark
from exams.delivery.parsed import GradableVersion, gradable_versions
from exams.delivery.release import is_due, release_if_due
from exams.delivery.result_rows import NewResult, write_results
from exams.domain.grading import GRADER_VERSION, GradingPolicy
from exams.domain.marks import MarkState
from exams.domain.scoring import ItemResult as ScoredItem
from exams.domain.scoring import PaperScore, PassMark, item_mark, round_mark, score_paper
from exams.domain.stored_parts import stored_parts
from exams.fetch import FrozenSlot, frozen_slots, policy_of
from exams.models import Attempt, Exam

logger = logging.getLogger(__name__)

MAXIMUM_TRIES = 3
"""How often the engine tries before a person is asked."""


def grade_attempt(*, attempt_id: int, now: datetime) -> bool:
    """Grade an attempt that was handed in; False when it was graded before or is not there to be graded.

    Statements do not grow with the number of questions. Essays leave it in needs_marking. Publishes AttemptGraded or
    AttemptNeedsMarking.
    """
    attempt = Attempt.objects.select_related("exam").filter(pk=attempt_id, state=Attempt.State.SUBMITTED).first()
    return attempt is not None and grade_submitted(attempt=attempt, now=now)


def grade_submitted(*, attempt: Attempt, now: datetime) -> bool:
    """Grade a submitted attempt (with its exam, as it stands in the database) as grade_attempt does, and write the
    outcome into it too; False, and nothing written into it, when somebody else was quicker.
    """
    slots = frozen_slots(attempt.paper)
    versions = gradable_versions(slot.version_id for slot in slots)
    policy = policy_of(attempt.exam.grading_policy)
    results = [_result(attempt, slot, versions[slot.version_id], policy, now) for slot in slots]
    kept = find_kept_marks(attempt=attempt, results=results) if attempt.reopened_at is not None else {}
    results = [with_kept_mark(row, kept[row.slot]) if row.slot in kept else row for row in results]
    score = score_results(results=results, exam=attempt.exam)
    outcome: dict[str, Any] = {"state": Attempt.State.NEEDS_MARKING, "passed": score.passed}
    outcome["maximum"] = round_mark(score.maximum)
    outcome |= {"graded_at": None, "score": None, "percent": None}
    ids = {"attempt_id": attempt.pk, "exam_id": attempt.exam_id, "user_id": attempt.user_id}
    events: list[Event] = []
    if score.is_pending:
        events.append(AttemptNeedsMarking(**ids))
    else:
        outcome |= {"state": Attempt.State.GRADED, "graded_at": now, "score": score.total, "percent": score.percent}
        events.append(AttemptGraded(**ids, passed=bool(score.passed), score=str(score.total)))
        if attempt.released_at is None and is_due(exam=attempt.exam, now=now):
            outcome["released_at"] = now
            events.append(ResultReleased(**ids, passed=bool(score.passed)))
    with transaction.atomic():
        # The epoch tells a submission from a later one of an attempt that was opened again in between.
        if not take_outcome(attempt_id=attempt.pk, epoch=attempt.epoch, outcome=outcome):
            return False
        write_results(results)
        record_kept_marks(attempt=attempt, kept=kept, now=now)
        publish_all(events)
    for name, value in outcome.items():
        setattr(attempt, name, value)
    return True


def announce_score(*, attempt: Attempt, score: PaperScore, now: datetime) -> None:
    """Publish what the score means, and release the result where it is due; joins the caller's transaction."""
    ids = {"attempt_id": attempt.pk, "exam_id": attempt.exam_id, "user_id": attempt.user_id}
    if score.is_pending:
        publish(AttemptNeedsMarking(**ids))
        return
    publish(AttemptGraded(**ids, passed=bool(score.passed), score=str(score.total)))
    release_if_due(attempt=attempt, exam=attempt.exam, passed=bool(score.passed), now=now)


class Scorable(Protocol):
    """What the score of an attempt is added up from: a stored result, or one about to be stored."""

    slot: Any
    topic_id: Any
    mark: Any
    maximum: Any


def score_results(*, results: Iterable[Scorable], exam: Exam) -> PaperScore:
    """Return the score of an attempt from the marks of its results."""
    items = [
        ScoredItem(
            slot=str(row.slot),
            section_id="",
            marks=Decimal(row.maximum),
            fraction=None if row.mark is None else 0.0,
            topic=str(row.topic_id or ""),
            mark=None if row.mark is None or not row.maximum else Decimal(row.mark),
        )
        for row in results
    ]
    return score_paper(
        items=items, pass_mark=PassMark("percent", Decimal(exam.pass_percent)), paper_floor=Decimal("0.00")
    )


def _result(
    attempt: Attempt, slot: FrozenSlot, version: GradableVersion, policy: GradingPolicy, now: datetime
) -> NewResult:
    """Grade one slot by what was decided about it; a question that cannot be graded asks for a person."""
    mark, maximum = grade_slot(
        question=version.question,
        stored=attempt.responses.get(str(slot.slot), ""),
        policy=policy,
        order=slot.order,
        marks=slot.marks,
        decision=find_decision(exam=attempt.exam, version_id=version.pk),
    )
    return NewResult(
        attempt_id=attempt.pk,
        slot=slot.slot,
        exam_id=attempt.exam_id,
        user_id=attempt.user_id,
        question_id=version.question_id,
        version_id=version.pk,
        topic_id=version.topic_id,
        state=str(mark.state),
        fraction=mark.fraction,
        mark=item_mark(fraction=mark.earned, marks=maximum),
        maximum=maximum,
        parts=stored_parts(mark.parts),
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
