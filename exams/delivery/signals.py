"""Taking down what was noticed during an attempt. Off the hot path: a save neither waits for this nor knows of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, NotFound
from exams.delivery.keys import AttemptKey
from exams.domain.integrity import Integrity, SignalKind
from exams.domain.signals import PlacedSignal, ReportedSignal, add_to_counts, heard_after, place_signals
from exams.models import Attempt, AttemptDevice, AttemptSignal, SignalTally

MAXIMUM_KEPT = 200
"""Single signals kept of one attempt; further ones are added up only."""
MAXIMUM_REPORTED = 100
"""Signals in one report."""
TRIES = 5
RETENTION_BATCH = 5_000


def report_signals(*, key: AttemptKey, reported: Sequence[ReportedSignal], client_now: datetime, now: datetime) -> int:
    """Take down what a room noticed; return how many signals were new and of a kind that the exam logs.

    Signals heard before are passed over, so a report may be sent again. Those of an earlier page of the same attempt
    are taken as well. NotFound for an unknown attempt.
    """
    attempt = (
        Attempt.objects.filter(pk=key.attempt_id, user_id=key.user_id)
        .select_related("exam")
        .only("id", "epoch", "started_at", "submitted_at", "exam__integrity")
        .first()
    )
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    allowed = Integrity.from_fields(attempt.exam.integrity).reported
    until = min(now, attempt.submitted_at or now)

    def place(tally: SignalTally) -> list[PlacedSignal]:
        return place_signals(
            reported[:MAXIMUM_REPORTED],
            heard=tally.heard,
            allowed=allowed,
            newest_epoch=attempt.epoch,
            client_now=client_now,
            now=now,
            not_before=attempt.started_at,
            not_after=max(until, attempt.started_at),
        )

    def heard(tally: SignalTally) -> dict[str, int]:
        return heard_after(reported[:MAXIMUM_REPORTED], heard=tally.heard, newest_epoch=attempt.epoch)

    return _add(attempt_id=attempt.pk, place=place, heard=heard, now=now)


def note_signal(*, attempt_id: int, kind: SignalKind, now: datetime, client_at: datetime | None = None) -> None:
    """Take down something that the server noticed by itself."""
    signal = PlacedSignal(
        epoch=0, number=0, kind=kind, happened_at=now, client_at=client_at or now, seconds=0, length=0, slot=0
    )
    _add(attempt_id=attempt_id, place=lambda tally: [signal], heard=lambda tally: tally.heard, now=now)


def _add(*, attempt_id: int, place: Any, heard: Any, now: datetime) -> int:
    """Add signals to an attempt by compare-and-set on its tally; two reports at once both count."""
    for _try in range(TRIES):
        tally = SignalTally.objects.filter(attempt_id=attempt_id).first()
        if tally is None:
            try:
                with transaction.atomic():
                    tally = SignalTally.objects.create(attempt_id=attempt_id)
            except IntegrityError:
                continue
        placed = place(tally)
        if not placed and heard(tally) == tally.heard:
            return 0
        kept = placed[: max(0, MAXIMUM_KEPT - tally.kept)]
        fields: dict[str, Any] = {"version": tally.version + 1, "heard": heard(tally)}
        if placed:
            moments = [signal.happened_at for signal in placed]
            fields |= {
                "counts": add_to_counts(tally.counts, placed),
                "kept": tally.kept + len(kept),
                "last_at": max([*moments, tally.last_at] if tally.last_at else moments),
            }
        with transaction.atomic():
            changed = SignalTally.objects.filter(attempt_id=attempt_id, version=tally.version).update(**fields)
            if changed:
                AttemptSignal.objects.bulk_create(_row(attempt_id, signal, now) for signal in kept)
                return len(placed)
    raise Conflict(_("Too much at once. Send it again."))


def _row(attempt_id: int, signal: PlacedSignal, now: datetime) -> AttemptSignal:
    return AttemptSignal(
        attempt_id=attempt_id,
        epoch=signal.epoch,
        kind=signal.kind.value,
        happened_at=signal.happened_at,
        client_at=signal.client_at if signal.epoch else None,
        received_at=now,
        duration_seconds=signal.seconds,
        length=signal.length,
        slot=signal.slot,
    )


def forget_old_signals(*, now: datetime, days: int) -> int:
    """Remove the signals of exams that closed more than `days` days ago; return how many attempts lost theirs.

    An attempt that an accommodation or an extension let run later waits for its own deadline as well.
    """
    before = now - timedelta(days=days)
    old = SignalTally.objects.filter(attempt__exam__closes_at__lt=before, attempt__deadline_at__lt=before)
    done = 0
    while ids := list(old.values_list("attempt_id", flat=True)[:RETENTION_BATCH]):
        with transaction.atomic():
            AttemptSignal.objects.filter(attempt_id__in=ids).delete()
            SignalTally.objects.filter(attempt_id__in=ids).delete()
        done += len(ids)
    return done


def forget_signals_of(*, user_id: int) -> None:
    """Remove the signals of a person, and the devices she sat on; her answers and marks are another matter."""
    with transaction.atomic():
        AttemptSignal.objects.filter(attempt__user_id=user_id).delete()
        SignalTally.objects.filter(attempt__user_id=user_id).delete()
        AttemptDevice.objects.filter(attempt__user_id=user_id).delete()


def describe_signals(*, user_id: int) -> list[dict[str, Any]]:
    """Return what was noticed during the person's attempts, for the download of her data."""
    rows = AttemptSignal.objects.filter(attempt__user_id=user_id).select_related("attempt__exam").order_by("id")
    return [
        {
            "exam": row.attempt.exam.title,
            "attempt": row.attempt.number,
            "kind": row.kind,
            "happened_at": row.happened_at.isoformat(),
            "received_at": row.received_at.isoformat(),
            "duration_seconds": row.duration_seconds,
            "length": row.length,
            "question": row.slot or None,
        }
        for row in rows.only(
            "kind", "happened_at", "received_at", "duration_seconds", "length", "slot", "attempt__number",
            "attempt__exam__title",
        )
    ]  # fmt: skip
