"""Formulas of calculated questions: arithmetic over named variables, checked when it is written, bounded when it is
evaluated."""

import ast
import math
from collections.abc import Callable, Mapping

from edu.core.errors import InvalidInput

MAXIMUM_LENGTH = 500
MAXIMUM_NODES = 200
MAXIMUM_MAGNITUDE = 1e300

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
FUNCTIONS: Mapping[str, tuple[int, int, Callable[..., float]]] = {
    "abs": (1, 1, abs),
    "sqrt": (1, 1, math.sqrt),
    "exp": (1, 1, math.exp),
    "ln": (1, 1, math.log),
    "log": (1, 2, math.log),
    "log10": (1, 1, math.log10),
    "sin": (1, 1, math.sin),
    "cos": (1, 1, math.cos),
    "tan": (1, 1, math.tan),
    "asin": (1, 1, math.asin),
    "acos": (1, 1, math.acos),
    "atan": (1, 1, math.atan),
    "atan2": (2, 2, math.atan2),
    "sinh": (1, 1, math.sinh),
    "cosh": (1, 1, math.cosh),
    "tanh": (1, 1, math.tanh),
    "degrees": (1, 1, math.degrees),
    "radians": (1, 1, math.radians),
    "floor": (1, 1, math.floor),
    "ceil": (1, 1, math.ceil),
    "round": (1, 2, lambda value, digits=0: round(value, int(max(-15, min(15, digits))))),
    "min": (1, 20, min),
    "max": (1, 20, max),
    "fmod": (2, 2, math.fmod),
    "pow": (2, 2, math.pow),
    "factorial": (1, 1, lambda value: float(math.factorial(_whole(value)))),
}
"""Names, least and greatest number of arguments; angles are in radians."""

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.Mod: math.fmod,
    ast.Pow: math.pow,
}


class InvalidFormula(InvalidInput):
    """This formula cannot be used; `text` says why, in English source text with %(name)s for `values`."""

    code = "invalid_formula"

    def __init__(self, text: str, /, **values: str | int) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values if values else text)


def _whole(value: float) -> int:
    if value != int(value) or not 0 <= value <= 170:
        raise ValueError("factorial")
    return int(value)


class Formula:
    """A checked formula. `names` are the variables it needs."""

    def __init__(self, tree: ast.expr, names: frozenset[str]) -> None:
        self._tree = tree
        self.names = names

    def value(self, variables: Mapping[str, float], /) -> float:
        """Return the value for these variables; InvalidFormula where it has none (a division by zero, a root of a
        negative number, a result beyond 1e300, a variable without a value)."""
        missing = sorted(self.names - set(variables))
        if missing:
            raise InvalidFormula("The formula needs a value for %(name)s.", name=missing[0])
        try:
            value = float(_evaluated(self._tree, variables))
        except ZeroDivisionError:
            raise InvalidFormula("The formula divides by zero.") from None
        except (ValueError, OverflowError):
            raise InvalidFormula("The formula has no value for these numbers.") from None
        if not math.isfinite(value) or abs(value) > MAXIMUM_MAGNITUDE:
            raise InvalidFormula("The formula has no value for these numbers.")
        return value


def parse_formula(text: str, /) -> Formula:
    """Return the checked formula of a text such as `{a} * sqrt(b) ^ 2`; InvalidFormula says what is wrong.

    Understood: numbers, variables with or without braces, + - * / % ^ (or **), brackets, the functions of FUNCTIONS,
    pi and e.
    """
    if len(text) > MAXIMUM_LENGTH:
        raise InvalidFormula("A formula has at most %(n)s characters.", n=MAXIMUM_LENGTH)
    flat = text.replace("{", " ").replace("}", " ").replace("^", "**").replace("×", "*").replace("÷", "/").strip()
    try:
        tree = ast.parse(flat, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InvalidFormula("This is not a formula: %(text)s", text=text[:60]) from None
    nodes = list(ast.walk(tree))
    if len(nodes) > MAXIMUM_NODES:
        raise InvalidFormula("The formula is too long.")
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = set()
    for node in nodes:
        _check(node)
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in CONSTANTS:
            names.add(node.id)
    return Formula(tree, frozenset(names))


def _check(node: ast.AST) -> None:
    """Refuse whatever is not arithmetic."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise InvalidFormula("Only numbers stand in a formula.")
        if abs(node.value) > MAXIMUM_MAGNITUDE:
            raise InvalidFormula("The formula has no value for these numbers.")
    elif isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise InvalidFormula("There is no function %(name)s.", name=ast.unparse(node.func)[:30])
        least, most, _function = FUNCTIONS[node.func.id]
        if not least <= len(node.args) <= most:
            raise InvalidFormula("The function %(name)s takes another number of arguments.", name=node.func.id)
    elif isinstance(node, ast.BinOp):
        if type(node.op) not in _BINARY:
            raise InvalidFormula("Only + - * / % ^ join numbers in a formula.")
    elif isinstance(node, ast.UnaryOp):
        if not isinstance(node.op, ast.UAdd | ast.USub):
            raise InvalidFormula("Only + - * / % ^ join numbers in a formula.")
    elif not isinstance(node, ast.Name | ast.operator | ast.unaryop | ast.expr_context):
        raise InvalidFormula("This does not belong into a formula: %(text)s", text=ast.unparse(node)[:30])


def _evaluated(node: ast.expr, variables: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type] # checked to be a number
    if isinstance(node, ast.Name):
        return variables[node.id] if node.id in variables else CONSTANTS[node.id]
    if isinstance(node, ast.UnaryOp):
        value = _evaluated(node.operand, variables)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_evaluated(node.left, variables), _evaluated(node.right, variables))
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    arguments = [_evaluated(argument, variables) for argument in node.args]
    return FUNCTIONS[node.func.id][2](*arguments)
