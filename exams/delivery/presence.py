"""What the cache knows of attempts under way: who was seen when and where, and a snapshot that answers idle polls.

Nothing here is the truth, and all of it may be lost at any moment: the row decides, and the next poll fills the cache
again. An idle poll costs one read and one write of the cache and no statement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import BigIntegerField, Q

from edu.schema.kept_queries import Given, KeptQuery
from exams.models import Attempt, ExamMessage

SNAPSHOT_SECONDS = 60
"""How long a snapshot answers at most, should the word of a change ever be lost."""
CHANGED_SECONDS = 5
"""How long after a change every poll reads the row: whoever read it just before cannot bring the old one back."""
PRESENCE_SECONDS = 6 * 3600
MESSAGES_SHOWN = 50
_CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Where a candidate was seen last: `slot` the question at hand (0: unknown), `is_away` another tab or window in
    front, `epoch` the opening of the room that spoke, `message_id` the last message it shows.
    """

    seen_at: datetime
    slot: int = 0
    is_away: bool = False
    epoch: int = 0
    message_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a poll needs of an attempt's row, its exam's address ranges and its messages (id, text, sent)."""

    state: str
    epoch: int
    deadline_at: datetime
    paused_at: datetime | None
    address_ranges: tuple[str, ...]
    messages: tuple[tuple[int, str, datetime], ...]


def _snapshot_key(attempt_id: int) -> str:
    return f"exams.live.2:{attempt_id}"


def _presence_key(attempt_id: int) -> str:
    return f"exams.seen:{attempt_id}"


def note_presence(*, attempt_id: int, presence: Presence) -> None:
    """Remember where a candidate was seen."""
    value = (
        presence.seen_at.timestamp(),
        presence.slot,
        presence.is_away,
        presence.epoch,
        presence.message_id,
    )
    cache.set(_presence_key(attempt_id), value, PRESENCE_SECONDS)


def presences_of(attempt_ids: Sequence[int]) -> dict[int, Presence]:
    """Return where candidates were seen last, by attempt: one read of the cache."""
    keys = {_presence_key(attempt_id): attempt_id for attempt_id in attempt_ids}
    found = cache.get_many(list(keys)) if keys else {}
    return {keys[key]: _presence(value) for key, value in found.items()}


def _presence(value: Any) -> Presence:
    seen, slot, is_away, epoch, message_id = value
    return Presence(
        seen_at=datetime.fromtimestamp(seen, tz=UTC), slot=slot, is_away=is_away, epoch=epoch, message_id=message_id
    )


def snapshot_of(*, attempt_id: int, user_id: int) -> Snapshot | None:
    """Return what a poll needs; from the cache, or by two statements. None when there is no such attempt."""
    kept = cache.get(_snapshot_key(attempt_id))
    if isinstance(kept, tuple):
        return _snapshot(kept)
    values = _read(attempt_id, user_id)
    if values is None:
        return None
    if kept is None:
        # add() and not set(): a change that is noted in this very moment stays noted.
        cache.add(_snapshot_key(attempt_id), values, SNAPSHOT_SECONDS)
    return _snapshot(values)


def _snapshot(values: tuple[Any, ...]) -> Snapshot:
    state, epoch, deadline_at, paused_at, address_ranges, messages = values
    return Snapshot(
        state=state,
        epoch=epoch,
        deadline_at=deadline_at,
        paused_at=paused_at,
        address_ranges=address_ranges,
        messages=messages,
    )


def _read(attempt_id: int, user_id: int) -> tuple[Any, ...] | None:
    row = (
        Attempt.objects.filter(pk=attempt_id, user_id=user_id)
        .values_list("state", "epoch", "deadline_at", "paused_at", "exam__address_ranges", "exam_id")
        .first()
    )
    if row is None:
        return None
    *facts, ranges, exam_id = row
    return (*facts, tuple(ranges), tuple(messages_of(attempt_id=attempt_id, exam_id=exam_id)))


_MESSAGES: KeptQuery[tuple[int, str, datetime]] = KeptQuery(
    lambda: (
        ExamMessage.objects.filter(
            Q(attempt_id=Given("attempt_id", BigIntegerField())) | Q(attempt__isnull=True),
            exam_id=Given("exam_id", BigIntegerField()),
        )
        .order_by("-id")
        .values_list("id", "text", "sent_at")[:MESSAGES_SHOWN]
    )
)


def messages_of(*, attempt_id: int, exam_id: int) -> list[tuple[int, str, datetime]]:
    """Return the latest messages to a candidate in their order: one statement."""
    return _MESSAGES.rows(attempt_id=attempt_id, exam_id=exam_id)[::-1]


def note_change(attempt_ids: Iterable[int]) -> None:
    """Let the next polls of these attempts read their rows, once the transaction is committed."""
    ids = list(attempt_ids)
    if ids:
        transaction.on_commit(lambda: forget_snapshots(ids), robust=True)


def forget_snapshots(attempt_ids: Iterable[int]) -> None:
    """Let the next polls of these attempts read their rows, from this moment on."""
    cache.set_many({_snapshot_key(attempt_id): _CHANGED for attempt_id in attempt_ids}, CHANGED_SECONDS)
