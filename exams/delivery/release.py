"""When a result may be seen: at once, at the close of the exam, or when an instructor says so."""

from datetime import datetime
from typing import Any

from django.db import transaction

from edu.audit.services import record
from edu.events.publish import publish
from edu.events.types import ResultReleased
from exams.models import Attempt, Exam


def is_due(*, exam: Exam, now: datetime) -> bool:
    """Whether results of the exam may be seen now, as far as the exam is concerned."""
    if exam.release == Exam.Release.AT_ONCE:
        return True
    if exam.release == Exam.Release.AT_CLOSE:
        return now >= exam.closes_at
    return exam.released_at is not None


def release_if_due(*, attempt: Attempt, exam: Exam, passed: bool, now: datetime) -> bool:
    """Release one graded attempt where it is due; joins the caller's transaction."""
    if not is_due(exam=exam, now=now):
        return False
    return _release(attempt=attempt, passed=passed, now=now)


def _release(*, attempt: Attempt, passed: bool, now: datetime) -> bool:
    changed = Attempt.objects.filter(pk=attempt.pk, released_at__isnull=True).update(released_at=now)
    if changed:
        publish(ResultReleased(attempt_id=attempt.pk, exam_id=attempt.exam_id, user_id=attempt.user_id, passed=passed))
    return bool(changed)


def release_results(*, exam: Exam, actor: Any, now: datetime) -> int:
    """Release all results of an exam by hand, those still to be marked as soon as they are; return how many were
    released.
    """
    with transaction.atomic():
        Exam.objects.filter(pk=exam.pk).update(released_at=now)
        exam.released_at = now
        released = _release_graded(exam=exam, now=now)
        record(
            actor=actor,
            action="exam.release_results",
            object_kind="exam",
            object_id=exam.public_id,
            object_label=exam.title,
            changes={"released": released},
            organization_id=exam.organization_id,
        )
    return released


def _release_graded(*, exam: Exam, now: datetime) -> int:
    rows = Attempt.objects.filter(exam=exam, state=Attempt.State.GRADED, released_at__isnull=True)
    return sum(_release(attempt=attempt, passed=bool(attempt.passed), now=now) for attempt in rows)


def release_closed_exams(*, now: datetime) -> int:
    """Release results of exams that release at their close and have closed; return how many attempts were released."""
    exams = Exam.objects.filter(
        release=Exam.Release.AT_CLOSE,
        closes_at__lte=now,
        attempts__state=Attempt.State.GRADED,
        attempts__released_at__isnull=True,
    ).distinct()
    total = 0
    for exam in exams:
        with transaction.atomic():
            total += _release_graded(exam=exam, now=now)
    return total
