"""Values of QTI variables. NULL is None; an empty container is NULL as well, as the specification says."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from exams.interchange.formats.base import Values, gettext_noop
from exams.interchange.formats.qti.nodes import Node

NUMERIC = frozenset(["integer", "float"])
MAXIMUM_EXPONENT = 300

BASE_TYPES = {
    "identifier": "identifier",
    "boolean": "boolean",
    "integer": "integer",
    "int": "integer",
    "float": "float",
    "string": "string",
    "point": "point",
    "pair": "pair",
    "directedpair": "directedPair",
    "duration": "duration",
    "file": "file",
    "uri": "uri",
    "introrident": "identifier",
    "intoridentifier": "identifier",
}


class Unsupported(Exception):
    """The marking of this item cannot be followed; `text` says why in words for a teacher."""

    def __init__(self, text: str, values: Values | None = None) -> None:
        self.text = text
        self.values = values or {}
        super().__init__(text % self.values if values else text)


_NOT_A_VALUE = gettext_noop("“%(text)s” is no value of the type %(type)s.")
_UNKNOWN_TYPE = gettext_noop("There is no type of values called %(type)s.")


@dataclass(frozen=True, slots=True)
class Value:
    """One value (cardinality single) or several (multiple, ordered) of a base type."""

    cardinality: str
    base: str
    items: tuple[Any, ...]

    @property
    def item(self) -> Any:
        """The value of a single."""
        return self.items[0]

    @property
    def is_single(self) -> bool:
        """Whether it is a single."""
        return self.cardinality == "single"


def single(base: str, item: Any) -> Value:
    """Return a single value."""
    return Value("single", base, (item,))


def boolean(item: bool) -> Value:
    """Return a truth value."""
    return Value("single", "boolean", (item,))


def number(item: int | Decimal) -> Value:
    """Return a number, an integer where it is one."""
    return Value("single", "integer" if isinstance(item, int) else "float", (item,))


def container(cardinality: str, base: str, items: tuple[Any, ...]) -> Value | None:
    """Return several values, NULL when there are none."""
    return Value(cardinality, base, items) if items else None


def base_type(name: str) -> str:
    """Return a base type by its name in any spelling; Unsupported for an unknown one."""
    found = BASE_TYPES.get(name.replace("-", "").lower())
    if found is None:
        raise Unsupported(_UNKNOWN_TYPE, {"type": name[:40]})
    return found


def parse_number(text: str) -> Decimal | None:
    """Return a number as XML writes it; None when it is none, infinite or absurdly large."""
    try:
        found = Decimal(text.strip().replace("_", "x"))
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found.adjusted()) > MAXIMUM_EXPONENT:
        return None
    return found


def parse_item(base: str, text: str) -> Any:
    """Return one value of a base type as XML writes it; Unsupported when it is none."""
    flat = text.strip()
    if base == "string":
        return text
    if base in ("identifier", "uri", "file"):
        return flat
    if base in ("pair", "directedPair"):
        ends = flat.split()
        if len(ends) == 2:
            return tuple(sorted(ends)) if base == "pair" else tuple(ends)
    elif base == "boolean":
        if flat in ("true", "1", "false", "0"):
            return flat in ("true", "1")
    elif base == "point":
        places = [parse_number(part) for part in flat.replace(",", " ").split()]
        if len(places) == 2 and None not in places:
            return tuple(places)
    else:
        found = parse_number(flat)
        if found is not None and base != "integer":
            return found
        if found is not None and found == int(found):
            return int(found)
    raise Unsupported(_NOT_A_VALUE, {"text": flat[:60], "type": base})


def value_of(node: Node, *, cardinality: str, base: str) -> Value | None:
    """Return what the <value> elements below say, NULL when they say nothing."""
    texts = [child.text for child in node.nodes if child.name == "value"]
    if base != "string":
        texts = [text for text in texts if text.strip()]
    items = tuple(parse_item(base, text) for text in texts)
    if cardinality == "single":
        return Value("single", base, items[:1]) if items and items[0] != "" else None
    return container(cardinality, base, items)


def is_equal(left: Value, right: Value) -> bool:
    """Tell whether two values are the same: the same members, for an ordered one in the same order."""
    if left.base != right.base and not {left.base, right.base} <= NUMERIC:
        texts = {left.base, right.base}
        if not texts <= {"identifier", "string", "uri"}:
            return False
    if left.cardinality == "multiple" or right.cardinality == "multiple":
        return Counter(left.items) == Counter(right.items)
    return left.items == right.items
