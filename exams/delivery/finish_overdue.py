"""Closing attempts whose time is up: the sweep, and whoever reads an overdue attempt before the sweep does."""

import logging
from datetime import datetime

from django.db.models import F, Q

from exams.delivery.grade import grade_attempt, record_failure
from exams.domain.timing import is_overdue
from exams.models import Attempt

logger = logging.getLogger(__name__)

SWEEP_LIMIT = 200


def finish_if_overdue(*, attempt: Attempt, now: datetime) -> bool:
    """Close and grade an attempt (with its exam) whose deadline and grace are over; True when it had to be closed."""
    from exams.delivery.submit import close_attempt, finish_grading

    grace = attempt.exam.grace_seconds
    if attempt.state != Attempt.State.OPEN or not is_overdue(
        now=now, deadline_at=attempt.deadline_at, grace_seconds=grace
    ):
        return False
    close_attempt(attempt=attempt, now=now, by="time")
    fresh = finish_grading(attempt=attempt, now=now)
    for name in ("state", "score", "maximum", "percent", "passed", "released_at", "graded_at"):
        setattr(attempt, name, getattr(fresh, name))
    return True


def finish_overdue(*, now: datetime, limit: int = SWEEP_LIMIT) -> int:
    """Close every overdue attempt and grade what a crash left submitted; return how many were seen to.

    Idempotent: two sweeps at once do the work once. A paused attempt has no running clock and is left alone.
    """
    due = (
        Attempt.objects.select_related("exam")
        .filter(state=Attempt.State.OPEN, deadline_at__lt=now)
        .order_by("deadline_at")[:limit]
    )
    done = sum(finish_if_overdue(attempt=attempt, now=now) for attempt in due)
    waiting = (
        Attempt.objects.filter(state=Attempt.State.SUBMITTED)
        .filter(Q(submitted_at__isnull=True) | Q(submitted_at__lt=now))
        .order_by(F("submitted_at").asc(nulls_first=True))
        .values_list("pk", flat=True)[:limit]
    )
    for attempt_id in list(waiting):
        try:
            done += grade_attempt(attempt_id=attempt_id, now=now)
        except Exception:
            logger.exception("grading attempt %s failed", attempt_id)
            record_failure(attempt_id=attempt_id)
    return done
