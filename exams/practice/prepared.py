"""Statements of the practice room's hot path, written once: Django compiles a query anew each time it is asked, which
takes several times as long as asking it. What comes back are ordinary rows of the models.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models.query import get_related_populators

_STAND_IN = -7_919_000_000
"""The first of the numbers that stand for parameters while a query is compiled; no id is negative."""


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """One compiled query: its text, its parameters with stand-ins, and how its rows become objects."""

    sql: str
    parameters: tuple[Any, ...]
    model: type[models.Model]
    names: tuple[str, ...]
    own: slice
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]
    populators: Sequence[Any]
    annotations: tuple[tuple[str, int], ...]


class PreparedSelect:
    """A query whose parameters are whole numbers, compiled once for each database and number of parameters.

    `build` returns the query for some numbers; it may select related rows and defer columns.
    """

    def __init__(self, build: Callable[[Sequence[int]], models.QuerySet[Any]]) -> None:
        self.build = build
        self._plans: dict[tuple[str, int], _Plan] = {}

    def rows(self, *numbers: int) -> list[Any]:
        """Ask with these numbers: one statement."""
        plan = self._plans.get((connection.vendor, len(numbers)))
        if plan is None:
            plan = self._plans[connection.vendor, len(numbers)] = self._compiled(len(numbers))
        parameters = [
            numbers[_STAND_IN - value] if isinstance(value, int) and value <= _STAND_IN else value
            for value in plan.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, parameters)
            return [_object(plan, list(row)) for row in cursor.fetchall()]

    def _compiled(self, count: int) -> _Plan:
        query = self.build([_STAND_IN - place for place in range(count)]).query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        info = compiler.klass_info
        assert info is not None
        first, last = info["select_fields"][0], info["select_fields"][-1]
        found = compiler.get_converters([column[0] for column in compiler.select])
        return _Plan(
            sql=sql,
            parameters=tuple(parameters),
            model=info["model"],
            names=tuple(column[0].target.attname for column in compiler.select[first : last + 1]),
            own=slice(first, last + 1),
            converters=tuple((place, convert, expression) for place, (convert, expression) in found.items()),
            annotations=tuple(compiler.annotation_col_map.items()),
            populators=get_related_populators(info, compiler.select, connection.alias),  # type: ignore[call-arg] # the stubs are those of a later Django
        )


def _object(plan: _Plan, row: list[Any]) -> Any:
    for place, convert, expression in plan.converters:
        value = row[place]
        for one in convert:
            value = one(value, expression, connection)
        row[place] = value
    found = plan.model.from_db(connection.alias, plan.names, row[plan.own])
    for populator in plan.populators:
        populator.populate(row, found)
    for name, place in plan.annotations:
        setattr(found, name, row[place])
    return found


def insert(row: models.Model) -> bool:
    """Insert a row and give it its id: one statement. False where a unique constraint stands against it, and nothing is
    changed; the transaction goes on."""
    sql, fields = _insert_sql(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        made = cursor.fetchone()
    if made is None:
        return False
    row.pk = made[0]
    row._state.adding, row._state.db = False, connection.alias
    return True


def update(row: models.Model, names: tuple[str, ...]) -> None:
    """Write some fields of a row: one statement."""
    sql, fields = _update_sql(type(row), names, connection.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, row.pk])


@lru_cache
def _insert_sql(model: type[models.Model], _vendor: str) -> tuple[str, tuple[Any, ...]]:
    quote = connection.ops.quote_name
    fields = tuple(field for field in model._meta.concrete_fields if not field.primary_key)
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key = quote(model._meta.pk.column)
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - our own names
    return f"{sql} ON CONFLICT DO NOTHING RETURNING {key}", fields


@lru_cache
def _update_sql(model: type[models.Model], names: tuple[str, ...], _vendor: str) -> tuple[str, tuple[Any, ...]]:
    quote = connection.ops.quote_name
    fields = tuple(model._meta.get_field(name) for name in names)
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    key = quote(model._meta.pk.column)
    return f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {key} = %s", fields  # noqa: S608 - as above
