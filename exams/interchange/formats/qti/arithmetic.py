"""The numeric operators of QTI. NULL in, NULL out; what mathematics does not define is NULL."""

import math
import statistics
from collections.abc import Callable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DecimalException

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.values import NUMERIC, Unsupported, Value, number

_KINDS = gettext_noop("The marking gives “%(name)s” values it cannot work with.")
_LARGEST = Decimal("1e60")


def rounded(value: Decimal, mode: str, figures: int) -> Decimal:
    """Return a number rounded to significant figures or decimal places, half away from zero and half up."""
    if mode == "significantfigure":
        return Context(prec=figures, rounding=ROUND_HALF_UP).plus(value) if value else Decimal(0)
    return (value.scaleb(figures) + Decimal("0.5")).to_integral_value(ROUND_FLOOR).scaleb(-figures)


def unit_of(value: Decimal, mode: str, figures: int) -> Decimal:
    """Return the step between neighbouring rounded numbers near a number."""
    if mode == "significantfigure":
        return Decimal(1).scaleb(value.adjusted() - figures + 1) if value else Decimal(1).scaleb(-figures)
    return Decimal(1).scaleb(-figures)


def _flat(node: Node, operands: list[Value | None]) -> list[int | Decimal] | None:
    """Return all numbers of all operands, None when one of them is NULL."""
    if any(value is not None and value.base not in NUMERIC for value in operands):
        raise Unsupported(_KINDS, {"name": node.tag[:60]})
    if not operands or any(value is None for value in operands):
        return None
    return [_plain(item) for value in operands if value is not None for item in value.items]


def _plain(item: int | Decimal) -> int | Decimal:
    return int(item) if isinstance(item, int) else Decimal(item)


def _bounded(found: int | Decimal | float | None) -> Value | None:
    if found is None:
        return None
    if isinstance(found, float):
        if not math.isfinite(found):
            return None
        found = Decimal(repr(found))
    if not Decimal(found).is_finite() or abs(Decimal(found)) > _LARGEST:
        return None
    return number(found)


Operation = Callable[[Node, list[Value | None]], Value | None]


def _many(fold: Callable[[list[int | Decimal]], int | Decimal | None]) -> Operation:
    def operate(node: Node, operands: list[Value | None]) -> Value | None:
        items = _flat(node, operands)
        if items is None:
            return None
        try:
            return _bounded(fold(items))
        except (DecimalException, OverflowError):
            return None

    return operate


def _product(items: list[int | Decimal]) -> int | Decimal:
    total: int | Decimal = 1
    for item in items:
        total = total * item if isinstance(total, int) and isinstance(item, int) else Decimal(total) * Decimal(item)
        if abs(Decimal(total)) > _LARGEST:
            return Decimal("Infinity")
    return total


def _sum(items: list[int | Decimal]) -> int | Decimal:
    if all(isinstance(item, int) for item in items):
        return sum(int(item) for item in items)
    return sum((Decimal(item) for item in items), Decimal(0))


def _two(step: Callable[[int | Decimal, int | Decimal], int | Decimal | None]) -> Operation:
    def operate(node: Node, operands: list[Value | None]) -> Value | None:
        if len(operands) != 2 or any(value is not None and not value.is_single for value in operands):
            raise Unsupported(_KINDS, {"name": node.tag[:60]})
        items = _flat(node, operands)
        if items is None:
            return None
        try:
            return _bounded(step(items[0], items[1]))
        except (DecimalException, OverflowError, ValueError):
            return None

    return operate


def _subtract(left: int | Decimal, right: int | Decimal) -> int | Decimal:
    return left - right if isinstance(left, int) and isinstance(right, int) else Decimal(left) - Decimal(right)


def _divide(left: int | Decimal, right: int | Decimal) -> Decimal | None:
    return Decimal(left) / Decimal(right) if right else None


def _integer_divide(left: int | Decimal, right: int | Decimal) -> int | None:
    return int(left) // int(right) if right else None


def _modulus(left: int | Decimal, right: int | Decimal) -> int | None:
    return int(left) % int(right) if right else None


