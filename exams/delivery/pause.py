"""Pausing an attempt: its clock stands still until it is resumed, and what is not saved waits on the learner's
device.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, QuerySet, Value
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict
from exams.delivery.presence import note_change
from exams.models import Attempt


def pause_attempt(*, attempt: Attempt, actor: Any, now: datetime, reason: str = "") -> None:
    """Stop the clock of an open attempt; Conflict when it is not open or its time is up."""
    with transaction.atomic():
        changed = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.OPEN, deadline_at__gt=now).update(
            state=Attempt.State.PAUSED, paused_at=now
        )
        if not changed:
            raise Conflict(_("Only an attempt under way can be paused."))
        _record("attempt.pause", attempt, actor, reason)
        note_change([attempt.pk])
    attempt.state, attempt.paused_at = Attempt.State.PAUSED, now


def resume_attempt(*, attempt: Attempt, actor: Any, now: datetime) -> datetime:
    """Let the clock of a paused attempt run again with the time that was left; return the new deadline."""
    if attempt.paused_at is None:
        raise Conflict(_("This attempt is not paused."))
    deadline = attempt.deadline_at + (now - attempt.paused_at)
    with transaction.atomic():
        changed = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.PAUSED, paused_at=attempt.paused_at).update(
            state=Attempt.State.OPEN, paused_at=None, deadline_at=deadline
        )
        if not changed:
            raise Conflict(_("This attempt is not paused."))
        _record("attempt.resume", attempt, actor, "")
        note_change([attempt.pk])
    attempt.state, attempt.paused_at, attempt.deadline_at = Attempt.State.OPEN, None, deadline
    return deadline


def pause_many(*, attempts: QuerySet[Attempt], now: datetime) -> int:
    """Stop the clocks of open attempts whose time is not up; return how many. One statement.

    The caller authorises, records and calls note_change.
    """
    return attempts.filter(state=Attempt.State.OPEN, deadline_at__gt=now).update(
        state=Attempt.State.PAUSED, paused_at=now
    )


def resume_many(*, attempts: QuerySet[Attempt], now: datetime) -> int:
    """Let the clocks of paused attempts run again, each with the time that was left; return how many. One statement.

    The caller authorises, records and calls note_change.
    """
    stood = ExpressionWrapper(Value(now, DateTimeField()) - F("paused_at"), DurationField())
    return attempts.filter(state=Attempt.State.PAUSED, paused_at__isnull=False).update(
        state=Attempt.State.OPEN, deadline_at=F("deadline_at") + stood, paused_at=None
    )


def _record(action: str, attempt: Attempt, actor: Any, reason: str) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="attempt",
        object_id=attempt.public_id,
        object_label=str(attempt.user),
        changes={"reason": reason} if reason else {},
        organization_id=attempt.exam.organization_id,
    )
