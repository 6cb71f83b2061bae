"""Reads of the outbox for the operator's desk."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from edu.events.dispatch import MAX_ATTEMPTS
from edu.events.models import EventDelivery, OutboxEvent


@dataclass(frozen=True, kw_only=True)
class ParkedEvent:
    """An event that some handler has refused as often as is tried; `errors` names each handler and its last word."""

    event_id: uuid.UUID
    name: str
    published_at: datetime
    attempts: int
    errors: tuple[tuple[str, str], ...]


def count_parked() -> int:
    """Return how many events wait for a person."""
    return OutboxEvent.objects.filter(delivered_at__isnull=True, attempts__gte=MAX_ATTEMPTS).count()


def list_parked(*, limit: int = 50) -> list[ParkedEvent]:
    """Return the events that are not tried any more, oldest first. Two queries."""
    rows = list(
        OutboxEvent.objects.filter(delivered_at__isnull=True, attempts__gte=MAX_ATTEMPTS).order_by("id")[:limit]
    )
    errors: dict[int, list[tuple[str, str]]] = {}
    failed = EventDelivery.objects.filter(event__in=[row.pk for row in rows], delivered_at__isnull=True)
    for delivery in failed.order_by("handler"):
        errors.setdefault(delivery.event_id, []).append((delivery.handler, delivery.error))
    return [
        ParkedEvent(
            event_id=row.event_id,
            name=row.name,
            published_at=row.published_at,
            attempts=row.attempts,
            errors=tuple(errors.get(row.pk, ())),
        )
        for row in rows
    ]
