"""The history of a question: kept drafts and published versions, and how two of them differ, field by field."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edu.core.errors import NotFound
from exams.authoring.editor_form import FieldNode, RowsNode, nodes_of
from exams.authoring.editors import find_variant, get_editor
from exams.domain.differences import Piece, differences
from exams.models import Question
from exams.view_models import TYPE_LABELS

MAXIMUM_STATES = 100
_STATE = re.compile(r"^(?:now|[dv][1-9][0-9]{0,5})$")


@dataclass(frozen=True, kw_only=True)
class State:
    """A former or present state of a question: its key in addresses (d3, v2, now), who made it when, its values."""

    key: str
    number: int
    kind: str
    at: datetime
    by: Any | None
    values: dict[str, Any]

    @property
    def label(self) -> str:
        """Return what the state is called."""
        if self.kind == "now":
            return _("the draft as it is now")
        text = _("version %(n)s") if self.kind == "version" else _("draft %(n)s")
        return text % {"n": self.number}


@dataclass(frozen=True, kw_only=True)
class FieldDifference:
    """A field in two states, cut into what is the same and what is not."""

    label: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the states differ here."""
        return any(piece.is_changed for piece in (*self.old, *self.new))


VALUES = ("type", "content", "key", "explanation", "source", "marks")
META = ("difficulty", "tags")


def _revision_state(revision: Any, number: int) -> State:
    content = revision.content
    values = {name: content.get(name) for name in (*VALUES, *META) if name in content}
    return State(key=f"d{number}", number=number, kind="draft", at=revision.created_at, by=revision.user, values=values)


def list_states(*, question: Question) -> list[State]:
    """Return the published versions and kept drafts, newest first, at most MAXIMUM_STATES of each; two queries and a
    count."""
    drafts = question.revisions.order_by("-id")
    total = drafts.count()
    states = [
        _revision_state(revision, total - place)
        for place, revision in enumerate(drafts.select_related("user")[:MAXIMUM_STATES])
    ]
    states += [
        _version_state(version)
        for version in question.versions.shown().select_related("published_by").order_by("-number")[:MAXIMUM_STATES]
    ]
    return sorted(states, key=lambda state: state.at, reverse=True)


def _version_state(version: Any) -> State:
    return State(
        key=f"v{version.number}",
        number=version.number,
        kind="version",
        at=version.published_at,
        by=version.published_by,
        values={name: getattr(version, name) for name in VALUES},
    )


def get_state(*, question: Question, key: str) -> State:
    """Return a state by its key; NotFound when there is none."""
    if _STATE.match(key):
        if key == "now":
            values = {name: getattr(question, name) for name in (*VALUES, *META)}
            return State(key="now", number=0, kind="now", at=question.updated_at, by=None, values=values)
        number = int(key[1:])
        if key[0] == "v":
            version = question.versions.shown().filter(number=number).select_related("published_by").first()
            if version is not None:
                return _version_state(version)
        else:
            revision = question.revisions.order_by("id").select_related("user")[number - 1 : number].first()
            if revision is not None:
                return _revision_state(revision, number)
    raise NotFound(_("There is no such state of this question."))


def _plain(text: Any) -> str:
    spaced = re.sub(r"<(?:br|/p|/li|/tr|/h\d)[^>]*>", "\n", str(text if text is not None else ""))
    pictures = re.sub(r"<(img|audio)[^>]*?(?:alt=\"([^\"]*)\")?[^>]*>", r"[\2]", spaced)
    return strip_tags(pictures).strip()


def _value_of(node: FieldNode) -> str:
    if node.kind == "check":
        return _("yes") if node.value else _("no")
    if node.kind == "choice":
        return str(next((label for value, label in node.choices if value == node.value), node.value))
    return _plain(node.value)


def _fields(nodes: Iterable[FieldNode | RowsNode], prefix: str, label: str) -> dict[str, tuple[str, str]]:
    """Return the fields of an editor as place -> (label, text); a row keeps its place by its id."""
    found: dict[str, tuple[str, str]] = {}
    for node in nodes:
        if isinstance(node, RowsNode):
            for row in node.rows:
                place = f"{prefix}{node.name}/{row.id or row.number}"
                words = f"{label}{row.label} {row.number} · "
                found |= _fields((*row.nodes, *row.minor_nodes), f"{place}/", words)
        elif node.kind != "hidden":
            found[f"{prefix}{node.name.rsplit('-', 1)[-1]}"] = (f"{label}{node.label}", _value_of(node))
    return found


def fields_of(state: State) -> dict[str, tuple[str, str]]:
    """Return everything that an author sees of a state, as place -> (label, plain text), in the reader's language."""
    values = state.values
    found = {"type": (_("Type"), str(TYPE_LABELS.get(values["type"], values["type"])))}
    try:
        editor = get_editor(values["type"])
        found |= _fields(
            nodes_of(editor.layout, editor.load(values["content"], values["key"]), {}, find_variant), "", ""
        )
    except Exception:  # noqa: BLE001 - an unfinished draft may lack any part; its text is shown at least
        found["stem"] = (_("Text"), _plain((values["content"] or {}).get("stem", "")))
    found["explanation"] = (_("Explanation"), _plain(values["explanation"]))
    found["source"] = (_("Source"), _plain(values["source"]))
    found["marks"] = (pgettext("question", "Marks"), format(float(values["marks"]), "g"))
    if "difficulty" in values:
        found["difficulty"] = (_("Difficulty"), str(values["difficulty"]))
        found["tags"] = (_("Tags"), ", ".join(values["tags"] or []))
    return found


def _label(before: tuple[str, str] | None, after: tuple[str, str] | None) -> str:
    """Return the name of a field, and whether only one of the states has it: two options may have had one number."""
    if before is None and after is not None:
        return _("%(field)s (added)") % {"field": after[0]}
    if after is None and before is not None:
        return _("%(field)s (removed)") % {"field": before[0]}
    return (after or before or ("", ""))[0]


def compare_states(old: State, new: State) -> list[FieldDifference]:
    """Return every field of two states in order; what only one of them knows of (tags of a version) is left out."""
    left, right = fields_of(old), fields_of(new)
    skipped = {name for name in META if (name in left) != (name in right)}
    places = [*left, *(place for place in right if place not in left)]
    rows = []
    for place in places:
        if place in skipped:
            continue
        before, after = left.get(place), right.get(place)
        old_pieces, new_pieces = differences(before[1] if before else "", after[1] if after else "")
        if old_pieces or new_pieces:
            rows.append(FieldDifference(label=_label(before, after), old=old_pieces, new=new_pieces))
    return rows


def values_to_restore(state: State) -> dict[str, Any]:
    """Return the values of a state as `revert_question` takes them."""
    values = dict(state.values)
    values["marks"] = Decimal(str(values["marks"]))
    return values
