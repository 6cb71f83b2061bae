"""More time for one learner: a live extension of a running attempt, and accommodations for attempts to come."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput
from exams.delivery.presence import note_change
from exams.domain.timing import attempt_deadline
from exams.fetch import accommodation_of, terms_of
from exams.models import Accommodation, Attempt, Exam

MAXIMUM_MINUTES = 24 * 60


def extend_attempt(*, attempt: Attempt, minutes: int, actor: Any, now: datetime, reason: str = "") -> datetime:
    """Give a running attempt more minutes and return its new deadline; the attempt key stays the same.

    May go beyond the close of the exam: it is a person's decision about one learner. Conflict when it has ended.
    """
    if not 1 <= minutes <= MAXIMUM_MINUTES:
        raise InvalidInput(_("Give between 1 minute and 24 hours."), field="minutes")
    running = [Attempt.State.OPEN, Attempt.State.PAUSED]
    deadline = max(attempt.deadline_at, now) + timedelta(minutes=minutes)
    with transaction.atomic():
        changed = Attempt.objects.filter(pk=attempt.pk, state__in=running, deadline_at=attempt.deadline_at).update(
            deadline_at=deadline
        )
        if not changed:
            raise Conflict(_("The attempt has ended or was extended in the meantime. Load the page again."))
        record(
            actor=actor,
            action="attempt.extend",
            object_kind="attempt",
            object_id=attempt.public_id,
            object_label=str(attempt.user),
            changes={"deadline_at": [attempt.deadline_at.isoformat(), deadline.isoformat()], "reason": reason},
            organization_id=attempt.exam.organization_id,
        )
        note_change([attempt.pk])
    attempt.deadline_at = deadline
    return deadline


def extend_many(*, attempts: QuerySet[Attempt], seconds: int, now: datetime) -> int:
    """Add time to running attempts, whose keys stay the same; return how many it reached. Two statements.

    One whose time has just run out, and that nobody has closed yet, gets the time from now on. The caller authorises,
    records and calls note_change.
    """
    running = attempts.filter(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])
    more = timedelta(seconds=seconds)
    is_out = {"state": Attempt.State.OPEN, "deadline_at__lt": now}
    reached = running.exclude(**is_out).update(deadline_at=F("deadline_at") + more)
    return reached + running.filter(**is_out).update(deadline_at=now + more)


def shorten_many(*, attempts: QuerySet[Attempt], seconds: int, now: datetime) -> int:
    """Take time back from running attempts that have not begun to use it; return how many. One statement."""
    less = timedelta(seconds=seconds)
    unused = attempts.filter(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED], deadline_at__gt=now + less)
    return unused.update(deadline_at=F("deadline_at") - less)


def set_accommodation(
    *,
    exam: Exam,
    user_id: int,
    actor: Any,
    extra_percent: int = 0,
    extra_seconds: int = 0,
    extra_attempts: int = 0,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    reason: str = "",
) -> Accommodation:
    """Write what one learner gets beyond the exam's rules; a running attempt's deadline moves with it, never
    backwards.
    """
    if extra_percent > 400 or extra_seconds > 86_400 or extra_attempts > 100:
        raise InvalidInput(_("That is more than can be given."), field="extra_percent")
    if opens_at and closes_at and closes_at <= opens_at:
        raise InvalidInput(_("The exam has to close after it opens."), field="closes_at")
    with transaction.atomic():
        row, _created = Accommodation.objects.update_or_create(
            exam=exam,
            user_id=user_id,
            defaults={
                "extra_percent": extra_percent,
                "extra_seconds": extra_seconds,
                "extra_attempts": extra_attempts,
                "opens_at": opens_at,
                "closes_at": closes_at,
                "reason": reason[:200],
            },
        )
        running = Attempt.objects.filter(exam=exam, user_id=user_id, state=Attempt.State.OPEN).first()
        if running is not None:
            deadline = attempt_deadline(
                started_at=running.started_at, terms=terms_of(exam), accommodation=accommodation_of(row)
            )
            Attempt.objects.filter(pk=running.pk, deadline_at__lt=deadline).update(deadline_at=deadline)
            note_change([running.pk])
        record(
            actor=actor,
            action="exam.accommodate",
            object_kind="exam",
            object_id=exam.public_id,
            object_label=exam.title,
            changes={
                "user_id": user_id,
                "extra_percent": extra_percent,
                "extra_seconds": extra_seconds,
                "extra_attempts": extra_attempts,
                "reason": reason,
            },
            organization_id=exam.organization_id,
        )
    return row
