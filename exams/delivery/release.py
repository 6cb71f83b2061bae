"""When a result may be seen: at once, at the close of the exam, or when an instructor says so."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput
from edu.events.publish import publish
from edu.events.types import ResultReleased
from exams.models import Attempt, Exam, ResultHold


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


def _unheld() -> Q:
    return Q(~Exists(ResultHold.objects.filter(attempt_id=OuterRef("pk"))))


def _release(*, attempt: Attempt, passed: bool, now: datetime) -> bool:
    marked = Attempt.objects.filter(_unheld(), pk=attempt.pk, state=Attempt.State.GRADED, released_at__isnull=True)
    changed = marked.update(released_at=now)
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


def release_attempts(*, exam: Exam, public_ids: Collection[Any], actor: Any, now: datetime) -> int:
    """Release chosen results of an exam that are marked and not held back; return how many were released."""
    with transaction.atomic():
        rows = Attempt.objects.filter(
            exam=exam, public_id__in=public_ids, state=Attempt.State.GRADED, released_at__isnull=True
        )
        done = [
            attempt
            for attempt in rows.select_related("user").defer("paper", "responses")
            if _release(attempt=attempt, passed=bool(attempt.passed), now=now)
        ]
        for attempt in done:
            _record("attempt.release", attempt, exam, actor, {})
    return len(done)


def hold_result(*, attempt: Attempt, actor: Any, reason: str, now: datetime) -> None:
    """Hold the result of one attempt (with exam and learner) back, whatever the exam's policy, until it is let go.

    InvalidInput without a reason; Conflict when the learner has seen it already, or it is held.
    """
    words = reason.strip()[:300]
    if not words:
        raise InvalidInput(_("Say why the result is held back."), field="reason")
    with transaction.atomic():
        current = Attempt.objects.select_for_update(of=("self",)).only("id", "released_at").get(pk=attempt.pk)
        if current.released_at is not None:
            raise Conflict(_("This result was released already."))
        _row, is_new = ResultHold.objects.get_or_create(
            attempt=attempt, defaults={"reason": words, "held_by": actor, "at": now}
        )
        if not is_new:
            raise Conflict(_("This result is held back already."))
        _record("attempt.hold", attempt, attempt.exam, actor, {"reason": words})


def let_go(*, attempt: Attempt, actor: Any, now: datetime) -> bool:
    """End the holding back of a result; it is released at once where the exam's policy says so. True when it was."""
    with transaction.atomic():
        if not ResultHold.objects.filter(attempt=attempt).delete()[0]:
            raise Conflict(_("This result is not held back."))
        _record("attempt.let_go", attempt, attempt.exam, actor, {})
        current = Attempt.objects.select_related("exam").defer("paper", "responses").get(pk=attempt.pk)
        if current.state != Attempt.State.GRADED:
            return False
        return release_if_due(attempt=current, exam=current.exam, passed=bool(current.passed), now=now)


def _record(action: str, attempt: Attempt, exam: Exam, actor: Any, changes: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="attempt",
        object_id=attempt.public_id,
        object_label=str(attempt.user),
        changes=changes,
        organization_id=exam.organization_id,
    )


def _release_graded(*, exam: Exam, now: datetime) -> int:
    rows = Attempt.objects.filter(_unheld(), exam=exam, state=Attempt.State.GRADED, released_at__isnull=True)
    rows = rows.defer("paper", "responses")
    return sum(_release(attempt=attempt, passed=bool(attempt.passed), now=now) for attempt in rows)


def release_closed_exams(*, now: datetime) -> int:
    """Release results of exams that release at their close and have closed; return how many attempts were released."""
    exams = Exam.objects.filter(
        release=Exam.Release.AT_CLOSE,
        closes_at__lte=now,
        attempts__state=Attempt.State.GRADED,
        attempts__released_at__isnull=True,
        attempts__hold__isnull=True,
    ).distinct()
    total = 0
    for exam in exams:
        with transaction.atomic():
            total += _release_graded(exam=exam, now=now)
    return total
