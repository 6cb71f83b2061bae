"""Writing many rows in one statement: their new values travel as one JSON parameter."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models

from exams.models.json_text import JSONTextField

KINDS = {
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "PositiveIntegerField": "integer",
    "CharField": "text",
    "TextField": "text",
    "FloatField": "double precision",
    "DecimalField": "numeric",
    "JSONField": "jsonb",
    "DateTimeField": "timestamptz",
    "BooleanField": "boolean",
}


def update_rows(
    model: type[models.Model], *, keys: Sequence[str], fields: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Set `fields` of the rows that `keys` name, each as its mapping says. One statement; nothing without rows."""
    if not rows:
        return
    columns_of = {name: model._meta.get_field(name) for name in (*keys, *fields)}
    kinds = {name: KINDS[field.get_internal_type()] for name, field in columns_of.items()}
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        source = f"jsonb_to_recordset(%s::jsonb) AS given({columns})"
    else:
        columns = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in kinds)
        source = f"(SELECT {columns} FROM json_each(%s)) AS given"  # noqa: S608 - names of our own models
    setting = ", ".join(f"{name} = given.{name}" for name in fields)
    where = " AND ".join(f"{table}.{name} = given.{name}" for name in keys)
    payload = json.dumps([{name: _plain(row[name], field) for name, field in columns_of.items()} for row in rows])
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {setting} FROM {source} WHERE {where}", [payload])  # noqa: S608 - our names


def _plain(value: Any, field: Any) -> Any:
    if isinstance(field, JSONTextField):
        return field.get_prep_value(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return value
