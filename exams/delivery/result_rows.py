"""Writing the results of an attempt in one statement, whatever their number: the rows travel as one JSON parameter."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResult:
    """A row of exams_itemresult about to be inserted; its columns mean what they mean in ItemResult."""

    attempt_id: int
    slot: int
    exam_id: int
    user_id: int
    question_id: int
    version_id: int
    topic_id: int | None
    state: str
    fraction: float | None
    mark: Decimal | None
    maximum: Decimal
    parts: list[Any]
    grader: str
    graded_at: datetime | None


_OWN = {
    "slot": "integer",
    "question_id": "bigint",
    "version_id": "bigint",
    "topic_id": "bigint",
    "state": "text",
    "fraction": "double precision",
    "mark": "numeric",
    "maximum": "numeric",
    "parts": "text",
    "grader": "text",
    "graded_at": "timestamptz",
}
"""What differs from result to result of an attempt, and how PostgreSQL reads it."""


def _statement(vendor: str) -> str:
    """Return the statement for a database; every name in it is one of ours."""
    names = ", ".join(_OWN)
    if vendor == "postgresql":
        fields = ", ".join(f"{name} {kind}" for name, kind in _OWN.items())
        values, source = names, f"jsonb_to_recordset(%s::jsonb) AS given({fields})"
    else:
        values, source = ", ".join(f"json_extract(value, '$.{name}')" for name in _OWN), "json_each(%s)"
    return (
        f"INSERT INTO exams_itemresult (attempt_id, exam_id, user_id, {names}, comment) "  # noqa: S608 - our names
        f"SELECT %s, %s, %s, {values}, '' FROM {source} WHERE true ON CONFLICT (attempt_id, slot) DO NOTHING"
    )


_STATEMENTS = {vendor: _statement(vendor) for vendor in ("postgresql", "sqlite")}
_to_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def _plain(row: NewResult, graded_at: str | None) -> dict[str, Any]:
    """Return what is the row's own as JSON values the database understands."""
    return {
        "slot": row.slot,
        "question_id": row.question_id,
        "version_id": row.version_id,
        "topic_id": row.topic_id,
        "state": row.state,
        "fraction": row.fraction,
        "mark": None if row.mark is None else str(row.mark),
        "maximum": str(row.maximum),
        "parts": _to_json(row.parts),
        "grader": row.grader,
        "graded_at": graded_at,
    }


def write_results(rows: Sequence[NewResult]) -> None:
    """Insert the results of one attempt; a slot that has a result keeps it. One statement."""
    if not rows:
        return
    adapt = connection.ops.adapt_datetimefield_value
    moments = {moment: moment and str(adapt(moment)) for moment in {row.graded_at for row in rows}}
    plain = _to_json([_plain(row, moments[row.graded_at]) for row in rows])
    first = rows[0]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[connection.vendor], [first.attempt_id, first.exam_id, first.user_id, plain])
