"""Trying a parked event again."""

import uuid

from edu.core.clock import now_utc
from edu.events.dispatch import MAX_ATTEMPTS
from edu.events.models import OutboxEvent

__all__ = ["retry_event"]


def retry_event(*, event_id: uuid.UUID) -> bool:
    """Let a parked event be delivered again from now on; False when it is not parked. The caller has authorised."""
    return bool(
        OutboxEvent.objects.filter(event_id=event_id, delivered_at__isnull=True, attempts__gte=MAX_ATTEMPTS).update(
            attempts=0, next_attempt_at=now_utc()
        )
    )
