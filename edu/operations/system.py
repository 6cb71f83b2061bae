"""Trying again by hand what the machine gave up."""

import uuid
from typing import Any

from django.db import transaction

from edu.audit.services import record
from edu.events.services import retry_event
from edu.jobs.services import retry_job
from edu.operations.permissions import require_operator


def retry_job_by_hand(*, actor: Any, public_id: uuid.UUID) -> bool:
    """Queue a failed job again; False when there is no failed job of this id. NotAllowed for others than operators."""
    require_operator(actor)
    with transaction.atomic():
        row = retry_job(public_id=public_id)
        if row is None:
            return False
        record(
            actor=actor, action="job.retry", object_kind="job", object_id=public_id, object_label=row.title or row.kind
        )
    return True


def retry_event_by_hand(*, actor: Any, event_id: uuid.UUID) -> bool:
    """Deliver a parked event again; False when it is not parked. NotAllowed for others than operators."""
    require_operator(actor)
    with transaction.atomic():
        if not retry_event(event_id=event_id):
            return False
        record(actor=actor, action="event.retry", object_kind="event", object_id=event_id)
    return True
