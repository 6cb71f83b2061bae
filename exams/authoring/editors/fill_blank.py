"""The form of fill in the blanks: a text with blanks, a row for the key of each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    BLANK_KEY,
    blank_key_from,
    blank_key_values,
    number_or_none,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    groups = {id_: str(number) for number, ids in enumerate(key.get("order_free", ()), start=1) for id_ in ids}
    rows = [
        {
            "id": blank["id"],
            "size": str(blank.get("size", 8)),
            "group": groups.get(blank["id"], ""),
            **blank_key_values(key.get("blanks", {}).get(blank["id"], {})),
        }
        for blank in content["blanks"]
    ]
    return {"stem": content["stem"], "blanks": rows, "grading": key.get("grading", "per_blank")}


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    rows = values["blanks"]
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row["group"]:
            groups.setdefault(row["group"], []).append(row["id"])
    content = {
        "stem": values["stem"],
        "blanks": [{"id": row["id"], "size": int(number_or_none(row["size"], "size") or 8)} for row in rows],
    }
    key = {
        "blanks": {row["id"]: blank_key_from(row) for row in rows},
        "grading": values["grading"] or "per_blank",
        "order_free": [ids for _name, ids in sorted(groups.items()) if len(ids) > 1],
    }
    return content, key


EDITOR = Editor(
    type="fill_blank",
    hint=_("Gaps in a text, each with its answers."),
    layout=(
        Field(
            name="stem",
            label=_("Question"),
            kind="rich",
            help=_("Write [[b1]], [[b2]] … where the learner types. Each has its row below."),
        ),
        Rows(
            name="blanks",
            label=_("Blanks"),
            row_label=_("Blank"),
            add_label=_("Add a blank"),
            prefix="b",
            fields=(
                *BLANK_KEY,
                Field(name="size", label=_("Width in characters"), kind="number", default="8", is_minor=True),
                Field(
                    name="group",
                    label=_("Swap group"),
                    help=_("Blanks with the same word here accept each other's answers in any order."),
                    is_minor=True,
                ),
            ),
        ),
        Field(
            name="grading",
            label=_("How it is marked"),
            kind="choice",
            choices=(("per_blank", _("for each blank")), ("all_or_nothing", _("all or nothing"))),
            default="per_blank",
        ),
    ),
    load=load,
    dump=dump,
    aliases={"order_free": "blanks"},
)
