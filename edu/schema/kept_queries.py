"""Queries of the hot pages, put into SQL once for each process.

Django builds a query anew each time it is asked: for a row that is found by its key that takes longer than the
database does. A kept query is built once with places in it, and each time after only the values are put in. What it
returns is what the query would have returned: rows of models, with what was joined, or tuples of a `values_list`.
Rows are written the same way: `insert_row` and `update_row`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import BooleanField, Expression, F, Field, Func, QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators

RowT = TypeVar("RowT")
Row = Sequence[Any]


# -- in turn ----------------------------------------------------------------------------------------
def writing_in_turn() -> AbstractContextManager[None]:
    """Return what a single statement that writes, outside of a transaction, waits in where writers queue (SQLite)."""
    in_turn: Callable[[], AbstractContextManager[None]] = getattr(connection, "in_turn", nullcontext)
    return in_turn()


# -- asking -----------------------------------------------------------------------------------------
class Given(Expression):
    """A place in a kept query: the value of that name, written as `field` writes it. Lists: GivenAmong."""

    def __init__(self, name: str, field: "Field | _Ids") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return a placeholder, and this place as what is to be put there."""
        return "%s", (self,)


class GivenAmong(Func):
    """A condition of a kept query: the column `path` is among the whole numbers given under a name, none or any."""

    output_field = BooleanField()

    def __init__(self, path: str, name: str) -> None:
        super().__init__(F(path), Given(name, _Ids()))

    def as_sql(self, compiler: Any, connection: Any, *_template: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison with an array, or with a list of JSON."""
        column, given = self.get_source_expressions()
        sql, parameters = compiler.compile(column)
        among = "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
        return f"{sql} {among}", (*parameters, given)


class _Ids(Field):
    """Whole numbers as one parameter."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return an array for PostgreSQL, JSON for SQLite."""
        numbers = [int(number) for number in value]
        return numbers if connection.vendor == "postgresql" else json.dumps(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A query as SQL of one kind of database: what is put into it, and what becomes of a row."""

    sql: str
    parameters: tuple[Any, ...]
    read: Callable[[Row], Any]


class KeptQuery(Generic[RowT]):
    """A query that `build` returns once, with a `Given` for each value: of models, or a `values_list` of tuples."""

    def __init__(self, build: Callable[[], QuerySet[Any, RowT]]) -> None:
        self.build = build
        self.plans: dict[str, _Plan] = {}

    def rows(self, **given: Any) -> list[RowT]:
        """Return the rows for these values: one statement."""
        plan = self.plans.get(connection.vendor)
        if plan is None:
            plan = self.plans[connection.vendor] = _planned(self.build())
        parameters = [
            one.output_field.get_db_prep_value(given[one.name], connection) if isinstance(one, Given) else one
            for one in plan.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, parameters)
            return [plan.read(row) for row in cursor.fetchall()]

    def first(self, **given: Any) -> RowT | None:
        """Return the first row for these values, None without; `build` says with [:1] that no more is wanted."""
        return next(iter(self.rows(**given)), None)


def _planned(queryset: QuerySet[Any, Any]) -> _Plan:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    found = compiler.get_converters([column[0] for column in compiler.select])
    converters = [(place, convert, expression) for place, (convert, expression) in found.items()]
    is_tuples = issubclass(queryset._iterable_class, ValuesListIterable)
    assert is_tuples or queryset._iterable_class is ModelIterable, "a kept query is of models, or a values_list"
    read = _tuple_reader(converters) if is_tuples else _model_reader(compiler, converters)
    return _Plan(sql=sql, parameters=tuple(parameters), read=read)


def _converted(row: Row, converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]) -> list[Any]:
    values = list(row)
    for place, convert, expression in converters:
        value = values[place]
        for one in convert:
            value = one(value, expression, connection)
        values[place] = value
    return values


def _tuple_reader(converters: Sequence[Any]) -> Callable[[Row], Any]:
    return (lambda row: tuple(_converted(row, converters))) if converters else tuple


def _model_reader(compiler: Any, converters: Sequence[Any]) -> Callable[[Row], Any]:
    """Return what makes a model of a row, as Django's ModelIterable does."""
    info, alias = compiler.klass_info, connection.alias
    model, first, last = info["model"], info["select_fields"][0], info["select_fields"][-1]
    names = tuple(column[0].target.attname for column in compiler.select[first : last + 1])
    populators = get_related_populators(info, compiler.select, alias)  # type: ignore[call-arg] # stubs of a later Django
    annotations = tuple(compiler.annotation_col_map.items())

    def read(row: Row) -> Any:
        values = _converted(row, converters)
        found = model.from_db(alias, names, values[first : last + 1])
        for populator in populators:
            populator.populate(values, found)
        for name, place in annotations:
            setattr(found, name, values[place])
        return found

    return read


# -- writing ----------------------------------------------------------------------------------------
_PLAIN = (
    models.BooleanField,
    models.CharField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)
"""Fields whose values every database takes as they are."""


_Written = tuple[tuple[str, Field | None], ...]
"""Columns of a statement by attribute, and what brings their values into it (None: they go as they are)."""


def insert_row(row: models.Model, /) -> bool:
    """Insert a row and give it its id: one statement. False where a unique constraint stands against it, and nothing is
    changed; the transaction goes on. No signal is sent, and nothing is filled in (`auto_now`)."""
    sql, written = _inserting(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(written, vars(row)))
        made = cursor.fetchone()
    if made is None:
        return False
    row.pk = made[0]
    row._state.adding, row._state.db = False, connection.alias
    return True


def update_row(row: models.Model, /, *, former: Mapping[str, Any]) -> bool:
    """Write the columns named in `former` (by attribute) of a row, if the database has those former values of all of
    them still: one statement. False where it has not, and nothing is changed. No signal is sent."""
    sql, written = _updating(type(row), tuple(former), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_values(written, vars(row)), row.pk, *_values(written, former)])
        return bool(cursor.rowcount)


def _values(written: _Written, values: Mapping[str, Any]) -> list[Any]:
    return [
        values[name] if field is None else field.get_db_prep_save(values[name], connection) for name, field in written
    ]


@lru_cache
def _inserting(model: type[models.Model], _vendor: str) -> tuple[str, _Written]:
    quote = connection.ops.quote_name
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - our own names
    return f"{sql} ON CONFLICT DO NOTHING RETURNING {quote(model._meta.pk.column)}", _written(fields)


@lru_cache
def _updating(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, _Written]:
    quote = connection.ops.quote_name
    fields = [field for field in model._meta.concrete_fields if field.attname in names]
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    held = "".join(f" AND {quote(field.column)} {same} %s" for field in fields)
    key = quote(model._meta.pk.column)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {key} = %s{held}"  # noqa: S608 - as above
    return sql, _written(fields)


def _written(fields: Sequence[Any]) -> _Written:
    return tuple((field.attname, None if isinstance(field, _PLAIN) else field) for field in fields)
