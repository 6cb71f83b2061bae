"""What practice does when something happened elsewhere: released exam results are counted in the wrong-answer book."""

import json

from django.db import transaction

from edu.core.clock import now_utc
from edu.events.types import ResultReleased
from exams.models import Attempt, ItemResult
from exams.practice.book import Outcome, record_outcomes


def enter_exam_results(event: ResultReleased) -> None:
    """Enter what was wrong or left blank in a released attempt, and count what was right towards mastery; harmless
    when delivered again.

    An exam that keeps its keys to itself counts for nothing: retrying a question would show the key that it hides,
    and an entry that leaves the book would tell what was right.
    """
    attempt = Attempt.objects.filter(pk=event.attempt_id, released_at__isnull=False).select_related("exam").first()
    if attempt is None or not attempt.exam.review_policy.get("keys", True):
        return
    outcomes = [
        Outcome(
            question_id=row.question_id,
            version_id=row.version_id,
            response=_response_of(attempt, row.slot),
            fraction=row.fraction,
            is_blank=row.state == "blank",
        )
        for row in ItemResult.objects.filter(attempt_id=attempt.pk, maximum__gt=0)  # a dropped one counts for nothing
    ]
    with transaction.atomic():
        record_outcomes(
            user_id=attempt.user_id,
            outcomes=outcomes,
            source_kind="exam",
            source_id=attempt.pk,
            at=attempt.released_at or now_utc(),
            answered_at=attempt.submitted_at,
        )


def _response_of(attempt: Attempt, slot: int) -> str:
    stored = attempt.responses.get(str(slot), "")
    return stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False)
