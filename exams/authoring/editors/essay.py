"""The form of essay: length, rubric and model answer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Values
from exams.authoring.editor_parts import RUBRIC, STEM, number_or_none, number_text, rubric_from, rubric_values


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    return {
        "stem": content["stem"],
        "min_words": number_text(content.get("min_words")),
        "max_words": number_text(content.get("max_words")),
        **rubric_values(key),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    content: dict[str, Any] = {"stem": values["stem"]}
    for name in ("min_words", "max_words"):
        if (number := number_or_none(values[name], name)) is not None:
            content[name] = int(number)
    return content, rubric_from(values)


EDITOR = Editor(
    type="essay",
    hint=_("A free text that a person marks."),
    layout=(
        STEM,
        Field(name="min_words", label=_("At least so many words"), kind="number"),
        Field(name="max_words", label=_("At most so many words"), kind="number"),
        *RUBRIC,
    ),
    load=load,
    dump=dump,
)
