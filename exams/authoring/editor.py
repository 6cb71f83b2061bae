"""What an editor of a question type is: the layout of its form, and the way between form values and content + key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exams.authoring.editor_form import Layout, Values

Pair = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Editor:
    """How questions of a type are written: layout, values from content and key, content and key from values.

    `aliases` name the part of the form where a problem of another name is shown.
    """

    type: str
    layout: Layout
    load: Callable[[Mapping[str, Any], Mapping[str, Any]], Values]
    dump: Callable[[Values], Pair]
    aliases: Mapping[str, str] = field(default_factory=dict)
