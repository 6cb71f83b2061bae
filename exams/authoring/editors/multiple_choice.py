"""The form of multiple choice: options, each right or not."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values, shown_names
from exams.authoring.editor_parts import (
    CHOICE_RULES,
    OPTION_ALIASES,
    STEM,
    ids_from,
    is_empty_row,
    number_or_none,
    number_text,
    option_rows,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key; options stand under short names, by which authors write further
    choices."""
    names = shown_names([option["id"] for option in content["options"]])
    rows = [
        {
            "id": names[option["id"]],
            "text": option["text"],
            "right": option["id"] in key.get("correct", ()),
            "share": number_text(key.get("fractions", {}).get(option["id"])),
            "feedback": key.get("feedback", {}).get(option["id"], ""),
        }
        for option in content["options"]
    ]
    return {
        "stem": content["stem"],
        "options": rows,
        "rule": key.get("rule") or "",
        "floor": number_text(key.get("floor") or None),
        "maximum_choices": number_text(content.get("maximum_choices")),
        "accepted": [{"choice": ", ".join(names.get(id_, id_) for id_ in ids)} for ids in key.get("accepted", ())],
        "option_ids": ",".join(names),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    ids = {name: id_ for id_, name in shown_names([id_ for id_ in values["option_ids"].split(",") if id_]).items()}
    rows = [
        row | {"id": ids.get(row["id"], row["id"])}
        for row in values["options"]
        if not is_empty_row(row, "text", "feedback")
    ]
    key: dict[str, Any] = {
        "correct": [row["id"] for row in rows if row["right"]],
        "fractions": {row["id"]: number_or_none(row["share"], "share") for row in rows if row["share"]},
        "feedback": {row["id"]: row["feedback"] for row in rows if row["feedback"]},
    }
    if values["rule"]:
        key["rule"] = values["rule"]
    if (floor := number_or_none(values["floor"], "floor")) is not None:
        key["floor"] = floor
    accepted = [[ids.get(name, name) for name in ids_from(row["choice"])] for row in values["accepted"]]
    if accepted := [choice for choice in accepted if choice]:
        key["accepted"] = accepted
    content: dict[str, Any] = {
        "stem": values["stem"],
        "options": [{"id": row["id"], "text": row["text"]} for row in rows],
    }
    if (limit := number_or_none(values["maximum_choices"], "maximum_choices")) is not None:
        content["maximum_choices"] = int(limit)
    return content, key


EDITOR = Editor(
    type="multiple_choice",
    hint=_("Several options are right."),
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
        Field(
            name="rule", label=_("How it is marked"), kind="choice", choices=CHOICE_RULES, default="", refreshes=True
        ),
        Field(
            name="floor",
            label=_("The sum is never below"),
            kind="number",
            help=_("From -1 to 0; empty for 0."),
            when=("rule", frozenset({"sum_of_fractions"})),
        ),
        Field(
            name="maximum_choices",
            label=_("At most so many options may be chosen"),
            kind="number",
            help=_("Empty: no limit. Whoever chooses more earns nothing."),
        ),
        Rows(
            name="accepted",
            label=_("Further choices that are just as right"),
            row_label=_("Choice"),
            add_label=_("Add a choice"),
            start=0,
            has_ids=False,
            is_compact=True,
            is_ordered=False,
            fields=(Field(name="choice", label=_("Options"), help=_("Their letters as above, as in: a, c")),),
        ),
        Field(name="option_ids", kind="hidden"),
    ),
    load=load,
    dump=dump,
    aliases=OPTION_ALIASES,
)
