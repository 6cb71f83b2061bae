"""Forms that are made from a layout: fields, rows that can be added, removed and moved, rows within rows.

A type's editor (the package editors) describes the layout; here it is read from a post, changed by its buttons and made
into nodes for the template.
Everything works as a plain form post; scripts only spare the page load.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from exams.authoring.rich_text import clean_rich_text
from exams.domain.opaque_ids import is_opaque
from exams.richtext import asset_address

MAXIMUM_ROWS = 60
Text = str | Promise
Values = dict[str, Any]
Choices = tuple[tuple[str, Text], ...]
Errors = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input. `kind` is rich, line, long (a line shown over several), number, check, choice, hidden, picture,
    drawing, action (a button), output (only shown) or note (its label, as a sentence); `when` shows it only while
    another field, of the row or of the form round it, has one of the values."""

    name: str
    label: Text = ""
    kind: str = "line"
    help: Text = ""
    choices: Choices | Callable[[], Choices] = ()
    choices_from: str = ""
    default: str | bool = ""
    when: tuple[str, frozenset[str]] | None = None
    refreshes: bool = False
    is_minor: bool = False
    is_kept: bool = False


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list of like groups of inputs. `start` rows are offered for a new question; `prefix` begins the ids of new
    rows.

    `numbered` ids look like b1, b2; others are letters a, b, c. `variant` names a field whose value chooses a
    further layout. `is_compact` draws a row on one line; `maximum` bounds the list.
    """

    name: str
    label: Text
    add_label: Text
    fields: "tuple[Field | Rows, ...]"
    row_label: Text = ""
    help: Text = ""
    start: int = 1
    has_ids: bool = True
    prefix: str = ""
    is_ordered: bool = True
    when: tuple[str, frozenset[str]] | None = None
    variant: str = ""
    is_compact: bool = False
    is_kept: bool = False
    maximum: int = MAXIMUM_ROWS


Layout = tuple[Field | Rows, ...]
FindLayout = Callable[[str], Layout]


def no_variants(name: str) -> Layout:
    """Return an empty layout: for editors whose rows have no variants."""
    return ()


def new_id(taken: Sequence[str], prefix: str) -> str:
    """Return a short id that is not taken: a, b, c … without a prefix, b1, b2 … with one."""
    if not prefix:
        for letter in "abcdefghijklmnopqrstuvwxyz":
            if letter not in taken:
                return letter
    number = 1
    while f"{prefix or 'o'}{number}" in taken:
        number += 1
    return f"{prefix or 'o'}{number}"


def shown_names(ids: Sequence[str], prefix: str = "", /) -> dict[str, str]:
    """Return by id what a form calls parts that an author names in a field: ids that say nothing get short names in the
    given order, the others are their own names."""
    names = {id_: id_ for id_ in ids if not is_opaque(id_)}
    for id_ in ids:
        if id_ not in names:
            names[id_] = new_id(list(names.values()), prefix)
    return names


def fill_ids(layout: Layout, values: Values, find_layout: FindLayout) -> None:
    """Give every row that has none an id of its own; rows keep their id for good."""
    for part in layout:
        if not isinstance(part, Rows):
            continue
        taken = [row["id"] for row in values.get(part.name, ()) if row.get("id")]
        for row in values.get(part.name, ()):
            if part.has_ids and not row.get("id"):
                row["id"] = new_id(taken, part.prefix)
                taken.append(row["id"])
            fill_ids(_layout_of(part, row, find_layout), row, find_layout)


def _layout_of(rows: Rows, row: Mapping[str, Any], find_layout: FindLayout) -> Layout:
    return rows.fields + (find_layout(str(row.get(rows.variant, ""))) if rows.variant else ())


def empty_values(layout: Layout, find_layout: FindLayout) -> Values:
    """Return the values of an empty form, with as many rows as the layout starts with."""
    values: Values = {}
    for part in layout:
        if isinstance(part, Rows):
            values[part.name] = [empty_row(part, find_layout) for _index in range(part.start)]
        else:
            values[part.name] = part.default
    fill_ids(layout, values, find_layout)
    return values


def offer_rows(layout: Layout, values: Values, find_layout: FindLayout) -> None:
    """Offer empty rows where a draft has none left of a list that a new question starts with."""
    for part in layout:
        if isinstance(part, Rows) and not values.get(part.name):
            values[part.name] = [empty_row(part, find_layout) for _index in range(part.start)]
    fill_ids(layout, values, find_layout)


def empty_row(rows: Rows, find_layout: FindLayout) -> Values:
    """Return one empty row, with its own rows and its variant's first layout."""
    row = empty_values(rows.fields, find_layout)
    if rows.variant:
        row |= empty_values(find_layout(str(row[rows.variant])), find_layout)
    return row


