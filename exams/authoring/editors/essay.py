"""The form of essay: length, rubric and model answer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    STEM,
    is_empty_row,
    number_or_none,
    number_text,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    rubric = [
        {"id": line["id"], "criterion": line["criterion"], "points": number_text(line["points"])}
        for line in key.get("rubric", ())
    ]
    return {
        "stem": content["stem"],
        "min_words": number_text(content.get("min_words")),
        "max_words": number_text(content.get("max_words")),
        "rubric": rubric,
        "model_answer": key.get("model_answer", ""),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    content: dict[str, Any] = {"stem": values["stem"]}
    for name in ("min_words", "max_words"):
        if (number := number_or_none(values[name], name)) is not None:
            content[name] = int(number)
    rubric = [
        {"id": row["id"], "criterion": row["criterion"], "points": number_or_none(row["points"], "points") or 0}
        for row in values["rubric"]
        if not is_empty_row(row, "criterion", "points")
    ]
    return content, {"rubric": rubric, "model_answer": values["model_answer"]}


EDITOR = Editor(
    type="essay",
    layout=(
        STEM,
        Field(name="min_words", label=_("At least so many words"), kind="number"),
        Field(name="max_words", label=_("At most so many words"), kind="number"),
        Rows(
            name="rubric",
            label=_("Rubric"),
            row_label=_("Criterion"),
            add_label=_("Add a criterion"),
            prefix="r",
            help=_("The points share out the marks of the question."),
            fields=(
                Field(name="criterion", label=_("What the marker looks for"), kind="rich"),
                Field(name="points", label=_("Points"), kind="number"),
            ),
        ),
        Field(name="model_answer", label=_("Model answer"), kind="rich"),
    ),
    load=load,
    dump=dump,
)
