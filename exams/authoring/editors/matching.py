"""The form of matching: pairs, and right sides that belong to nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    GRADING_PAIRS,
    STEM,
    is_empty_row,
    sorted_by_hidden,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    rights = {item["id"]: item["text"] for item in content["right"]}
    pairs = key.get("pairs", {})
    rows = [
        {
            "id": left["id"],
            "text": left["text"],
            "partner": rights.get(pairs.get(left["id"], ""), ""),
            "partner_id": pairs.get(left["id"], ""),
        }
        for left in content["left"]
    ]
    used = set(pairs.values())
    extra = [{"id": id_, "text": text} for id_, text in rights.items() if id_ not in used]
    return {
        "stem": content["stem"],
        "pairs": rows,
        "extra": extra,
        "right_order": ",".join(rights),
        "grading": key.get("grading", "per_pair"),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    rows = [row for row in values["pairs"] if not is_empty_row(row, "text", "partner")]
    rights: dict[str, str] = {row["id"]: row["text"] for row in values["extra"] if row["text"]}
    taken = [row["partner_id"] for row in rows] + list(rights)
    by_text: dict[str, str] = {}
    pairs: dict[str, str] = {}
    for row in rows:
        id_ = by_text.get(row["partner"])
        if id_ is None:
            id_ = row["partner_id"]
            while not id_ or (id_ in rights and rights[id_] != row["partner"]):
                id_ = f"m{len(taken) + 1}"
                taken.append(id_)
            by_text[row["partner"]] = id_
            rights[id_] = row["partner"]
        pairs[row["id"]] = id_
    content = {
        "stem": values["stem"],
        "left": [{"id": row["id"], "text": row["text"]} for row in rows],
        "right": sorted_by_hidden([{"id": id_, "text": text} for id_, text in rights.items()], values["right_order"]),
    }
    return content, {"pairs": pairs, "grading": values["grading"] or "per_pair"}


EDITOR = Editor(
    type="matching",
    layout=(
        STEM,
        Rows(
            name="pairs",
            label=_("Pairs"),
            row_label=_("Pair"),
            add_label=_("Add a pair"),
            prefix="l",
            start=3,
            fields=(
                Field(name="text", label=_("Left side"), kind="rich"),
                Field(name="partner", label=_("belongs to"), kind="rich"),
                Field(name="partner_id", kind="hidden"),
            ),
        ),
        Rows(
            name="extra",
            label=_("Further right sides that belong to nothing"),
            row_label=_("Distractor"),
            add_label=_("Add a distractor"),
            prefix="x",
            start=0,
            fields=(Field(name="text", label=_("Text"), kind="rich"),),
        ),
        Field(name="grading", label=_("Marking"), kind="choice", choices=GRADING_PAIRS, default="per_pair"),
        Field(name="right_order", kind="hidden"),
    ),
    load=load,
    dump=dump,
    aliases={"left": "pairs", "right": "extra"},
)
