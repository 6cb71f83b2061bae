"""Statements that PostgreSQL parses and plans once for a connection; of a save, that is more than half of its work.

Elsewhere, and wherever prepared statements cannot be kept (a pooler that hands out another connection for each
transaction), the statement is sent as it is.
"""

import re
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import Error, connection
from django.db.backends.utils import CursorWrapper

_KEPT_BY_OTHERS = {"26000", "42P05"}
"""PostgreSQL's codes for a prepared statement that is not there, or is there though we did not prepare it."""
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_refused: set[str] = set()
"""Statements that this process does not prepare any more, since its connections go through a pooler."""


def run_prepared(cursor: CursorWrapper, statement: str, *, types: str, parameters: list[Any]) -> None:
    """Execute a statement with its parameters, whose PostgreSQL `types` are named in their order."""
    name = _name_of(statement)
    if connection.vendor != "postgresql" or connection.in_atomic_block or name in _refused:
        # Within a transaction a refusal would cost what was done before.
        cursor.execute(statement, parameters)
        return
    try:
        known = _known.setdefault(connection.connection, set())
        if name not in known:
            cursor.execute(_preparation(statement, name, types))
            known.add(name)
        cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(parameters))})", parameters)
    except Error as error:
        if getattr(error.__cause__, "pgcode", "") not in _KEPT_BY_OTHERS:
            raise
        _refused.add(name)
        cursor.execute(statement, parameters)


@cache
def _name_of(statement: str) -> str:
    """Return a name that tells a statement from what it was in another release."""
    return f"jinbang_{sha256(statement.encode()).hexdigest()[:16]}"


@cache
def _preparation(statement: str, name: str, types: str) -> str:
    number = count(1)
    return f"PREPARE {name} ({types}) AS " + re.sub("%s", lambda _found: f"${next(number)}", statement)
