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
    parts: list[dict[str, Any]]
    grader: str
    graded_at: datetime | None


_COLUMNS = {
    "attempt_id": "bigint",
    "slot": "integer",
    "exam_id": "bigint",
    "user_id": "bigint",
    "question_id": "bigint",
    "version_id": "bigint",
    "topic_id": "bigint",
    "state": "text",
    "fraction": "double precision",
    "mark": "numeric",
    "maximum": "numeric",
    "parts": "jsonb",
    "grader": "text",
    "graded_at": "timestamptz",
}


def _statement() -> str:
    """Return the statement for the database at hand; every name in it is one of ours."""
    names = ", ".join(_COLUMNS)
    if connection.vendor == "postgresql":
        fields = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
        source = f"SELECT {names}, '' FROM jsonb_to_recordset(%s::jsonb) AS given({fields})"  # noqa: S608 - our names
    else:
        values = ", ".join(f"json_extract(value, '$.{name}')" for name in _COLUMNS)
        source = f"SELECT {values}, '' FROM json_each(%s) WHERE true"  # noqa: S608 - our names
    return f"INSERT INTO exams_itemresult ({names}, comment) {source} ON CONFLICT (attempt_id, slot) DO NOTHING"


def _plain(row: NewResult) -> dict[str, Any]:
    """Return a row as JSON values the database understands."""
    return {
        "attempt_id": row.attempt_id,
        "slot": row.slot,
        "exam_id": row.exam_id,
        "user_id": row.user_id,
        "question_id": row.question_id,
        "version_id": row.version_id,
        "topic_id": row.topic_id,
        "state": row.state,
        "fraction": row.fraction,
        "mark": None if row.mark is None else str(row.mark),
        "maximum": str(row.maximum),
        "parts": row.parts,
        "grader": row.grader,
        "graded_at": None if row.graded_at is None else str(connection.ops.adapt_datetimefield_value(row.graded_at)),
    }


def write_results(rows: Sequence[NewResult]) -> None:
    """Insert the results; a slot that has a result keeps it. One statement."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [json.dumps([_plain(row) for row in rows])])
