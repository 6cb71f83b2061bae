"""The statements of a submission, written out once: handing in, what grading reads, and what it found.

They say what the ORM would say; building it anew for each of a thousand candidates who hand in together costs more
than the database takes to answer.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils.dateparse import parse_datetime

from exams.models import Attempt, Exam

_Row = TypeVar("_Row", bound=Model)

_HAND_IN = """
UPDATE exams_attempt
   SET state = 'submitted',
       submitted_at = CASE WHEN deadline_at < %s THEN deadline_at ELSE %s END,
       submitted_by = CASE WHEN deadline_at < %s THEN 'time' ELSE 'learner' END
 WHERE {name} = %s AND user_id = %s AND state IN ('open', 'paused')
   AND (reopened_at IS NULL OR epoch = COALESCE(%s, epoch))
RETURNING id, public_id, exam_id, user_id, epoch, paper, responses, released_at, reopened_at
"""
_EXAM = """
SELECT id, grading_policy, decisions, pass_percent, release, released_at, closes_at FROM exams_exam WHERE id = %s
"""
_OUTCOME = ("state", "passed", "maximum", "graded_at", "score", "percent")
_TAKE_OUTCOME = """
UPDATE exams_attempt
   SET state = %s, passed = %s, maximum = %s, graded_at = %s, score = %s, percent = %s,
       released_at = COALESCE(%s, released_at)
 WHERE id = %s AND state = 'submitted' AND epoch = %s
"""


def hand_in(*, user_id: int, attempt_id: int | UUID, epoch: int | None, now: datetime) -> Attempt | None:
    """Move the learner's running attempt (id or public id) to submitted and return it as grading needs it; None where
    there is none to be moved. One statement; joins the caller's transaction.

    After the deadline it counts as handed in by time, at the deadline that stands in this very moment. An attempt that
    was opened again is handed in only by whoever has its present `epoch`, or names none.
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    name, identity = "id", attempt_id
    if not isinstance(attempt_id, int):
        name, identity = "public_id", Attempt._meta.get_field("public_id").get_db_prep_value(attempt_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(_HAND_IN.format(name=name), [moment, moment, moment, identity, user_id, epoch])
        rows = cursor.fetchall()
    if not rows:
        return None
    pk, public_id, exam_id, user_id, epoch, paper, responses, released_at, reopened_at = rows[0]
    return _loaded(
        Attempt,
        id=pk,
        public_id=public_id if isinstance(public_id, UUID) else UUID(public_id),
        exam_id=exam_id,
        user_id=user_id,
        state=Attempt.State.SUBMITTED,
        epoch=epoch,
        paper=json.loads(paper),
        responses=json.loads(responses),
        released_at=moment_of(released_at),
        reopened_at=moment_of(reopened_at),
    )


def exam_for_grading(exam_id: int) -> Exam:
    """Return an exam with the fields that grading and release read: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_EXAM, [exam_id])
        pk, policy, decisions, pass_percent, release, released_at, closes_at = cursor.fetchone()
    return _loaded(
        Exam,
        id=pk,
        grading_policy=json.loads(policy),
        decisions=json.loads(decisions),
        pass_percent=Decimal(str(pass_percent)),
        release=release,
        released_at=moment_of(released_at),
        closes_at=moment_of(closes_at),
    )


def take_outcome(*, attempt_id: int, epoch: int, outcome: Mapping[str, Any]) -> bool:
    """Write what grading found into an attempt that is still as it was handed in; False where it is not. `released_at`
    stays what it is where the outcome does not name it. One statement; joins the caller's transaction.
    """
    adapt = connection.ops.adapt_datetimefield_value
    values = [str(value) if isinstance(value, Decimal | str) else value for value in map(outcome.get, _OUTCOME)]
    values = [adapt(value) if isinstance(value, datetime) else value for value in values]
    released_at = outcome.get("released_at")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OUTCOME, [*values, released_at and adapt(released_at), attempt_id, epoch])
        return bool(cursor.rowcount)


def _loaded(model: type[_Row], **values: Any) -> _Row:
    """Return a row as the ORM would with only(): fields that were not read are read when they are asked for."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(connection.alias, names, [values[name] for name in names])


def moment_of(value: Any) -> datetime | None:
    """Return a moment from a raw statement: SQLite hands out text in UTC."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else parse_datetime(str(value))
    assert moment is not None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
