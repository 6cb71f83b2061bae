"""Storing a batch of responses: one conditional UPDATE that checks everything in its WHERE clause and returns the row.

Nothing else is read or written on the way. Only when no row was changed is the attempt read, to say why.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.schema.kept_queries import writing_in_turn
from exams.answer_files import refuse_foreign_files
from exams.delivery.hand_in import moment_of
from exams.delivery.keys import AttemptKey
from exams.delivery.prepared import run_prepared
from exams.delivery.receipts import receipt_for, receipt_of
from exams.delivery.stored import StoredBatch, store_batch
from exams.domain.times import read_seconds, seconds_text
from exams.domain.timing import remaining_seconds
from exams.models import Attempt, LateBatch

MAXIMUM_SEQ = 2_000_000_000
MAXIMUM_LATE_BATCHES = 50
"""Batches in quarantine for one attempt and reason; each carries every unacknowledged answer: the last ones say all."""


@dataclass(frozen=True, kw_only=True)
class SavedBatch:
    """What a save is answered with.

    `applied` is False for a batch that was stored before; `seq` is the stored one; `stripped` names slots from which
    characters were dropped that no database keeps.
    """

    seq: int
    saved_at: datetime | None
    remaining_seconds: int
    receipt: str
    applied: bool
    epoch: int
    deadline_at: datetime
    stripped: tuple[str, ...] = ()


class SaveRefused(Conflict):
    """The batch cannot be stored: `code` is moved, submitted, expired, paused or question_closed (one that was left
    behind); `kept` says what the server holds.
    """

    def __init__(self, message: str, *, code: str, kept: dict[str, Any]) -> None:
        super().__init__(message, code=code)
        self.kept = kept


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch as the room sent it; `flags` None leaves the flags as they are. `question_seconds` are the totals of
    each question from slot 1; whatever they are, they cost no answer.
    """

    epoch: int
    seq: int
    responses: Mapping[Any, Any] = field(default_factory=dict)
    flags: list[int] | None = None
    question_seconds: object = None


_STATEMENT = """
UPDATE exams_attempt
   SET responses = {merge}, seq = %s, saved_at = %s, flags = {flags}, save_count = save_count + 1, gaps = {gaps},
       question_seconds = COALESCE(%s, question_seconds)
 WHERE id = %s AND user_id = %s AND epoch = %s AND state = 'open' AND seq < %s AND deadline_at >= %s
   AND (position = 0 OR %s IN (0, position))
RETURNING responses, deadline_at
"""
_MERGE = {"postgresql": "responses || %s::jsonb", "sqlite": "json_patch(responses, %s)"}
_written = json.JSONEncoder(ensure_ascii=False).encode
GAP_SECONDS = 120
"""A time without a save that the record of an attempt keeps, in the same statement; 40 at most."""
_GAPS = {
    "postgresql": "CASE WHEN COALESCE(saved_at, started_at) < %s AND jsonb_array_length(gaps) < 40 "
    "THEN gaps || jsonb_build_array(jsonb_build_array(COALESCE(saved_at, started_at), %s::timestamptz)) ELSE gaps END",
    "sqlite": "CASE WHEN COALESCE(saved_at, started_at) < %s AND json_array_length(gaps) < 40 "
    "THEN json_insert(gaps, '$[#]', json_array(COALESCE(saved_at, started_at), %s)) ELSE gaps END",
}
_FLAGS = {"postgresql": "COALESCE(%s::jsonb, flags)", "sqlite": "COALESCE(%s, flags)"}


_TYPES = "jsonb, int, timestamptz, jsonb, timestamptz, timestamptz, text, bigint, bigint, int, int, timestamptz, int"
"""Of the parameters in PostgreSQL, in their order."""


@cache
def save_statement(*, vendor: str) -> str:
    """Return the one statement of a save as a database takes it; its parameters stand in `_write`."""
    return _STATEMENT.format(merge=_MERGE[vendor], flags=_FLAGS[vendor], gaps=_GAPS[vendor])


