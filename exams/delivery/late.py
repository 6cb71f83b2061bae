"""Deciding about responses that came too late: accepted ones are put in and the attempt is graded anew."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict
from exams.delivery.finish_overdue import finish_if_overdue
from exams.delivery.start import OPEN_STATES
from exams.marking.regrade import lock_attempts, regrade_responses
from exams.models import Attempt, LateBatch


def decide_late_batch(*, batch: LateBatch, accept: bool, actor: Any, now: datetime) -> None:
    """Accept or refuse a late batch once; Conflict when it was decided before, or while the attempt goes on."""
    running = Attempt.objects.select_related("exam").get(pk=batch.attempt_id)
    if not finish_if_overdue(attempt=running, now=now) and running.state in OPEN_STATES:
        raise Conflict(_("The candidate is still in the exam. Decide when it is handed in."))
    with transaction.atomic():
        changed = LateBatch.objects.filter(pk=batch.pk, decision="").update(
            decision="accepted" if accept else "refused", decided_by_id=actor.pk, decided_at=now
        )
        if not changed:
            raise Conflict(_("This batch was decided already."))
        lock_attempts([batch.attempt_id])
        attempt = Attempt.objects.select_related("exam").get(pk=batch.attempt_id)
        if attempt.state in OPEN_STATES:  # opened again in this very moment
            raise Conflict(_("The candidate is still in the exam. Decide when it is handed in."))
        record(
            actor=actor,
            action="attempt.accept_late" if accept else "attempt.refuse_late",
            object_kind="attempt",
            object_id=attempt.public_id,
            object_label=str(attempt.user_id),
            changes={"slots": sorted(batch.responses)},
            organization_id=attempt.exam.organization_id,
        )
        if accept:
            attempt.responses = {**attempt.responses, **batch.responses}
            attempt.save(update_fields=["responses"])
            regrade_responses(attempt=attempt, slots=set(batch.responses), actor=actor, now=now)
