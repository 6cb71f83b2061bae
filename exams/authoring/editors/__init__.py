"""The editors of question types: every module of this package, discovered; each has an `EDITOR`.

A further question type adds its module here and touches nothing else.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from exams.authoring.editor import Editor
from exams.authoring.editor_form import Layout, Values
from exams.domain.errors import UnknownQuestionType
from exams.domain.registry import question_types


@cache
def editors() -> Mapping[str, Editor]:
    """Return the editors of all types by name, in the order in which authors meet them."""
    found: dict[str, Editor] = {}
    for module in pkgutil.iter_modules(__path__):
        editor: Editor = import_module(f"{__name__}.{module.name}").EDITOR
        found[editor.type] = editor
    known = question_types()
    return MappingProxyType({name: found[name] for name in known if name in found})


def get_editor(type: str) -> Editor:
    """Return the editor of a question type; UnknownQuestionType when there is none."""
    try:
        return editors()[type]
    except KeyError as error:
        raise UnknownQuestionType(f"There is no question type {type!r}.") from error


def list_variants() -> list[str]:
    """Return the names of types that may stand under a passage, as its form offers them."""
    return [name for name, type_ in question_types().items() if type_.info.fits_passage and name in editors()]


def find_variant(type: str) -> Layout:
    """Return the layout of a sub-question's type; of the first that is offered when the name is unknown."""
    variants = list_variants()
    return get_editor(type if type in variants else variants[0]).layout


def act(editor: Editor, values: Values, command: str) -> str:
    """Do what a button of an editor's own says (`act:make`, or `act:questions-0-make` within a passage); return the
    field to focus, nothing when there is no such button."""
    verb, _colon, path = command.partition(":")
    *outer, name = path.split("-")
    if verb != "act":
        return ""
    if not outer:
        return editor.actions[name](values) if name in editor.actions else ""
    rows = values.get(outer[0])
    if len(outer) != 2 or not outer[1].isdecimal() or not isinstance(rows, list) or int(outer[1]) >= len(rows):
        return ""
    row = rows[int(outer[1])]
    inner = editors().get(str(row.get("type", "")))
    focus = inner.actions[name](row) if inner is not None and name in inner.actions else ""
    return f"{outer[0]}-{outer[1]}-{focus}" if focus else ""
