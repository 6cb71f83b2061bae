"""The form of numerical: accepted numbers with tolerance, and units."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    STEM,
    TOLERANCE_KINDS,
    is_empty_row,
    worth_field,
    worth_from,
    worth_value,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    rows = [
        {
            "value": str(answer["value"]),
            "tolerance": str(answer.get("tolerance", "0")),
            "tolerance_kind": answer.get("tolerance_kind", "absolute"),
            "worth": worth_value(answer.get("fraction", 1)),
            "feedback": answer.get("feedback", ""),
        }
        for answer in key.get("answers", ())
    ]
    units = [{"name": name, "factor": str(factor)} for name, factor in key.get("units", {}).items()]
    return {
        "stem": content["stem"],
        "unit_label": content.get("unit_label") or "",
        "answers": rows,
        "units": units,
        "unit_required": bool(key.get("unit_required")),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    answers = [
        {
            "value": row["value"],
            "tolerance": row["tolerance"] or "0",
            "tolerance_kind": row["tolerance_kind"] or "absolute",
            "fraction": worth_from(row["worth"]),
            "feedback": row["feedback"],
        }
        for row in values["answers"]
        if not is_empty_row(row, "value", "feedback")
    ]
    units = {row["name"]: row["factor"] for row in values["units"] if not is_empty_row(row, "name", "factor")}
    key = {"answers": answers, "units": units, "unit_required": values["unit_required"]}
    return {"stem": values["stem"], "unit_label": values["unit_label"]}, key


EDITOR = Editor(
    type="numerical",
    layout=(
        STEM,
        Field(name="unit_label", label=_("Unit printed behind the field")),
        Rows(
            name="answers",
            label=_("Accepted numbers"),
            row_label=pgettext_lazy("value", "Number"),
            add_label=_("Add a number"),
            has_ids=False,
            fields=(
                Field(name="value", label=pgettext_lazy("value", "Number"), kind="number"),
                Field(name="tolerance", label=_("Tolerance"), kind="number", default="0"),
                Field(
                    name="tolerance_kind",
                    label=_("Tolerance is"),
                    kind="choice",
                    choices=TOLERANCE_KINDS,
                    default="absolute",
                ),
                worth_field(default="1"),
                Field(name="feedback", label=_("Feedback"), kind="rich", is_minor=True),
            ),
        ),
        Rows(
            name="units",
            label=_("Units the learner may type"),
            row_label=_("Unit"),
            add_label=_("Add a unit"),
            start=0,
            has_ids=False,
            fields=(
                Field(name="name", label=_("Unit")),
                Field(name="factor", label=_("One of it is so many of the base unit"), kind="number"),
            ),
        ),
        Field(name="unit_required", label=_("The unit has to be typed"), kind="check", default=False),
    ),
    load=load,
    dump=dump,
)
