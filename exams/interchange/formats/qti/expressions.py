"""The expressions of QTI response processing, evaluated without side effects on anything but the witness."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from exams.domain.errors import InvalidPattern
from exams.domain.patterns import compile_pattern
from exams.domain.shapes import is_inside
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti import arithmetic
from exams.interchange.formats.qti.declarations import Declaration, Declarations, checked_area, decimal_of
from exams.interchange.formats.qti.logic import KINDS, LOGIC, exactly
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.values import (
    NUMERIC,
    Unsupported,
    Value,
    base_type,
    boolean,
    container,
    is_equal,
    number,
    parse_item,
    parse_number,
    single,
)
from exams.interchange.formats.qti.witness import MARKED, MarkedText, Witness

_RANDOM = gettext_noop("The marking draws random numbers.")
_CUSTOM = gettext_noop("The marking uses an operator of its own: %(name)s.")
_UNKNOWN = gettext_noop("The marking uses “%(name)s”, which QTI does not have at this place.")
_NO_VARIABLE = gettext_noop("The marking reads %(name)s, which the question does not declare.")
_CONTEXT = gettext_noop("The marking depends on %(name)s, which is known only during the test.")
_AMBIGUOUS = gettext_noop("The file names several right answers for %(name)s, which takes one only.")
_PATTERN = gettext_noop("The marking uses a pattern that cannot be matched here: %(pattern)s.")


@dataclass
class Scope:
    """What an evaluation sees: declarations, the response, outcomes so far."""

    declared: Declarations
    responses: dict[str, Value | None]
    outcomes: dict[str, Value | None]
    witness: Witness = field(default_factory=Witness)

    def declaration(self, name: str) -> Declaration:
        """Return a declared variable; Unsupported when there is none."""
        found = self.declared.responses.get(name) or self.declared.outcomes.get(name)
        if found is None:
            raise Unsupported(_NO_VARIABLE, {"name": name[:60]})
        return found

    def value(self, name: str) -> Value | None:
        """Return what a variable holds now."""
        if name in self.declared.responses:
            return self.responses.get(name)
        if name in self.outcomes:
            return self.outcomes[name]
        if name in self.declared.templates:
            return self.declared.templates[name].default
        if name in ("numAttempts", "duration", "completionStatus") or "." in name:
            raise Unsupported(_CONTEXT, {"name": name[:60]})
        raise Unsupported(_NO_VARIABLE, {"name": name[:60]})


def evaluate(node: Node, scope: Scope) -> Value | None:
    """Return the value of an expression, NULL as None; Unsupported for what cannot be evaluated here."""
    name = node.name
    if name in _LEAVES:
        return _LEAVES[name](node, scope)
    if name in ("random", "randominteger", "randomfloat"):
        raise Unsupported(_RANDOM)
    if name == "customoperator":
        return _custom(node, scope)
    operands = [evaluate(child, scope) for child in node.nodes]
    if name in LOGIC:
        return LOGIC[name](node, operands)
    if name in arithmetic.OPERATIONS:
        scope.witness.look_into(*operands)
        return arithmetic.OPERATIONS[name](node, operands)
    if name in _COMPARISONS:
        return _binary(node, operands, lambda left, right: _COMPARISONS[name](node, left, right, scope))
    if name in _CONTAINERS:
        return _CONTAINERS[name](node, operands, scope)
    raise Unsupported(_UNKNOWN, {"name": node.tag[:60]})


def is_true(node: Node, scope: Scope) -> bool:
    """Return whether a condition holds; NULL does not. Unsupported when it is no truth value."""
    value = evaluate(node, scope)
    if value is None:
        return False
    if value.base != "boolean" or not value.is_single:
        raise Unsupported(KINDS, {"name": node.tag[:60]})
    return bool(value.item)


# -- leaves


def _base_value(node: Node, scope: Scope) -> Value | None:
    if node.memo is None:
        base = base_type(node.get("basetype"))
        text = node.text
        node.memo = (None if base == "string" and not text else single(base, parse_item(base, text)),)
    found: Value | None = node.memo[0]
    return found


def _correct(node: Node, scope: Scope) -> Value | None:
    declared = scope.declaration(node.get("identifier"))
    if declared.is_ambiguous:
        raise Unsupported(_AMBIGUOUS, {"name": declared.identifier[:60]})
    return declared.correct


def _map_response(node: Node, scope: Scope) -> Value | None:
    name = node.get("identifier")
    mapping = scope.declaration(name).mapping
    if mapping is None:
        raise Unsupported(KINDS, {"name": node.tag})
    value = scope.value(name)
    for item in value.items if value else ():
        if isinstance(item, MARKED):
            for entry in mapping.entries:
                scope.witness.note(entry.key)
                if not entry.is_case_sensitive:
                    scope.witness.note(entry.key, is_folded=True)
    return number(mapping.apply(value))


def _map_response_point(node: Node, scope: Scope) -> Value | None:
    name = node.get("identifier")
    areas = scope.declaration(name).areas
    if areas is None:
        raise Unsupported(KINDS, {"name": node.tag})
    return number(areas.apply(scope.value(name)))


_LEAVES: dict[str, Callable[[Node, Scope], Value | None]] = {
    "basevalue": _base_value,
    "variable": lambda node, scope: scope.value(node.get("identifier")),
    "correct": _correct,
    "default": lambda node, scope: scope.declaration(node.get("identifier")).default,
    "mapresponse": _map_response,
    "mapresponsepoint": _map_response_point,
    "null": lambda node, scope: None,
}


def _map_outcome(node: Node, scope: Scope) -> Value | None:
    name = node.get("identifier")
    declared = scope.declared.outcomes.get(name)
    if declared is None or declared.mapping is None:
        raise Unsupported(KINDS, {"name": node.tag})
    value = scope.value(name)
    for item in value.items if value else ():
        if isinstance(item, MARKED):
            for entry in declared.mapping.entries:
                scope.witness.note(entry.key)
    return number(declared.mapping.apply(value))


_LEAVES["mapoutcome"] = _map_outcome


# -- operators of makers whose name says all


def _custom(node: Node, scope: Scope) -> Value | None:
    """Carry out the operators that the Dutch test builders give every typed answer: Trim takes the spaces around a
    text away, ToAscii the accents from its letters. Unsupported for any other operator."""
    full = node.get("definition") or node.get("class") or "?"
    name = full.rsplit(":", 1)[-1].lower()
    if name not in ("trim", "toascii") or len(node.nodes) != 1:
        raise Unsupported(_CUSTOM, {"name": full[:80]})
    value = evaluate(node.nodes[0], scope)
    if value is None:
        return None
    if value.base != "string" or not value.is_single:
        raise Unsupported(KINDS, {"name": node.tag[:60]})
    text = value.item
    flat = text.strip() if name == "trim" else _ascii(text)
    if isinstance(text, MarkedText):
        flat = text.changed(flat, is_unaccented=name == "toascii")
    return single("string", flat) if flat else None


def _ascii(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


# -- comparisons


def _binary(node: Node, operands: list[Value | None], test: Callable[[Value, Value], bool]) -> Value | None:
    left, right = exactly(node, operands, 2)
    return None if left is None or right is None else boolean(test(left, right))


def _numbers(node: Node, *values: Value) -> list[Decimal]:
    if any(value.base not in NUMERIC or not value.is_single for value in values):
        raise Unsupported(KINDS, {"name": node.tag[:60]})
    return [Decimal(value.item) for value in values]


def _match(node: Node, left: Value, right: Value, scope: Scope) -> bool:
    scope.witness.compare(left, right)
    return is_equal(left, right)


def _string_match(node: Node, left: Value, right: Value, scope: Scope) -> bool:
    if not left.is_single or not right.is_single:
        raise Unsupported(KINDS, {"name": node.tag})
    is_sensitive = node.get("casesensitive", "true") in ("true", "1")
    first, second = str(left.item), str(right.item)
    if node.get("substring") in ("true", "1"):
        scope.witness.look_into(left, right)
        return second in first if is_sensitive else second.lower() in first.lower()
    scope.witness.compare(left, right, is_folded=not is_sensitive)
    return first == second if is_sensitive else first.lower() == second.lower()


def _substring(node: Node, left: Value, right: Value, scope: Scope) -> bool:
    scope.witness.look_into(left, right)
    first, second = str(left.item), str(right.item)
    if node.get("casesensitive", "true") not in ("true", "1"):
        first, second = first.lower(), second.lower()
    return first in second


def _pattern_match(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
    (value,) = exactly(node, operands, 1)
    if value is None:
        return None
    pattern = node.get("pattern")
    if isinstance(value.item, MarkedText):
        if value.item.is_changed:
            scope.witness.is_opaque = True
        scope.witness.patterns[pattern] = None
        if pattern in value.item.verdicts:
            return boolean(value.item.verdicts[pattern])
    try:
        if "-[" in pattern:
            raise InvalidPattern(pattern)
        return boolean(compile_pattern(pattern, ignore_case=False).is_match(str(value.item)))
    except InvalidPattern as error:
        raise Unsupported(_PATTERN, {"pattern": pattern[:80]}) from error


def _reach(node: Node) -> tuple[str, Decimal, Decimal]:
    mode = node.get("tolerancemode", "exact").lower()
    if mode == "exact":
        return mode, Decimal(0), Decimal(0)
    parts = [decimal_of(part) for part in node.get("tolerance").replace(",", " ").split()]
    if not 1 <= len(parts) <= 2 or mode not in ("absolute", "relative"):
        raise Unsupported(KINDS, {"name": node.tag})
    return mode, parts[0], parts[-1]


def _equal(node: Node, left: Value, right: Value, scope: Scope) -> bool:
    expected, given = _numbers(node, left, right)
    mode, below, above = _reach(node)
    if isinstance(left.item, MARKED) and mode == "relative":
        scope.witness.is_opaque = True
    if mode == "relative":
        low, high = expected * (1 - below / 100), expected * (1 + above / 100)
    else:
        low, high = expected - below, expected + above
    if isinstance(right.item, MARKED):
        scope.witness.numbers |= {low, high}
    elif isinstance(left.item, MARKED):
        scope.witness.numbers |= {given + below, given - above, given - below, given + above}
    low, high = min(low, high), max(low, high)
    is_above = given > low or (given == low and (mode == "exact" or node.get("includelowerbound", "true") != "false"))
    is_below = given < high or (given == high and (mode == "exact" or node.get("includeupperbound", "true") != "false"))
    return is_above and is_below


def _equal_rounded(node: Node, left: Value, right: Value, scope: Scope) -> bool:
    first, second = _numbers(node, left, right)
    mode = node.get("roundingmode", "significantFigures").lower().rstrip("s")
    if mode not in ("significantfigure", "decimalplace") or not node.get("figures").strip().isdecimal():
        raise Unsupported(KINDS, {"name": node.tag})
    figures = int(node.get("figures"))
    if figures > 30 or (mode == "significantfigure" and figures < 1):
        raise Unsupported(KINDS, {"name": node.tag})
    for value, other in ((left, second), (right, first)):
        if isinstance(value.item, MARKED):
            base = arithmetic.rounded(other, mode, figures)
            half = arithmetic.unit_of(base or other, mode, figures) / 2
            scope.witness.numbers |= {base - half, base + half, base - half / 10, base + half / 10}
    return arithmetic.rounded(first, mode, figures) == arithmetic.rounded(second, mode, figures)


def _order(test: Callable[[Decimal, Decimal], bool]) -> Callable[[Node, Value, Value, Scope], bool]:
    def compare(node: Node, left: Value, right: Value, scope: Scope) -> bool:
        if {left.base, right.base} != {"duration"}:
            _numbers(node, left, right)
        scope.witness.compare(left, right)
        return test(Decimal(left.item), Decimal(right.item))

    return compare


def _member(node: Node, left: Value, right: Value, scope: Scope) -> bool:
    scope.witness.compare(left, right)
    return left.item in right.items


def _contains(node: Node, left: Value, right: Value, scope: Scope) -> bool:
    scope.witness.compare(left, right)
    if left.cardinality == "ordered":
        width = len(right.items)
        return any(left.items[at : at + width] == right.items for at in range(len(left.items) - width + 1))
    return not Counter(right.items) - Counter(left.items)


_COMPARISONS: dict[str, Callable[[Node, Value, Value, Scope], bool]] = {
    "match": _match,
    "stringmatch": _string_match,
    "substring": _substring,
    "equal": _equal,
    # No element of QTI, but engines have it, and its name says what it is.
    "notequal": lambda node, left, right, scope: not _equal(node, left, right, scope),
    "equalrounded": _equal_rounded,
    "lt": _order(lambda left, right: left < right),
    "lte": _order(lambda left, right: left <= right),
    "gt": _order(lambda left, right: left > right),
    "gte": _order(lambda left, right: left >= right),
    "durationlt": _order(lambda left, right: left < right),
    "durationgte": _order(lambda left, right: left >= right),
    "member": _member,
    "contains": _contains,
}


# -- containers


def _collect(cardinality: str) -> Callable[[Node, list[Value | None], Scope], Value | None]:
    def collect(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
        given = [value for value in operands if value is not None]
        if len({value.base for value in given}) > 1:
            raise Unsupported(KINDS, {"name": node.tag})
        items = tuple(item for value in given for item in value.items)
        return container(cardinality, given[0].base, items) if given else None

    return collect


def _container_size(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
    (value,) = exactly(node, operands, 1)
    return number(len(value.items) if value else 0)


def _number_or_variable(text: str, scope: Scope) -> Decimal:
    if (found := parse_number(text)) is not None:
        return found
    value = scope.value(text.strip())
    return decimal_of(str(value.item) if value else "")


def _index(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
    (value,) = exactly(node, operands, 1)
    at = int(_number_or_variable(node.get("n"), scope))
    if value is None or not 1 <= at <= len(value.items):
        return None
    return single(value.base, value.items[at - 1])


def _delete(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
    what, value = exactly(node, operands, 2)
    if what is None or value is None:
        return None
    scope.witness.compare(what, value)
    return container(value.cardinality, value.base, tuple(item for item in value.items if item != what.item))


def _repeat(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
    times = int(_number_or_variable(node.get("numberrepeats"), scope))
    given = [value for value in operands if value is not None]
    if not given or not 1 <= times <= 1000:
        return None
    return container("ordered", given[0].base, tuple(item for value in given for item in value.items) * times)


def _inside(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
    (value,) = exactly(node, operands, 1)
    if value is None:
        return None
    if value.base != "point":
        raise Unsupported(KINDS, {"name": node.tag})
    shape, coords = checked_area(node.get("shape"), node.get("coords"))
    return boolean(any(is_inside(shape, coords, float(x), float(y)) for x, y in value.items))


def _round_to(node: Node, operands: list[Value | None], scope: Scope) -> Value | None:
    (value,) = exactly(node, operands, 1)
    if value is None:
        return None
    scope.witness.look_into(value)
    (given,) = _numbers(node, value)
    figures = int(_number_or_variable(node.get("figures"), scope))
    mode = node.get("roundingmode", "significantFigures").lower().rstrip("s")
    if not 0 <= figures <= 30 or (mode == "significantfigure" and figures < 1):
        return None
    return number(arithmetic.rounded(given, mode, figures))


_CONTAINERS: dict[str, Callable[[Node, list[Value | None], Scope], Value | None]] = {
    "multiple": _collect("multiple"),
    "ordered": _collect("ordered"),
    "containersize": _container_size,
    "index": _index,
    "delete": _delete,
    "repeat": _repeat,
    "inside": _inside,
    "patternmatch": _pattern_match,
    "roundto": _round_to,
}
