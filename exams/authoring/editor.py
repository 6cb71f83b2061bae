"""What an editor of a question type is: the layout of its form, and the way between form values and content + key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exams.authoring.editor_form import Layout, Values

Pair = tuple[dict[str, Any], dict[str, Any]]


def no_derivation(values: Values) -> None:
    """Fill in nothing: for editors that show only what they hold."""


@dataclass(frozen=True, kw_only=True)
class Editor:
    """How questions of a type are written: layout, values from content and key, content and key from values.

    `hint` says in a line what the type is good for, where an author chooses one. `aliases` name the part of the form
    where a problem of another name is shown. `derive` fills in what the form only shows; `actions` are what buttons of
    their own do to the values: each returns the field to focus.
    """

    type: str
    layout: Layout
    load: Callable[[Mapping[str, Any], Mapping[str, Any]], Values]
    dump: Callable[[Values], Pair]
    hint: Any = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    derive: Callable[[Values], None] = no_derivation
    actions: Mapping[str, Callable[[Values], str]] = field(default_factory=dict)
