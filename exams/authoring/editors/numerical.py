"""The form of numerical: accepted numbers with tolerance, and units."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Values
from exams.authoring.editor_parts import (
    NUMBER_ROWS,
    STEM,
    UNITS,
    number_answers_from,
    number_answers_values,
    number_or_none,
    number_text,
    units_from,
    units_values,
)

_STAR = _("The first that fits decides; * stands for any number.")


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    return {
        "stem": content["stem"],
        "unit_label": content.get("unit_label") or "",
        "answers": number_answers_values(key.get("answers", ())),
        "units": units_values(key),
        "unit_required": bool(key.get("unit_required")),
        "unit_penalty": number_text(key.get("unit_penalty")),
        "unit_penalty_of": key.get("unit_penalty_of", "mark"),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    key = {
        "answers": number_answers_from(values["answers"]),
        "units": units_from(values),
        "unit_required": values["unit_required"],
        "unit_penalty": number_or_none(values["unit_penalty"], "unit_penalty"),
        "unit_penalty_of": values["unit_penalty_of"] or "mark",
    }
    return {"stem": values["stem"], "unit_label": values["unit_label"]}, key


EDITOR = Editor(
    type="numerical",
    hint=_("A number, with a tolerance and units."),
    layout=(
        STEM,
        Field(name="unit_label", label=_("Unit printed behind the field")),
        replace(NUMBER_ROWS, name="answers", label=_("Accepted numbers"), start=1, help=_STAR),
        *UNITS,
        Field(
            name="unit_penalty",
            label=_("A wrong or missing unit costs"),
            kind="number",
            help=_("A share from 0 to 1. Empty: with a wrong unit nothing is earned."),
        ),
        Field(
            name="unit_penalty_of",
            label=_("That is a share of"),
            kind="choice",
            choices=(("mark", _("what the number earns")), ("maximum", _("all marks of the question"))),
            default="mark",
        ),
    ),
    load=load,
    dump=dump,
)
