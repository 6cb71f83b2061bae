"""The form of short answer: accepted texts and how they are compared."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Values
from exams.authoring.editor_parts import (
    ANSWER_ROWS,
    FOLDING,
    STEM,
    folding_from,
    folding_values,
    text_answers_from,
    text_answers_values,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    return {"stem": content["stem"], "answers": text_answers_values(key.get("answers", ())), **folding_values(key)}


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    return {"stem": values["stem"]}, {"answers": text_answers_from(values["answers"]), **folding_from(values)}


EDITOR = Editor(
    type="short_text",
    hint=_("A few words that are compared with yours."),
    layout=(STEM, ANSWER_ROWS, *FOLDING),
    load=load,
    dump=dump,
)
