"""Writing the results of an attempt in one statement, whatever their number: the rows travel as one JSON parameter."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from exams.models import ItemResult

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
    "comment": "text",
    "grader": "text",
    "marker_id": "bigint",
    "lease_until_at": "timestamptz",
    "graded_at": "timestamptz",
}


def _statement() -> str:
    """Return the statement for the database at hand; every name in it is one of ours."""
    names = ", ".join(_COLUMNS)
    if connection.vendor == "postgresql":
        fields = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
        source = f"SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS given({fields})"  # noqa: S608 - our names
    else:
        values = ", ".join(f"json_extract(value, '$.{name}')" for name in _COLUMNS)
        source = f"SELECT {values} FROM json_each(%s) WHERE true"  # noqa: S608 - our names
    return f"INSERT INTO exams_itemresult ({names}) {source} ON CONFLICT (attempt_id, slot) DO NOTHING"


def _plain(row: ItemResult) -> dict[str, Any]:
    """Return a row as JSON values the database understands."""
    plain: dict[str, Any] = {}
    for name, kind in _COLUMNS.items():
        value = getattr(row, name)
        if value is not None and kind == "numeric":
            value = str(value)
        elif value is not None and kind == "timestamptz":
            value = str(connection.ops.adapt_datetimefield_value(value))
        plain[name] = value
    return plain


def write_results(rows: Sequence[ItemResult]) -> None:
    """Insert the results; a slot that has a result keeps it. One statement."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [json.dumps([_plain(row) for row in rows])])
