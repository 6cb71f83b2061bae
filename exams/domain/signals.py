"""Signals of a room as it reports them: what is believed of them, where they lie in time, and how they are added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from exams.domain.integrity import SignalKind

LONGEST_SECONDS = 86_400
LARGEST_LENGTH = 1_000_000
EPOCHS_REMEMBERED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSignal:
    """One signal as a room reports it.

    `number` counts the signals of one opening of the room (`epoch`) from 1; `client_at` is the device's own clock;
    `seconds` how long it lasted, `length` how many characters it was about, `slot` the question (0: none).
    """

    epoch: int
    number: int
    kind: SignalKind
    client_at: datetime
    seconds: int = 0
    length: int = 0
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSignal:
    """A signal with the moment at which it happened by the server's clock."""

    epoch: int
    number: int
    kind: SignalKind
    happened_at: datetime
    client_at: datetime
    seconds: int
    length: int
    slot: int


def place_signals(
    reported: Sequence[ReportedSignal],
    /,
    *,
    heard: Mapping[str, int],
    allowed: frozenset[SignalKind],
    newest_epoch: int,
    client_now: datetime,
    now: datetime,
    not_before: datetime,
    not_after: datetime,
) -> list[PlacedSignal]:
    """Return the signals that are new and of an allowed kind, placed in time, in their order.

    A device whose clock is wrong by an hour is corrected by what it took for now. Moments are kept between the start
    of the attempt and its end, durations and lengths within sane bounds: nothing a page invents can be absurd.
    """
    offset = now - client_now
    seen = {int(epoch): number for epoch, number in heard.items()}
    placed = []
    for signal in sorted(reported, key=lambda one: (one.epoch, one.number)):
        if not 1 <= signal.epoch <= newest_epoch or signal.number <= seen.get(signal.epoch, 0):
            continue
        seen[signal.epoch] = signal.number
        if signal.kind not in allowed:
            continue
        happened_at = min(max(_shifted(signal.client_at, offset), not_before), not_after)
        longest = max(0, int((not_after - not_before).total_seconds()))
        placed.append(
            PlacedSignal(
                epoch=signal.epoch,
                number=signal.number,
                kind=signal.kind,
                happened_at=happened_at,
                client_at=signal.client_at,
                seconds=max(0, min(signal.seconds, longest, LONGEST_SECONDS)),
                length=max(0, min(signal.length, LARGEST_LENGTH)),
                slot=max(0, signal.slot),
            )
        )
    return placed


def _shifted(moment: datetime, offset: timedelta) -> datetime:
    try:
        return moment + offset
    except OverflowError:
        return moment


def heard_after(
    reported: Sequence[ReportedSignal], /, *, heard: Mapping[str, int], newest_epoch: int
) -> dict[str, int]:
    """Return the last number heard of each opening of the room; the latest openings are remembered."""
    after = {int(epoch): number for epoch, number in heard.items()}
    for signal in reported:
        if 1 <= signal.epoch <= newest_epoch:
            after[signal.epoch] = max(after.get(signal.epoch, 0), signal.number)
    kept = sorted(after)[-EPOCHS_REMEMBERED:]
    return {str(epoch): after[epoch] for epoch in kept}


def add_to_counts(counts: Mapping[str, Any], placed: Sequence[PlacedSignal], /) -> dict[str, dict[str, int]]:
    """Return the sums by kind (count, seconds, length) with these signals added."""
    sums = {kind: dict(values) for kind, values in counts.items()}
    for signal in placed:
        own = sums.setdefault(signal.kind.value, {"count": 0, "seconds": 0, "length": 0})
        own["count"] += 1
        own["seconds"] += signal.seconds
        own["length"] += signal.length
    return sums