def save_responses(*, key: AttemptKey, batch: Batch, now: datetime) -> SavedBatch:
    """Store a batch under an attempt key: one statement when all is well.

    Each response replaces that slot whole. A batch whose seq is not above the stored one is answered with what is
    stored. Raises InvalidInput (unknown slot, one not shown yet, too large), NotFound, or SaveRefused; what came after
    deadline and grace, or to a closed question, is put into quarantine first.
    """
    stored, flags = _checked(key, batch)
    row = _write(key, batch, stored.responses, flags, now)
    if row is None:
        return _explain(key, batch, stored.responses, now)
    responses, deadline_at = row
    return SavedBatch(
        seq=batch.seq,
        saved_at=now,
        remaining_seconds=_remaining(deadline_at, now),
        receipt=receipt_for(
            attempt_id=key.public_id, epoch=key.epoch, seq=batch.seq, saved_at=now, responses=responses
        ),
        applied=True,
        epoch=key.epoch,
        deadline_at=deadline_at,
        stripped=stored.stripped,
    )


def _checked(key: AttemptKey, batch: Batch) -> tuple[StoredBatch, str | None]:
    """Return the batch ready for the statement."""
    if not 1 <= batch.seq <= MAXIMUM_SEQ:
        raise InvalidInput(_("seq counts the batches of an epoch from 1."), field="seq")
    if batch.epoch != key.epoch:
        raise InvalidInput(_("The epoch is not the one of the attempt key."), field="epoch")
    stored = store_batch(batch.responses, slots=key.slots)
    refuse_foreign_files(batch.responses, attempt_id=key.attempt_id)
    if batch.flags is None:
        return stored, None
    return stored, json.dumps(sorted({int(slot) for slot in batch.flags if 1 <= int(slot) <= key.slots}))


def _write(
    key: AttemptKey, batch: Batch, stored: dict[str, str], flags: str | None, now: datetime
) -> tuple[dict[str, str], datetime] | None:
    """Run the statement; None when its conditions did not hold."""
    adapt, seq = connection.ops.adapt_datetimefield_value, batch.seq
    patch, moment = _written(stored), adapt(now)
    least_deadline = adapt(now - timedelta(seconds=key.grace_seconds))
    gap = (adapt(now - timedelta(seconds=GAP_SECONDS)), moment)
    seconds = read_seconds(batch.question_seconds, slots=key.slots)
    values = [patch, seq, moment, flags, *gap, None if seconds is None else seconds_text(seconds)]
    conditions = [key.attempt_id, key.user_id, key.epoch, seq, least_deadline, _only(stored)]
    row = _send(values + conditions)
    if row is None:
        return None
    responses = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    deadline_at = moment_of(row[1])
    assert deadline_at is not None
    return responses, deadline_at


def _send(parameters: list[Any]) -> tuple[Any, ...] | None:
    """Run the statement over the connection as it is: asking first whether it lives would be a second round trip.

    Where it has died meanwhile, the statement is sent again over a new one: a batch stored twice is stored once.
    """
    connection.health_check_done = True
    try:
        return _run(parameters)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return _run(parameters)


