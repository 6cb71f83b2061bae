"""What an item declares: response and outcome variables with their defaults, right answers, maps and tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from exams.domain.shapes import is_area, is_inside
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.values import (
    NUMERIC,
    Unsupported,
    Value,
    base_type,
    number,
    parse_item,
    parse_number,
    value_of,
)

_BAD_NUMBER = gettext_noop("“%(text)s” stands where a number is needed.")
_BAD_AREA = gettext_noop("An area of the picture has no sense: %(shape)s %(coords)s.")
TEMPLATE = gettext_noop("This question is made anew for each learner from a template with variables.")
_RECORD = gettext_noop("Responses made of several fields cannot be marked here.")


def decimal_of(text: str) -> Decimal:
    """Return the number an attribute holds; Unsupported when it holds none."""
    found = parse_number(text)
    if found is None:
        raise Unsupported(_BAD_NUMBER, {"text": text[:60]})
    return found


@dataclass(frozen=True)
class MapEntry:
    """What one value of a response is worth."""

    key: object
    worth: Decimal
    is_case_sensitive: bool = True


@dataclass(frozen=True)
class Mapping:
    """What values of a response are worth: entries, a default for others, and the bounds of the sum."""

    entries: tuple[MapEntry, ...]
    default: Decimal = Decimal(0)
    lower: Decimal | None = None
    upper: Decimal | None = None

    def worth_of(self, item: object) -> Decimal:
        """Return the worth of one value: an entry in exactly its letters goes before one in others."""
        for entry in self.entries:
            if entry.key == item:
                return entry.worth
        if isinstance(item, str):
            for entry in self.entries:
                if not entry.is_case_sensitive and str(entry.key).lower() == item.lower():
                    return entry.worth
        return self.default

    def bounded(self, total: Decimal) -> Decimal:
        """Return a sum within the bounds."""
        if self.lower is not None:
            total = max(total, self.lower)
        return total if self.upper is None else min(total, self.upper)

    def apply(self, value: Value | None) -> Decimal:
        """Return the worth of a response; NULL is worth 0 within the bounds."""
        return self.bounded(sum((self.worth_of(item) for item in value.items), Decimal(0)) if value else Decimal(0))


@dataclass(frozen=True)
class AreaEntry:
    """What a point in one area is worth."""

    shape: str
    coords: tuple[float, ...]
    worth: Decimal


@dataclass(frozen=True)
class AreaMapping(Mapping):
    """What points are worth: the first area that holds a point decides, and each area counts once."""

    areas: tuple[AreaEntry, ...] = ()

    def apply(self, value: Value | None) -> Decimal:
        """Return the worth of points."""
        is_used: set[int] = set()
        total = Decimal(0)
        for x, y in value.items if value else ():
            found = next(
                (at for at, area in enumerate(self.areas) if is_inside(area.shape, area.coords, float(x), float(y))),
                None,
            )
            if found is None:
                total += self.default
            elif found not in is_used:
                is_used.add(found)
                total += self.areas[found].worth
        return self.bounded(total)


@dataclass(frozen=True)
class Table:
    """A lookup table: by exact whole number, or by the greatest source that is not above the value."""

    entries: tuple[tuple[Decimal, str, bool], ...]
    is_interpolation: bool
    default: str | None = None

    def look_up(self, source: Decimal | None) -> str | None:
        """Return the target as written, None when there is none."""
        if source is not None:
            for at, target, is_included in self.entries:
                if source == at and (is_included or not self.is_interpolation):
                    return target
                if self.is_interpolation and source > at:
                    return target
        return self.default


@dataclass
class Declaration:
    """A variable: what it is called, what values it takes, and what it holds at first. `is_ambiguous` says that several
    right values are named where only one can be given."""

    identifier: str
    cardinality: str
    base: str
    default: Value | None = None
    correct: Value | None = None
    mapping: Mapping | None = None
    areas: AreaMapping | None = None
    table: Table | None = None
    normal_maximum: Decimal | None = None
    interpretation: str = ""
    is_external: bool = False
    is_ambiguous: bool = False

    @property
    def start(self) -> Value | None:
        """What an outcome holds at first: its default, 0 for a number without one."""
        if self.default is None and self.cardinality == "single" and self.base in NUMERIC:
            return number(0 if self.base == "integer" else Decimal(0))
        return self.default


@dataclass
class Declarations:
    """All variables of an item; what a template variable holds is its default."""

    responses: dict[str, Declaration] = field(default_factory=dict)
    outcomes: dict[str, Declaration] = field(default_factory=dict)
    templates: dict[str, Declaration] = field(default_factory=dict)
    has_templates: bool = False


def coords_of(text: str) -> tuple[float, ...]:
    """Return coordinates as written; Unsupported when one is no number."""
    return tuple(float(decimal_of(part)) for part in text.replace(",", " ").split())


def checked_area(shape: str, text: str) -> tuple[str, tuple[float, ...]]:
    """Return shape and coordinates of an area; Unsupported when they do not belong together."""
    shape = shape.lower() or "default"
    coords = () if shape == "default" else coords_of(text)
    if shape == "poly" and len(coords) >= 8 and coords[:2] == coords[-2:]:
        coords = coords[:-2]
    if not is_area(shape, coords):
        raise Unsupported(_BAD_AREA, {"shape": shape, "coords": text[:60]})
    return shape, coords


def _is_true(node: Node, name: str, *, otherwise: bool) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}.get(node.get(name).strip(), otherwise)


def _bound(node: Node, name: str) -> Decimal | None:
    return decimal_of(node.get(name)) if node.get(name).strip() else None


def _mapping(node: Node, base: str) -> Mapping:
    # `caseSensitive` on the whole map is no attribute of QTI, but some tools write it, for all entries.
    is_sensitive = _is_true(node, "casesensitive", otherwise=True)
    entries = tuple(
        MapEntry(
            parse_item(base, entry.get("mapkey")),
            decimal_of(entry.get("mappedvalue")),
            _is_true(entry, "casesensitive", otherwise=is_sensitive),
        )
        for entry in node.find_all("mapentry")
    )
    default = decimal_of(node.get("defaultvalue") or "0")
    return Mapping(entries, default, _bound(node, "lowerbound"), _bound(node, "upperbound"))


def _area_mapping(node: Node) -> AreaMapping:
    areas = tuple(
        AreaEntry(*checked_area(entry.get("shape"), entry.get("coords")), decimal_of(entry.get("mappedvalue")))
        for entry in node.find_all("areamapentry")
    )
    default = decimal_of(node.get("defaultvalue") or "0")
    return AreaMapping((), default, _bound(node, "lowerbound"), _bound(node, "upperbound"), areas)


def _table(nodes: Sequence[Node]) -> Table | None:
    for node in nodes:
        if node.name in ("matchtable", "interpolationtable"):
            entries = [
                (
                    decimal_of(entry.get("sourcevalue")),
                    entry.get("targetvalue"),
                    _is_true(entry, "includeboundary", otherwise=True),
                )
                for entry in node.nodes
            ]
            return Table(tuple(entries), node.name == "interpolationtable", node.attrs.get("defaultvalue"))
    return None


def _declaration(node: Node) -> Declaration:
    cardinality = node.get("cardinality", "single").lower()
    if cardinality == "record":
        raise Unsupported(_RECORD)
    base = base_type(node.get("basetype") or "identifier")
    made = Declaration(node.get("identifier"), cardinality, base)
    if default := node.find("defaultvalue"):
        made.default = value_of(default, cardinality=cardinality, base=base)
    if correct := node.find("correctresponse"):
        made.correct = value_of(correct, cardinality=cardinality, base=base)
        texts = {child.text.strip() for child in correct.nodes if child.name == "value"}
        made.is_ambiguous = cardinality == "single" and len(texts) > 1
    if mapping := node.find("mapping"):
        made.mapping = _mapping(mapping, base)
    if areas := node.find("areamapping"):
        made.areas = _area_mapping(areas)
    made.table = _table(node.nodes)
    if node.get("normalmaximum").strip():
        made.normal_maximum = parse_number(node.get("normalmaximum"))
    made.is_external = node.get("externalscored").lower() in ("human", "externalmachine")
    return made


def declarations_of(item: Node) -> Declarations:
    """Return what an item declares; Unsupported for what cannot be understood."""
    found = Declarations()
    for node in item.nodes:
        if node.name == "responsedeclaration":
            made = _declaration(node)
            found.responses[made.identifier] = made
        elif node.name == "outcomedeclaration":
            made = _declaration(node)
            found.outcomes[made.identifier] = made
        elif node.name == "templatedeclaration":
            if node.get("cardinality").lower() == "record":
                raise Unsupported(TEMPLATE)
            made = _declaration(node)
            found.templates[made.identifier] = made
            found.has_templates = True
        elif node.name == "templateprocessing":
            found.has_templates = True
    return found
