"""The form of true or false: the statement and what is said to either answer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Values
from exams.authoring.editor_parts import (
    STEM,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    feedback = key.get("feedback", {})
    return {
        "stem": content["stem"],
        "correct": "true" if key.get("correct") else "false",
        "feedback_true": feedback.get("true", ""),
        "feedback_false": feedback.get("false", ""),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    feedback = {word: values[f"feedback_{word}"] for word in ("true", "false") if values[f"feedback_{word}"]}
    return {"stem": values["stem"]}, {"correct": values["correct"] == "true", "feedback": feedback}


EDITOR = Editor(
    type="true_false",
    hint=_("A statement to be judged."),
    layout=(
        STEM,
        Field(
            name="correct",
            label=_("The statement is"),
            kind="choice",
            choices=(("true", _("True")), ("false", _("False"))),
            default="true",
        ),
        Field(name="feedback_true", label=_("Said to those who choose “true”"), kind="rich"),
        Field(name="feedback_false", label=_("Said to those who choose “false”"), kind="rich"),
    ),
    load=load,
    dump=dump,
)