def read_values(layout: Layout, data: Mapping[str, Any], find_layout: FindLayout, prefix: str = "") -> Values:
    """Return the values of a posted form, untrusted but of the layout's shape; at most MAXIMUM_ROWS rows a list."""
    values: Values = {}
    for part in layout:
        name = prefix + part.name
        if isinstance(part, Rows):
            count = str(data.get(f"{name}-count", "0"))
            total = min(int(count), part.maximum) if count.isascii() and count.isdecimal() else 0
            rows = []
            for index in range(total):
                inner = f"{name}-{index}-"
                row = read_values(part.fields, data, find_layout, inner)
                if part.variant:
                    row |= read_values(find_layout(str(row[part.variant])), data, find_layout, inner)
                if part.has_ids:
                    row["id"] = str(data.get(f"{inner}id", "")).strip()[:32]
                rows.append(row)
            values[part.name] = rows
        elif part.kind in {"action", "output", "note"}:
            values[part.name] = ""
        elif part.kind == "check":
            values[part.name] = bool(data.get(name))
        elif part.kind == "rich":
            values[part.name] = clean_rich_text(str(data.get(name, "")))
        elif part.kind == "long":
            values[part.name] = " ".join(str(data.get(name, "")).replace("\x00", "").split())
        else:
            values[part.name] = str(data.get(name, "")).replace("\x00", "").strip()
    fill_ids(layout, values, find_layout)
    return values


def press(layout: Layout, values: Values, command: str, find_layout: FindLayout) -> str:
    """Do what a row button says (`add:options`, `remove:options-2`, `up:…`, `down:…`, `refresh:`) and return the
    field to focus.

    Commands that do not fit the form do nothing.
    """
    verb, _colon, path = command.partition(":")
    tokens = path.split("-") if path else []
    here, part = _descend(layout, values, tokens if verb == "add" else tokens[:-1], find_layout)
    if part is None:
        return ""
    rows: list[Values] = here[part.name]
    if verb == "add":
        if len(rows) < part.maximum:
            rows.append(empty_row(part, find_layout))
            fill_ids(layout, values, find_layout)
        return f"{path}-{len(rows) - 1}"
    index = int(tokens[-1]) if tokens[-1].isdecimal() else -1
    if not 0 <= index < len(rows):
        return ""
    if verb == "remove":
        rows.pop(index)
        return "-".join([*tokens[:-1], str(max(0, index - 1))])
    target = index + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= target < len(rows):
        rows[index], rows[target] = rows[target], rows[index]
        return "-".join([*tokens[:-1], str(target)])
    return ""


def _descend(
    layout: Layout, values: Values, tokens: Sequence[str], find_layout: FindLayout
) -> tuple[Values, Rows | None]:
    """Follow `options` or `blanks-0-answers` and return the values that hold the last list, with its description."""
    part = next((p for p in layout if isinstance(p, Rows) and tokens and p.name == tokens[0]), None)
    if part is None or len(tokens) == 1:
        return values, part
    if len(tokens) < 3 or not tokens[1].isdecimal() or int(tokens[1]) >= len(values[part.name]):
        return values, None
    row = values[part.name][int(tokens[1])]
    return _descend(_layout_of(part, row, find_layout), row, tokens[2:], find_layout)


@dataclass(frozen=True, kw_only=True)
class FieldNode:
    """An input as the template draws it."""

    name: str
    label: Text
    kind: str
    value: Any
    help: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    errors: tuple[str, ...] = ()
    refreshes: bool = False
    is_minor: bool = False
    is_rows: bool = False

    @property
    def picture_url(self) -> str:
        """Return where the picture of a picture field is seen; nothing while there is none."""
        return asset_address(str(self.value or ""))


@dataclass(frozen=True, kw_only=True)
class RowNode:
    """One row: its inputs, those tucked away, and its buttons' path."""

    path: str
    id: str
    number: int
    label: Text
    nodes: "tuple[FieldNode | RowsNode, ...]"
    minor_nodes: "tuple[FieldNode | RowsNode, ...]" = ()
    is_first: bool = False
    is_last: bool = False

    @property
    def code(self) -> str:
        """The id where an author can use it; nothing for one that says nothing."""
        return "" if is_opaque(self.id) else self.id


@dataclass(frozen=True, kw_only=True)
class RowsNode:
    """A list of rows with its add button."""

    name: str
    label: Text
    add_label: Text
    rows: tuple[RowNode, ...]
    help: Text = ""
    errors: tuple[str, ...] = ()
    has_ids: bool = True
    is_ordered: bool = True
    is_compact: bool = False
    is_minor: bool = False
    is_rows: bool = field(default=True)


