"""Handing in: two transactions, each idempotent by compare-and-set, so that a failing grader never takes a submission
back.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput, NotFound
from edu.events.publish import publish
from edu.events.types import AttemptSubmitted
from exams.delivery.grade import grade_submitted
from exams.delivery.keys import AttemptKey
from exams.delivery.presence import note_change
from exams.delivery.save import Batch, SaveRefused, kept_of, save_responses
from exams.models import Attempt

logger = logging.getLogger(__name__)


def submit_attempt(
    *,
    user_id: int,
    attempt_id: Any,
    now: datetime,
    key: AttemptKey | None = None,
    batch: Batch | None = None,
    epoch: int | None = None,
) -> Attempt:
    """Hand in an attempt (id or public id) with its last batch, grade it, and return it; again: return what it has
    become.

    A batch needs the attempt key. Raises NotFound, InvalidInput for a batch that cannot be stored, and SaveRefused
    (moved, paused, question_closed) when the last batch was not taken while the attempt is still open, so that no
    answer is lost unseen. An attempt that was opened again is not handed in by a page or a request (`epoch`, or that of
    the key) from before: it moved.
    """
    field = {"pk": attempt_id} if isinstance(attempt_id, int) else {"public_id": attempt_id}
    if batch is not None and batch.responses:
        if key is None:
            raise InvalidInput(_("The last batch needs the attempt key."), field="responses")
        try:
            save_responses(key=key, batch=batch, now=now)
        except SaveRefused as refusal:
            if refusal.code in {"moved", "paused", "question_closed"}:
                raise
    attempt = (
        Attempt.objects.filter(user_id=user_id, **field)
        .only("id", "state", "deadline_at", "exam_id", "user_id", "epoch", "reopened_at")
        .first()
    )
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    spoken = key.epoch if key is not None else epoch
    if attempt.reopened_at is not None and spoken not in (None, attempt.epoch):
        full = Attempt.objects.get(pk=attempt.pk)
        raise SaveRefused(_("The exam was opened somewhere else."), code="moved", kept=kept_of(full))
    is_late = now > attempt.deadline_at
    close_attempt(attempt=attempt, now=now, by="time" if is_late else "learner")
    return finish_grading(attempt=attempt, now=now)


def close_attempt(*, attempt: Attempt, now: datetime, by: str) -> bool:
    """Move a running attempt to submitted and say so; False when somebody else did it before.

    `by` is learner, time or staff. What was saved up to here is what will be graded. An attempt closed by time counts
    as handed in at its deadline, and only while that is the deadline that was read: time given in this very moment is
    not taken away. Nor is an attempt that was opened again since it was read.
    """
    rows = Attempt.objects.filter(pk=attempt.pk, state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])
    since = attempt.reopened_at
    rows = rows.filter(reopened_at__isnull=True) if since is None else rows.filter(reopened_at=since)
    submitted_at = now
    if by == "time":
        rows, submitted_at = rows.filter(deadline_at=attempt.deadline_at), min(now, attempt.deadline_at)
    with transaction.atomic():
        changed = rows.update(state=Attempt.State.SUBMITTED, submitted_at=submitted_at, submitted_by=by)
        if changed:
            publish(AttemptSubmitted(attempt_id=attempt.pk, exam_id=attempt.exam_id, user_id=attempt.user_id))
            if by == "staff":  # whoever hands in herself, or sees her clock run out, knows it without being told
                note_change([attempt.pk])
    if changed:
        attempt.state, attempt.submitted_at, attempt.submitted_by = Attempt.State.SUBMITTED, submitted_at, by
    return bool(changed)


def finish_grading(*, attempt: Attempt, now: datetime) -> Attempt:
    """Grade a submitted attempt and return it as it now stands; a failing grader leaves it submitted for the sweep."""
    current = _current(attempt.pk)
    if current.state != Attempt.State.SUBMITTED:
        return current
    try:
        is_graded = grade_submitted(attempt=current, now=now)
    except Exception:
        logger.exception("grading attempt %s failed", attempt.pk)
        return current
    return current if is_graded else _current(attempt.pk)


def _current(attempt_id: int) -> Attempt:
    return Attempt.objects.select_related("exam").get(pk=attempt_id)
