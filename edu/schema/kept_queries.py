"""Queries of the hot pages, put into SQL once for each process.

Django builds a query anew each time it is asked: for a row that is found by its key that takes longer than the
database does. A kept query is built once with places in it, and each time after only the values are put in. What it
returns is what the query would have returned: rows of models, with what was joined, or tuples of a `values_list`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable

RowT = TypeVar("RowT")


class Given(Expression):
    """A place in a kept query: the value of that name, written as `field` writes it. Not for lists of values."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return a placeholder, and this place as what is to be put there."""
        return "%s", (self,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A query as SQL of one kind of database, with what Django's compiler found out about its columns."""

    queryset: QuerySet[Any]
    sql: str
    parameters: tuple[Any, ...]
    columns: dict[str, Any]


class _Asked:
    """Looks like a query set to Django's ModelIterable: one asking of a kept query."""

    _known_related_objects: ClassVar[dict[Any, Any]] = {}

    def __init__(self, plan: _Plan, compiler: Any) -> None:
        self.model = plan.queryset.model
        self.db = DEFAULT_DB_ALIAS
        self.query = self
        self.compiler = compiler

    def get_compiler(self, using: str) -> Any:
        """Return the compiler that has its SQL already."""
        return self.compiler


class KeptQuery(Generic[RowT]):
    """A query that `build` returns once, with a `Given` for each value: of models, or a `values_list` of tuples."""

    def __init__(self, build: Callable[[], QuerySet[Any, RowT]]) -> None:
        self.build = build
        self.plans: dict[str, _Plan] = {}

    def rows(self, **given: Any) -> list[RowT]:
        """Return the rows for these values: one statement."""
        connection = connections[DEFAULT_DB_ALIAS]
        plan = self.plans.get(connection.vendor)
        if plan is None:
            plan = self.plans[connection.vendor] = self._plan(connection)
        parameters = tuple(
            one.output_field.get_db_prep_value(given[one.name], connection) if isinstance(one, Given) else one
            for one in plan.parameters
        )
        compiler = plan.queryset.query.get_compiler(connection=connection)
        vars(compiler).update(plan.columns, as_sql=lambda: (plan.sql, parameters))
        if issubclass(plan.queryset._iterable_class, ValuesListIterable):
            return list(compiler.results_iter(tuple_expected=True))
        return list(ModelIterable(_Asked(plan, compiler)))

    def first(self, **given: Any) -> RowT | None:
        """Return the first row for these values, None without; `build` says with [:1] that no more is wanted."""
        return next(iter(self.rows(**given)), None)

    def _plan(self, connection: Any) -> _Plan:
        queryset = self.build()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        names = ("select", "klass_info", "annotation_col_map", "col_count", "has_extra_select")
        columns = {name: getattr(compiler, name) for name in names}
        return _Plan(queryset=queryset, sql=sql, parameters=tuple(parameters), columns=columns)