def nodes_of(
    layout: Layout,
    values: Mapping[str, Any],
    errors: Errors,
    find_layout: FindLayout,
    prefix: str = "",
    outer: Mapping[str, Any] | None = None,
) -> tuple[FieldNode | RowsNode, ...]:
    """Return what the template draws; a field whose `when` does not hold is left out."""
    nodes: list[FieldNode | RowsNode] = []
    for part in layout:
        if part.when and str({**(outer or {}), **values}.get(part.when[0], "")) not in part.when[1]:
            if part.is_kept:
                nodes += _kept_nodes(part, prefix + part.name, values.get(part.name), find_layout)
            continue
        name = prefix + part.name
        found = tuple(errors.get(name, ()))
        if isinstance(part, Rows):
            rows = values.get(part.name, [])
            nodes.append(
                RowsNode(
                    name=name,
                    label=part.label,
                    add_label=part.add_label,
                    help=part.help,
                    errors=found,
                    has_ids=part.has_ids,
                    is_ordered=part.is_ordered,
                    is_compact=part.is_compact,
                    rows=tuple(
                        _row_node(part, rows, index, errors, find_layout, name, values) for index in range(len(rows))
                    ),
                )
            )
        else:
            nodes.append(_field_node(part, name, values.get(part.name, part.default), found, outer or values))
    return tuple(nodes)


def _kept_nodes(part: Field | Rows, name: str, value: Any, find_layout: FindLayout) -> "list[FieldNode | RowsNode]":
    """Return hidden inputs for what stands in a part that is not shown."""
    if isinstance(part, Field):
        kept = "1" if value is True else str(value or "")
        return [FieldNode(name=name, label="", kind="hidden", value=kept)] if kept else []
    nodes: list[FieldNode | RowsNode] = []
    for index, row in enumerate(value or ()):
        if part.has_ids:
            nodes.append(FieldNode(name=f"{name}-{index}-id", label="", kind="hidden", value=str(row.get("id", ""))))
        for inner in _layout_of(part, row, find_layout):
            nodes += _kept_nodes(inner, f"{name}-{index}-{inner.name}", row.get(inner.name), find_layout)
    return [*nodes, FieldNode(name=f"{name}-count", label="", kind="hidden", value=str(len(value or ())))]


def _row_node(
    part: Rows,
    rows: Sequence[Values],
    index: int,
    errors: Errors,
    find_layout: FindLayout,
    name: str,
    values: Mapping[str, Any],
) -> RowNode:
    row = rows[index]
    path = f"{name}-{index}"
    nodes = nodes_of(_layout_of(part, row, find_layout), row, errors, find_layout, f"{path}-", values)
    return RowNode(
        path=path,
        id=str(row.get("id", "")),
        number=index + 1,
        label=part.row_label or part.label,
        nodes=tuple(node for node in nodes if not node.is_minor),
        minor_nodes=tuple(node for node in nodes if node.is_minor),
        is_first=index == 0,
        is_last=index == len(rows) - 1,
    )


def _field_node(part: Field, name: str, value: Any, errors: tuple[str, ...], outer: Mapping[str, Any]) -> FieldNode:
    choices = part.choices() if callable(part.choices) else part.choices
    if part.choices_from:
        choices = (
            ("", _("choose")),
            *tuple(
                (str(row.get("id", "")), f"{place}. {str(row.get('text', ''))[:60]}")
                for place, row in enumerate(outer.get(part.choices_from, ()), start=1)
            ),
        )
    if part.kind == "choice" and value and value not in {key for key, _label in choices}:
        choices = (*choices, (str(value), str(value)))
    return FieldNode(
        name=name,
        label=part.label,
        kind=part.kind,
        value=value,
        help=part.help,
        choices=choices,
        errors=errors,
        refreshes=part.refreshes,
        is_minor=part.is_minor and not errors,
    )


def locate(
    layout: Layout, values: Mapping[str, Any], path: str, find_layout: FindLayout, aliases: Mapping[str, str]
) -> str:
    """Return the form field that a problem's path (`key.blanks.b1.answers.0.text`) speaks of; empty for the
    question as a whole."""
    tokens = [aliases.get(token, token) for token in path.split(".") if token not in {"content", "key", "numeric"}]
    name: list[str] = []
    here: Layout = layout
    scope: Mapping[str, Any] = values
    while tokens:
        token = tokens.pop(0)
        part = next((p for p in here if p.name == token), None)
        if part is None:
            if name or not tokens:
                break
            continue
        name.append(part.name)
        if not isinstance(part, Rows) or not tokens:
            break
        rows = scope.get(part.name, [])
        wanted = tokens.pop(0)
        place = next(
            (i for i, row in enumerate(rows) if row.get("id") == wanted), int(wanted) if wanted.isdecimal() else -1
        )
        if not 0 <= place < len(rows):
            break
        name.append(str(place))
        here, scope = _layout_of(part, rows[place], find_layout), rows[place]
    return "-".join(name) if not name or not name[-1].isdecimal() else "-".join(name[:-1])
