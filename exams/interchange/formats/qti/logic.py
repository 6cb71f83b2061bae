"""The logical operators of QTI on three values: true, false and NULL, which is neither."""

from collections.abc import Callable
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.declarations import decimal_of
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.values import Unsupported, Value, boolean

KINDS = gettext_noop("The marking gives “%(name)s” values it cannot work with.")


def _truths(node: Node, operands: list[Value | None]) -> list[bool | None]:
    if any(value is not None and (value.base != "boolean" or not value.is_single) for value in operands):
        raise Unsupported(KINDS, {"name": node.tag[:60]})
    return [None if value is None else bool(value.item) for value in operands]


def _and(node: Node, operands: list[Value | None]) -> Value | None:
    truths = _truths(node, operands)
    return boolean(False) if False in truths else None if None in truths else boolean(True)


def _or(node: Node, operands: list[Value | None]) -> Value | None:
    truths = _truths(node, operands)
    return boolean(True) if True in truths else None if None in truths else boolean(False)


def _not(node: Node, operands: list[Value | None]) -> Value | None:
    (truth,) = exactly(node, _truths(node, operands), 1)
    return None if truth is None else boolean(not truth)


def _any_n(node: Node, operands: list[Value | None]) -> Value | None:
    truths = _truths(node, operands)
    least, most = int(decimal_of(node.get("min"))), int(decimal_of(node.get("max")))
    sure, maybe = truths.count(True), truths.count(None)
    if sure > most or sure + maybe < least:
        return boolean(False)
    return boolean(True) if sure >= least and sure + maybe <= most else None


def _is_null(node: Node, operands: list[Value | None]) -> Value | None:
    (value,) = exactly(node, operands, 1)
    return boolean(value is None or (value.base == "string" and value.is_single and value.item == ""))


LOGIC: dict[str, Callable[[Node, list[Value | None]], Value | None]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "anyn": _any_n,
    "isnull": _is_null,
    # No element of QTI, but engines have it, and its name says what it is.
    "isnotnull": lambda node, operands: boolean(not _is_null(node, operands).item),
}


def exactly(node: Node, operands: list[Any], count: int) -> list[Any]:
    """Return the operands; Unsupported when there are not so many."""
    if len(operands) != count:
        raise Unsupported(KINDS, {"name": node.tag[:60]})
    return operands
