"""The editors of question types: every module of this package, discovered; each has an `EDITOR`.

A further question type adds its module here and touches nothing else.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from exams.authoring.editor import Editor
from exams.authoring.editor_form import Layout
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