def _run(parameters: list[Any]) -> tuple[Any, ...] | None:
    with writing_in_turn(), connection.cursor() as cursor:
        run_prepared(cursor, save_statement(vendor=connection.vendor), types=_TYPES, parameters=parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _only(stored: dict[str, str]) -> int:
    """Return the slot a batch is about: 0 for none, which fits any position, and -1 for several, which fits none."""
    return int(next(iter(stored), "0")) if len(stored) < 2 else -1


def _remaining(deadline_at: datetime, now: datetime) -> int:
    return remaining_seconds(now=now, deadline_at=deadline_at) or 0


def kept_of(attempt: Attempt, /) -> dict[str, Any]:
    """Return what the server holds of an attempt, as a refusal tells it."""
    return {
        "epoch": attempt.epoch,
        "seq": attempt.seq,
        "saved_at": attempt.saved_at.isoformat() if attempt.saved_at else None,
        "answered": sum(1 for text in attempt.responses.values() if text),
        "receipt": receipt_of(attempt),
        "state": attempt.state,
        "position": attempt.position,
        "quarantined": False,
    }


def refuse_moved(attempt: Attempt, key: AttemptKey) -> None:
    """Raise SaveRefused when the room was opened again since the key was made."""
    if attempt.epoch != key.epoch:
        raise SaveRefused(_("The exam was opened somewhere else."), code="moved", kept=kept_of(attempt))


def refuse_paused(attempt: Attempt) -> None:
    """Raise SaveRefused while the clock stands still."""
    if attempt.state == Attempt.State.PAUSED:
        message = _("The exam is paused. Your answers are kept on this device.")
        raise SaveRefused(message, code="paused", kept=kept_of(attempt))


def _explain(key: AttemptKey, batch: Batch, stored: dict[str, str], now: datetime) -> SavedBatch:
    """Say why nothing was stored: read the row once, keep a late batch."""
    attempt = Attempt.objects.filter(pk=key.attempt_id, user_id=key.user_id).first()
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    refuse_moved(attempt, key)
    if batch.seq <= attempt.seq:
        return SavedBatch(
            seq=attempt.seq,
            saved_at=attempt.saved_at,
            remaining_seconds=_remaining(attempt.deadline_at, now),
            receipt=receipt_of(attempt),
            applied=False,
            epoch=attempt.epoch,
            deadline_at=attempt.deadline_at,
        )
    refuse_paused(attempt)
    kept = kept_of(attempt)
    is_late = attempt.deadline_at < now - timedelta(seconds=key.grace_seconds)
    if is_late and attempt.submitted_by != "learner":
        kept["quarantined"] = _quarantine(attempt, batch, stored, LateBatch.Reason.LATE, now)
        raise SaveRefused(_("Time is up. What came late is kept for the invigilator."), code="expired", kept=kept)
    if attempt.submitted_by == "staff":
        # What she had written before an invigilator ended it, and could not send, is not lost: a person decides.
        kept["quarantined"] = _quarantine(attempt, batch, stored, LateBatch.Reason.ENDED, now)
        message = _("The invigilator ended the exam. What came afterwards is kept for her to decide.")
        raise SaveRefused(message, code="submitted", kept=kept)
    if attempt.state == Attempt.State.OPEN and attempt.position:
        _refuse_closed(attempt, batch, stored, kept, now)
    raise SaveRefused(_("The exam was handed in already."), code="submitted", kept=kept)


def _refuse_closed(attempt: Attempt, batch: Batch, stored: dict[str, str], kept: dict[str, Any], now: datetime) -> None:
    """Say that a batch holds more than the one open question; what differs from the record is put into quarantine."""
    later = [slot for slot in stored if int(slot) > attempt.position]
    if later:
        message = _("Question %(number)s has not been shown yet.") % {"number": later[0]}
        raise InvalidInput(message, field=f"responses.{later[0]}")
    closed = {slot: text for slot, text in stored.items() if int(slot) < attempt.position}
    if not closed:
        return
    changed = {slot: text for slot, text in closed.items() if attempt.responses.get(slot, "") != text}
    kept["closed"] = sorted(map(int, closed))
    kept["quarantined"] = bool(changed) and _quarantine(attempt, batch, changed, LateBatch.Reason.CLOSED, now)
    kept["is_settled"] = kept["quarantined"] or not changed
    raise SaveRefused(
        _("This question is closed. What came to it afterwards is kept for the invigilator."),
        code="question_closed",
        kept=kept,
    )


def _quarantine(attempt: Attempt, batch: Batch, stored: dict[str, str], reason: str, now: datetime) -> bool:
    """Keep a batch that was not stored once; False when so many are kept that this one is not."""
    if not stored:
        return False
    own = LateBatch.objects.filter(attempt=attempt)
    with transaction.atomic():
        if own.filter(reason=reason).count() >= MAXIMUM_LATE_BATCHES:
            return own.filter(epoch=batch.epoch, seq=batch.seq).exists()
        own.get_or_create(
            attempt=attempt,
            epoch=batch.epoch,
            seq=batch.seq,
            defaults={"responses": stored, "reason": reason, "received_at": now},
        )
    return True
