"""From content, order, response and key to a view: finds the builder of a question's type. Called by
exams.presentation only.
"""

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from exams import question_views
from exams.richtext import safe_html
from exams.view_models import TYPE_LABELS, QuestionView, Seen

Builder = Callable[[QuestionView, Mapping[str, Any], Seen], QuestionView]


@cache
def builders() -> Mapping[str, Builder]:
    """Return the builder of every type: `build` of each module of exams.question_views."""
    names = [module.name for module in pkgutil.iter_modules(question_views.__path__)]
    return MappingProxyType({name: import_module(f"{question_views.__name__}.{name}").build for name in names})


def build(type_: str, content: Mapping[str, Any], seen: Seen, *, name: str, number: str, marks: str) -> QuestionView:
    """Return the view of a question without review; KeyError for a type or content that does not exist."""
    view = QuestionView(
        type=type_,
        type_label=str(TYPE_LABELS.get(type_, type_)),
        name=name,
        number=number,
        marks=marks,
        stem=safe_html(str(content.get("stem", ""))),
    )
    return builders()[type_](view, content, seen)
