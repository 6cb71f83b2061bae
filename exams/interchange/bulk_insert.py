"""Inserting many plain rows: values made ready once where they are the same for all, and before the transaction begins.

Django's bulk_create spends five times as long on values that need no conversion; an import of 100,000 questions writes
400,000 rows. PostgreSQL takes them by COPY, which neither side has to put together or read as a statement.
"""

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from edu.core.clock import now_utc

_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)
_EMPTY = {"list": "[]", "dict": "{}"}
_as_json = json.JSONEncoder(ensure_ascii=False).encode
"""Without escapes: six characters for one of Chinese, which COPY would write twice and PostgreSQL read back."""


class JsonText(str):
    """JSON that is text already."""

    __slots__ = ()


def _json_text(value: Any) -> str | None:
    """Return JSON as both databases take it; most lists of an import are empty."""
    if value is None or type(value) is JsonText:
        return value
    return _as_json(value) if value else _EMPTY.get(type(value).__name__) or _as_json(value)


def _preparing(field: models.Field) -> Callable[[Any], Any] | None:
    """Return how a value of a field is made ready for the database; None where it is ready as it is."""
    if isinstance(field, models.JSONField):
        return _json_text
    if isinstance(field, _PLAIN):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _copied(value: Any) -> str:
    """Return a value as the text form of COPY writes it: https://www.postgresql.org/docs/current/sql-copy.html."""
    if value is None:
        return r"\N"
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", r"\\")
    if "\n" in text or "\r" in text or "\t" in text:
        text = text.replace("\n", r"\n").replace("\r", r"\r").replace("\t", r"\t")
    return text


@dataclass(frozen=True, slots=True)
class PreparedRows:
    """Rows made ready for one table: the columns and the values in their order."""

    table: str
    columns: tuple[str, ...]
    values: Sequence[tuple[Any, ...]]

    def __len__(self) -> int:
        return len(self.values)

    def with_keys(self, keys: Mapping[str, Sequence[int]]) -> "PreparedRows":
        """Return the rows with further columns, whose values are known only now."""
        values = [(*found, *row) for *found, row in zip(*keys.values(), self.values, strict=True)]
        return PreparedRows(self.table, (*keys, *self.columns), values)

    def insert(self) -> None:
        """Insert the rows. The caller holds the transaction."""
        if not self.values:
            return
        name = connection.ops.quote_name
        target = f"{name(self.table)} ({', '.join(map(name, self.columns))})"
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                row = ", ".join(["%s"] * len(self.columns))
                cursor.executemany(f"INSERT INTO {target} VALUES ({row})", self.values)  # noqa: S608 - our own
                return
            lines = "".join(["\t".join(map(_copied, values)) + "\n" for values in self.values]).encode()
            with connection.wrap_database_errors:
                # In one piece: between two the thread would wait for its turn at the interpreter, 5 ms each time.
                cursor.copy_expert(f"COPY {target} FROM STDIN", io.BytesIO(lines), len(lines) + 1)


def prepare_rows(
    model: type[models.Model], rows: Iterable[Mapping[str, Any]], *, later: Sequence[str] = ()
) -> PreparedRows:
    """Return rows ready to be inserted, given as values by column (`bank_id`, not `bank`), all with the same columns.

    What they leave out gets the field's default, moments that are set by themselves the present; the columns `later`
    come by `with_keys`.
    """
    rows = list(rows)
    if not rows:
        return PreparedRows(model._meta.db_table, (), ())
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.column not in later and (not field.primary_key or field.attname in rows[0])
    ]
    given = [field for field in fields if field.attname in rows[0]]
    others = [field for field in fields if field.attname not in rows[0]]
    same = tuple(_default(field) for field in others)
    columns: list[Iterable[Any]] = []
    for field in given:
        attname, prepare = field.attname, _preparing(field)
        values = [row[attname] for row in rows]
        columns.append(values if prepare is None else map(prepare, values))
    ready = [(*values, *same) for values in zip(*columns, strict=True)]
    return PreparedRows(model._meta.db_table, tuple(field.column for field in (*given, *others)), ready)


def _default(field: models.Field) -> Any:
    value = (
        now_utc() if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) else field.get_default()
    )
    return _json_text(value) if isinstance(field, models.JSONField) else field.get_db_prep_save(value, connection)


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """Return primary keys that no other row gets. The caller holds the transaction, which on SQLite is the only one
    that writes."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            last = (cursor.fetchone() or (0,))[0]
            return list(range(last + 1, last + 1 + count))
        cursor.execute(
            "SELECT array_agg(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)",
            [connection.ops.quote_name(table), count],
        )
        return list(cursor.fetchone()[0] or ())
