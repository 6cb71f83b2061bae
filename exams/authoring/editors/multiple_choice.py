"""The form of multiple choice: options, each right or not."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Values
from exams.authoring.editor_parts import (
    OPTION_ALIASES,
    STEM,
    is_empty_row,
    number_or_none,
    number_text,
    option_rows,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    rows = [
        {
            **option,
            "right": option["id"] in key.get("correct", ()),
            "share": number_text(key.get("fractions", {}).get(option["id"])),
            "feedback": key.get("feedback", {}).get(option["id"], ""),
        }
        for option in content["options"]
    ]
    return {"stem": content["stem"], "options": rows}


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    rows = [row for row in values["options"] if not is_empty_row(row, "text", "feedback")]
    key: dict[str, Any] = {
        "correct": [row["id"] for row in rows if row["right"]],
        "fractions": {row["id"]: number_or_none(row["share"], "share") for row in rows if row["share"]},
        "feedback": {row["id"]: row["feedback"] for row in rows if row["feedback"]},
    }
    return {"stem": values["stem"], "options": [{"id": row["id"], "text": row["text"]} for row in rows]}, key


EDITOR = Editor(
    type="multiple_choice",
    layout=(
        STEM,
        option_rows(
            Field(name="right", label=_("This option is right"), kind="check"),
            start=4,
            more=(
                Field(
                    name="share",
                    label=_("Share when shares are added up"),
                    kind="number",
                    help=_("Between -1 and 1. Only papers that add up shares use it."),
                    is_minor=True,
                ),
            ),
        ),
    ),
    load=load,
    dump=dump,
    aliases=OPTION_ALIASES,
)
