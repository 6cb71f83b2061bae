"""Publishing: one outbox row in the caller's transaction, and a hint to the worker after the commit."""

import logging
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from edu.core.clock import now_utc
from edu.core.request_id import current_request_id
from edu.events.models import OutboxEvent
from edu.events.types import Event

logger = logging.getLogger(__name__)


def publish(event: Event) -> None:
    """Write `event` to the outbox; it is delivered if and only if the surrounding transaction commits."""
    publish_all([event])


def publish_all(events: Sequence[Event]) -> None:
    """Write several events to the outbox, in order, with one statement."""
    if not events:
        return
    now = now_utc()
    OutboxEvent.objects.bulk_create([
        OutboxEvent(
            event_id=uuid.uuid4(),
            name=event.name,
            payload=event.payload(),
            request_id=current_request_id(),
            published_at=now,
            next_attempt_at=now,
        )
        for event in events
    ])  # fmt: skip
    transaction.on_commit(_hint)


def _hint() -> None:
    """Tell a worker that there is something to deliver; losing the hint costs seconds, the sweep finds the row."""
    if settings.JOBS_BROKER != "celery":
        return
    from edu.events.tasks import deliver_events

    try:
        deliver_events.apply_async(retry=False)
    except Exception:  # noqa: BLE001 - a broker that is away must never fail the request that changed something
        logger.warning("could not hint the worker; the sweep will deliver")
