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
from exams.delivery.hand_in import exam_for_grading, hand_in
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
    if batch is not None and batch.responses:
        if key is None:
            raise InvalidInput(_("The last batch needs the attempt key."), field="responses")
        try:
            save_responses(key=key, batch=batch, now=now)
        except SaveRefused as refusal:
            if refusal.code in {"moved", "paused", "question_closed"}:
                raise
    spoken = key.epoch if key is not None else epoch
    with transaction.atomic():
        handed_in = hand_in(user_id=user_id, attempt_id=attempt_id, epoch=spoken, now=now)
        if handed_in is not None:
            _say_submitted(handed_in)
    if handed_in is None:
        return _handed_in_before(user_id=user_id, attempt_id=attempt_id, spoken=spoken, now=now)
    handed_in.exam = exam_for_grading(handed_in.exam_id)
    return _graded(handed_in, now)


def _handed_in_before(*, user_id: int, attempt_id: Any, spoken: int | None, now: datetime) -> Attempt:
    """Return what an attempt has become that is not running any more, graded where that was left undone; say why a
    running one was not taken.
    """
    field = {"pk": attempt_id} if isinstance(attempt_id, int) else {"public_id": attempt_id}
    attempt = Attempt.objects.filter(user_id=user_id, **field).first()
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    if attempt.reopened_at is not None and spoken not in (None, attempt.epoch):
        raise SaveRefused(_("The exam was opened somewhere else."), code="moved", kept=kept_of(attempt))
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
            _say_submitted(attempt)
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
    return _graded(current, now)


def _graded(attempt: Attempt, now: datetime) -> Attempt:
    """Grade an attempt (with its exam) in a transaction of its own; where that fails, it stays submitted."""
    try:
        is_graded = grade_submitted(attempt=attempt, now=now)
    except Exception:
        logger.exception("grading attempt %s failed", attempt.pk)
        return attempt
    return attempt if is_graded else _current(attempt.pk)


def _say_submitted(attempt: Attempt) -> None:
    publish(AttemptSubmitted(attempt_id=attempt.pk, exam_id=attempt.exam_id, user_id=attempt.user_id))


def _current(attempt_id: int) -> Attempt:
    return Attempt.objects.select_related("exam").get(pk=attempt_id)
