"""What can be wrong with a question record, and how remarks are said in their reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop

from edu.core.errors import InvalidInput
from exams.authoring.problems import describe_text
from exams.interchange.formats.base import NO_VALUES
from exams.view_models import TYPE_LABELS

RECORD_PROBLEMS: dict[str, str] = {
    "unknown_field": gettext_noop("A question record has no %(names)s."),
    "no_type": gettext_noop("The question type is missing."),
    "no_content": gettext_noop("The content of the question is missing."),
    "no_key": gettext_noop("The answer key is missing."),
    "bad_difficulty": gettext_noop("The difficulty lies between 1 and 5."),
    "bad_marks": gettext_noop("The marks must be a number."),
    "marks_out_of_range": gettext_noop("The marks lie between 0 and 10,000."),
    "same_reference": gettext_noop("Row %(n)s has the same reference."),
    "bad_list": gettext_noop("This has to be a list."),
    "not_storable": gettext_noop("This holds characters that cannot be stored."),
}
"""Source text by code."""


class RecordProblem(InvalidInput):
    """A question record cannot be used; `text` (English source) and `values` say why, `field` where."""

    def __init__(self, problem: str, *, field: str, **values: object) -> None:
        self.text = RECORD_PROBLEMS[problem]
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(say_remark(self.text, self.values), field=field)


def say_remark(text: str, values: Mapping[str, Any] = NO_VALUES, /) -> str:
    """Return a remark of an import or export in the reader's language: English source text with its values.

    What the exam domain says comes without values and is told by its shape.
    """
    if not text:
        return ""
    if not values:
        return describe_text(text)
    try:
        return gettext(text) % {name: _type_words(value) if name == "type" else value for name, value in values.items()}
    except (KeyError, ValueError, TypeError):
        return gettext(text)


def _type_words(value: object) -> str:
    """Return a question type in the reader's language: one of ours, or a name that a file has in Chinese / English."""
    chinese, slash, english = str(value).partition(" / ")
    if slash:
        return chinese if (get_language() or "").startswith("zh") else english
    return str(TYPE_LABELS.get(chinese, chinese))
