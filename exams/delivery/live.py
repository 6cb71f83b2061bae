"""What a room is told every few seconds: clock, state, messages. An idle poll reads no row."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from exams.delivery.access import is_address_allowed
from exams.delivery.keys import AttemptKey
from exams.delivery.presence import Presence, Snapshot, forget_snapshots, note_presence, snapshot_of
from exams.delivery.signals import note_signal
from exams.domain.integrity import SignalKind
from exams.domain.timing import remaining_seconds

ONCE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAnswer:
    """How an attempt stands: `has_moved` when another page writes now, `tag` changes when anything but the clock
    does.
    """

    state: str
    deadline_at: datetime
    remaining_seconds: int
    has_moved: bool
    messages: tuple[tuple[int, str, datetime], ...]
    tag: str


def live_answer(
    *, key: AttemptKey, slot: int, is_away: bool, message_id: int, now: datetime, address: str = ""
) -> LiveAnswer:
    """Note where the candidate is and return how her attempt stands. NotFound for an unknown attempt.

    A page that was overtaken by another and still asks proves that two are open at once: that is noted, once for each
    page, and it does not count as the candidate's place. So is an address outside those of the exam, once for each:
    nothing is refused for it.
    """
    snapshot = snapshot_of(attempt_id=key.attempt_id, user_id=key.user_id)
    if snapshot is not None and snapshot.epoch < key.epoch:
        # The room was opened again since the snapshot was made.
        forget_snapshots([key.attempt_id])
        snapshot = snapshot_of(attempt_id=key.attempt_id, user_id=key.user_id)
    if snapshot is None:
        raise NotFound(_("There is no such attempt."))
    has_moved = snapshot.epoch > key.epoch
    if has_moved:
        _note_second(key, now)
    else:
        place = Presence(seen_at=now, slot=slot, is_away=is_away, epoch=key.epoch, message_id=message_id)
        note_presence(attempt_id=key.attempt_id, presence=place)
        if snapshot.state in {"open", "paused"}:
            note_address(attempt_id=key.attempt_id, address=address, ranges=snapshot.address_ranges, now=now)
    return LiveAnswer(
        state=snapshot.state,
        deadline_at=snapshot.deadline_at,
        remaining_seconds=_remaining(snapshot, now),
        has_moved=has_moved,
        messages=snapshot.messages,
        tag=_tag(snapshot, has_moved=has_moved),
    )


def _remaining(snapshot: Snapshot, now: datetime) -> int:
    """Return the seconds left; the clock of a paused attempt stands where it was stopped."""
    return remaining_seconds(now=snapshot.paused_at or now, deadline_at=snapshot.deadline_at) or 0


def _tag(snapshot: Snapshot, *, has_moved: bool) -> str:
    last = snapshot.messages[-1][0] if snapshot.messages else 0
    text = f"{snapshot.state}/{snapshot.deadline_at.timestamp()}/{snapshot.paused_at}/{last}/{has_moved}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]


def _device_key(attempt_id: int, epoch: int) -> str:
    return f"exams.device:{attempt_id}:{epoch}"


def remember_device(*, attempt_id: int, epoch: int, device: str) -> None:
    """Remember which device opened the room in an epoch, so that a second page can be told from a second device."""
    cache.set(_device_key(attempt_id, epoch), device, ONCE_SECONDS)
    forget_snapshots([attempt_id])


def note_address(*, attempt_id: int, address: str, ranges: Sequence[str], now: datetime) -> None:
    """Take down that an attempt goes on from an address outside the allowed ranges, once for each such address.

    The address itself is not kept. The caller has made sure that the attempt is under way.
    """
    if not ranges or not address or is_address_allowed(address=address, ranges=list(ranges)):
        return
    place = hashlib.sha256(f"{attempt_id}/{address}".encode()).hexdigest()[:16]
    if cache.add(f"exams.address:{attempt_id}:{place}", 1, ONCE_SECONDS):
        note_signal(attempt_id=attempt_id, kind=SignalKind.OTHER_ADDRESS, now=now)


def _note_second(key: AttemptKey, now: datetime) -> None:
    if not cache.add(f"exams.second:{key.attempt_id}:{key.epoch}", 1, ONCE_SECONDS):
        return
    known = cache.get_many([_device_key(key.attempt_id, epoch) for epoch in (key.epoch, key.epoch + 1)])
    is_other = len(set(known.values())) > 1
    kind = SignalKind.SECOND_DEVICE if is_other else SignalKind.SECOND_PAGE
    note_signal(attempt_id=key.attempt_id, kind=kind, now=now)
