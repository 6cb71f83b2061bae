"""What practice does when something happened elsewhere: released exam results are counted in the wrong-answer book."""

import json
from collections.abc import Sequence

from django.db import transaction

from edu.core.clock import now_utc
from edu.events.types import ResultReleased, ReviewOpened
from exams.delivery.reviewing import enters_books, review_since
from exams.models import Attempt, ItemResult, WrongAnswer
from exams.practice.book import Outcome, record_outcomes


def enter_exam_results(event: ResultReleased) -> None:
    """Enter what was wrong or left blank in a released attempt, and count what was right towards mastery; harmless
    when delivered again.

    An exam that keeps its keys to itself counts for nothing: retrying a question would show the key that it hides,
    and an entry that leaves the book would tell what was right. One that keeps them until its close counts then.
    """
    _enter([event.attempt_id])


def enter_reviewed_results(event: ReviewOpened) -> None:
    """Enter the released results of an exam that has closed for everybody, as enter_exam_results does; what was entered
    before the exam began to wait is passed over.
    """
    _enter(event.attempt_ids)


def _enter(attempt_ids: Sequence[int]) -> None:
    attempts = Attempt.objects.filter(
        pk__in=attempt_ids, state=Attempt.State.GRADED, released_at__isnull=False
    ).select_related("exam")
    for attempt in attempts.order_by("pk"):
        if enters_books(attempt.exam):
            _enter_one(attempt)


def _enter_one(attempt: Attempt) -> None:
    entered = set(
        WrongAnswer.objects.filter(user_id=attempt.user_id, source_kind="exam", source_id=attempt.pk).values_list(
            "question_id", flat=True
        )
    )
    outcomes = [
        Outcome(
            question_id=row.question_id,
            version_id=row.version_id,
            response=_response_of(attempt, row.slot),
            fraction=row.fraction,
            is_blank=row.state == "blank",
        )
        for row in ItemResult.objects.filter(attempt_id=attempt.pk, maximum__gt=0)  # a dropped one counts for nothing
        if row.question_id not in entered
    ]
    with transaction.atomic():
        record_outcomes(
            user_id=attempt.user_id,
            outcomes=outcomes,
            source_kind="exam",
            source_id=attempt.pk,
            at=review_since(exam=attempt.exam, released_at=attempt.released_at or now_utc()),
            answered_at=attempt.submitted_at,
        )


def _response_of(attempt: Attempt, slot: int) -> str:
    stored = attempt.responses.get(str(slot), "")
    return stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False)
