"""Delivery: each handler runs in a transaction of its own, together with the row that says it has run.

A handler whose effects are rows of our database therefore takes effect exactly once; others must be idempotent.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from edu.core.clock import now_utc
from edu.core.request_id import set_request_id
from edu.events.models import EventDelivery, OutboxEvent
from edu.events.types import Event, UnknownEvent, event_from

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60
MAX_ATTEMPTS = 12
"""Rounds before an event is parked: with doubling pauses this is about three hours."""


def deliver_due(*, now: datetime | None = None, limit: int = 200) -> int:
    """Deliver the events that are due, oldest first; return how many were completed."""
    moment = now or now_utc()
    due = list(
        OutboxEvent.objects.filter(
            delivered_at__isnull=True, next_attempt_at__lte=moment, attempts__lt=MAX_ATTEMPTS
        ).order_by("id")[:limit]
    )
    return sum(_deliver(row, moment) for row in due)


def _deliver(row: OutboxEvent, now: datetime) -> bool:
    """Claim one event by a conditional update and hand it to its handlers; True when all have taken it."""
    claimed = OutboxEvent.objects.filter(
        pk=row.pk, attempts=row.attempts, delivered_at__isnull=True, next_attempt_at=row.next_attempt_at
    ).update(attempts=row.attempts + 1, next_attempt_at=now + timedelta(seconds=LEASE_SECONDS))
    if not claimed:
        return False
    try:
        event = event_from(row.name, row.payload)
    except UnknownEvent:
        logger.exception("event %s has no class", row.event_id)
        return False
    set_request_id(row.request_id or None)
    paths = import_string(settings.EVENT_SUBSCRIPTIONS).get(type(event), ())
    taken = set(EventDelivery.objects.filter(event=row, delivered_at__isnull=False).values_list("handler", flat=True))
    outcomes = [_hand_over(row, event, path) for path in paths if path not in taken]
    complete = all(outcomes)
    if complete:
        OutboxEvent.objects.filter(pk=row.pk).update(delivered_at=now_utc())
    else:
        pause = min(2**row.attempts, 3600)
        OutboxEvent.objects.filter(pk=row.pk).update(next_attempt_at=now + timedelta(seconds=pause))
    return complete


def _hand_over(row: OutboxEvent, event: Event, path: str) -> bool:
    """Run one handler with its delivery row; False when it failed, which is recorded."""
    handler: Callable[[Event], None] = import_string(path)
    try:
        with transaction.atomic():
            delivery, _created = EventDelivery.objects.get_or_create(event=row, handler=path)
            if delivery.delivered_at is not None:
                return True
            handler(event)
            delivery.delivered_at = now_utc()
            delivery.save(update_fields=["delivered_at"])
    except Exception as error:  # noqa: BLE001 - one failing handler must not stop the others
        return _record_failure(row, path, error)
    return True


def _record_failure(row: OutboxEvent, path: str, error: Exception) -> bool:
    """Write down that `path` failed on the event; always False."""
    logger.error("handler %s failed on %s %s", path, row.name, row.event_id, exc_info=error)
    delivery, _created = EventDelivery.objects.get_or_create(event=row, handler=path)
    delivery.attempts += 1
    delivery.error = f"{type(error).__name__}: {error}"[:2000]
    delivery.save(update_fields=["attempts", "error"])
    return False
