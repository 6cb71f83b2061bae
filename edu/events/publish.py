"""Publishing: one outbox row in the caller's transaction, and a hint to the worker after the commit."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from edu.core.clock import now_utc
from edu.core.request_id import current_request_id
from edu.events.hints import Hints
from edu.events.types import Event

AT_ONCE = 1_000
"""Events of one statement: databases bound its parameters."""


def publish(event: Event) -> None:
    """Write `event` to the outbox; it is delivered if and only if the surrounding transaction commits."""
    publish_all([event])


def publish_all(events: Iterable[Event]) -> None:
    """Write several events to the outbox, in order, with one statement for each thousand."""
    moment = connection.ops.adapt_datetimefield_value(now_utc())
    rows = [_row(event, moment) for event in events]
    if not rows:
        return
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            cursor.execute(_INSERT + ", ".join([_VALUES] * len(part)), [value for row in part for value in row])
    transaction.on_commit(_hint)


_INSERT = (
    "INSERT INTO events_outboxevent "
    "(event_id, name, payload, request_id, published_at, next_attempt_at, attempts, delivered_at) VALUES "
)
_VALUES = "(%s, %s, %s, %s, %s, %s, 0, NULL)"
"""Written out once: events are published by every change, and building the statement anew took longer than it runs."""


def _row(event: Event, moment: Any) -> tuple[Any, ...]:
    event_id = uuid.uuid4()
    return (
        event_id if connection.features.has_native_uuid_field else event_id.hex,
        event.name,
        json.dumps(event.payload()),
        current_request_id(),
        moment,
        moment,
    )


def _hint() -> None:
    """Tell a worker that there is something to deliver; losing the hint costs seconds, the sweep finds the row."""
    if settings.JOBS_BROKER == "celery":
        _hints.give()


def _send_hint() -> None:
    from edu.events.tasks import deliver_events

    deliver_events.apply_async(retry=False)


_hints = Hints(_send_hint)
