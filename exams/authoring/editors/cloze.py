"""The form of cloze: a passage with gaps, a row for the key of each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    GAP_KEY,
    blank_key_from,
    blank_key_values,
    number_or_none,
    number_text,
    option_rows,
    worth_field,
    worth_from,
    worth_value,
)

CHOSEN = frozenset({"choice", "choices"})


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    rows = []
    for gap in content["gaps"]:
        gap_key = key.get("gaps", {}).get(gap["id"], {})
        fractions, feedback = gap_key.get("fractions", {}), gap_key.get("feedback", {})
        is_choice = gap["kind"] in CHOSEN
        typed = blank_key_values({} if is_choice else gap_key)
        rows.append(
            {
                **typed,
                "id": gap["id"],
                "kind": gap["kind"],
                "size": str(gap.get("size") or 8),
                "weight": number_text(gap_key.get("weight", 1.0)),
                "options": [
                    {
                        **option,
                        "worth": worth_value(fractions.get(option["id"], 0)),
                        "feedback": feedback.get(option["id"], ""),
                    }
                    for option in gap.get("options") or ()
                ],
            }
        )
    return {"stem": content["stem"], "gaps": rows, "grading": key.get("grading", "per_gap")}


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    gaps: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    for row in values["gaps"]:
        kind = row["kind"] or "text"
        gap: dict[str, Any] = {"id": row["id"], "kind": kind}
        if kind in CHOSEN:
            options = [option for option in row["options"] if option["text"]]
            gap["options"] = [{"id": option["id"], "text": option["text"]} for option in options]
            keys[row["id"]] = {
                "fractions": {o["id"]: worth_from(o["worth"]) for o in options if worth_from(o["worth"]) != 0},
                "feedback": {o["id"]: o["feedback"] for o in options if o["feedback"]},
                "weight": number_or_none(row["weight"], "weight") or 1,
            }
        else:
            gap["size"] = int(number_or_none(row["size"], "size") or 8)
            keys[row["id"]] = blank_key_from(
                row | {"match": "numeric" if kind == "numeric" else row["match"].replace("numeric", "text")}
            )
        gaps.append(gap)
    return {"stem": values["stem"], "gaps": gaps}, {"gaps": keys, "grading": values["grading"] or "per_gap"}


EDITOR = Editor(
    type="cloze",
    hint=_("A passage with choices and blanks in it."),
    layout=(
        Field(
            name="stem",
            label=_("Passage"),
            kind="rich",
            help=_("Write [[g1]], [[g2]] … where a gap is. Each has its row below."),
        ),
        Rows(
            name="gaps",
            label=_("Gaps"),
            row_label=_("Gap"),
            add_label=_("Add a gap"),
            prefix="g",
            fields=(
                Field(
                    name="kind",
                    label=_("The learner"),
                    kind="choice",
                    choices=(
                        ("choice", _("chooses from a list")),
                        ("choices", _("ticks several of a list")),
                        ("text", _("types a text")),
                        ("numeric", _("types a number")),
                    ),
                    default="choice",
                    refreshes=True,
                ),
                option_rows(worth_field(), start=3, when=("kind", CHOSEN)),
                *GAP_KEY,
            ),
        ),
        Field(
            name="grading",
            label=_("How it is marked"),
            kind="choice",
            choices=(
                ("per_gap", _("for each gap")),
                ("sum_of_fractions", _("as one sum that is not below 0")),
                ("all_or_nothing", _("all or nothing")),
            ),
            default="per_gap",
        ),
    ),
    load=load,
    dump=dump,
)
