"""The form of single choice: options, each worth a share."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Values
from exams.authoring.editor_parts import (
    OPTION_ALIASES,
    STEM,
    is_empty_row,
    option_rows,
    worth_field,
    worth_from,
    worth_value,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    fractions, feedback = key.get("fractions", {}), key.get("feedback", {})
    rows = [
        {**option, "worth": worth_value(fractions.get(option["id"], 0)), "feedback": feedback.get(option["id"], "")}
        for option in content["options"]
    ]
    return {"stem": content["stem"], "options": rows}


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    rows = [row for row in values["options"] if not is_empty_row(row, "text", "feedback")]
    key = {
        "fractions": {row["id"]: worth_from(row["worth"]) for row in rows if worth_from(row["worth"]) != 0},
        "feedback": {row["id"]: row["feedback"] for row in rows if row["feedback"]},
    }
    return {"stem": values["stem"], "options": [{"id": row["id"], "text": row["text"]} for row in rows]}, key


EDITOR = Editor(
    type="single_choice",
    hint=_("One option is right."),
    layout=(STEM, option_rows(worth_field(), start=4)),
    load=load,
    dump=dump,
    aliases=OPTION_ALIASES,
)