def _power(left: int | Decimal, right: int | Decimal) -> Decimal | None:
    if abs(Decimal(right)) > 1000 or (left == 0 and right <= 0):
        return None
    return Decimal(left) ** Decimal(right)


def _one(step: Callable[[int | Decimal], int | Decimal | None]) -> Operation:
    def operate(node: Node, operands: list[Value | None]) -> Value | None:
        if len(operands) != 1:
            raise Unsupported(_KINDS, {"name": node.tag[:60]})
        items = _flat(node, operands)
        return None if items is None else _bounded(step(items[0]))

    return operate


def _round(value: int | Decimal) -> int:
    return int((Decimal(value) + Decimal("0.5")).to_integral_value(ROUND_FLOOR))


_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sec": lambda x: 1 / math.cos(x),
    "csc": lambda x: 1 / math.sin(x),
    "cot": lambda x: 1 / math.tan(x),
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "asec": lambda x: math.acos(1 / x),
    "acsc": lambda x: math.asin(1 / x),
    "acot": lambda x: math.atan(1 / x) if x else math.pi / 2,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sech": lambda x: 1 / math.cosh(x),
    "csch": lambda x: 1 / math.sinh(x),
    "coth": lambda x: 1 / math.tanh(x),
    "log": math.log10,
    "ln": math.log,
    "exp": math.exp,
    "todegrees": math.degrees,
    "toradians": math.radians,
}
_WHOLE: dict[str, Callable[[Decimal], int | Decimal]] = {
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "signum": lambda x: (x > 0) - (x < 0),
}


def _math_operator(node: Node, operands: list[Value | None]) -> Value | None:
    items = _flat(node, operands)
    name = node.get("name").lower()
    if items is None:
        return None
    try:
        if name == "atan2" and len(items) == 2:
            return _bounded(math.atan2(float(items[0]), float(items[1])))
        if name in _WHOLE and len(items) == 1:
            return _bounded(_WHOLE[name](Decimal(items[0])))
        if name in _FUNCTIONS and len(items) == 1:
            return _bounded(_FUNCTIONS[name](float(items[0])))
    except (ValueError, OverflowError, ZeroDivisionError):
        return None
    raise Unsupported(_KINDS, {"name": node.tag[:60]})


_STATISTICS: dict[str, Callable[[list[Decimal]], Decimal]] = {
    "mean": statistics.mean,
    "samplevariance": statistics.variance,
    "samplesd": statistics.stdev,
    "popvariance": statistics.pvariance,
    "popsd": statistics.pstdev,
}


def _stats_operator(node: Node, operands: list[Value | None]) -> Value | None:
    items = _flat(node, operands)
    name = node.get("name").replace("_", "").lower()
    if name not in _STATISTICS:
        raise Unsupported(_KINDS, {"name": node.tag[:60]})
    try:
        return None if items is None else _bounded(_STATISTICS[name]([Decimal(item) for item in items]))
    except statistics.StatisticsError:
        return None


def _math_constant(node: Node, operands: list[Value | None]) -> Value | None:
    constants = {"pi": math.pi, "e": math.e}
    if node.get("name") not in constants:
        raise Unsupported(_KINDS, {"name": node.tag[:60]})
    return _bounded(constants[node.get("name")])


OPERATIONS: dict[str, Operation] = {
    "sum": _many(_sum),
    "product": _many(_product),
    "min": _many(min),
    "max": _many(max),
    "gcd": _many(lambda items: math.gcd(*(int(item) for item in items))),
    "lcm": _many(lambda items: math.lcm(*(int(item) for item in items))),
    "subtract": _two(_subtract),
    "divide": _two(_divide),
    "power": _two(_power),
    "integerdivide": _two(_integer_divide),
    "integermodulus": _two(_modulus),
    "truncate": _one(int),
    "round": _one(_round),
    "integertofloat": _one(Decimal),
    "mathoperator": _math_operator,
    "mathconstant": _math_constant,
    "statsoperator": _stats_operator,
}
"""Operator names in the one spelling, and what they do."""
