"""The form of ordering: the items in the right order."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    STEM,
    sorted_by_hidden,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    texts = {item["id"]: item["text"] for item in content["items"]}
    order = [*key.get("order", ())] + [id_ for id_ in texts if id_ not in key.get("order", ())]
    rows = [{"id": id_, "text": texts.get(id_, "")} for id_ in order]
    return {
        "stem": content["stem"],
        "items": rows,
        "item_order": ",".join(texts),
        "grading": key.get("grading", "all_or_nothing"),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    rows = [{"id": row["id"], "text": row["text"]} for row in values["items"] if row["text"]]
    content = {"stem": values["stem"], "items": sorted_by_hidden(rows, values["item_order"])}
    return content, {"order": [row["id"] for row in rows], "grading": values["grading"] or "all_or_nothing"}


EDITOR = Editor(
    type="ordering",
    layout=(
        STEM,
        Rows(
            name="items",
            label=_("Items in the right order"),
            row_label=_("Item"),
            add_label=_("Add an item"),
            prefix="i",
            start=3,
            fields=(Field(name="text", label=_("Text"), kind="rich"),),
        ),
        Field(
            name="grading",
            label=_("Marking"),
            kind="choice",
            choices=(
                ("all_or_nothing", _("all or nothing")),
                ("per_pair", _("for each pair in the right order")),
                ("per_position", _("for each item in its right place")),
                ("longest_run", _("for the longest run in the right order")),
            ),
            default="all_or_nothing",
        ),
        Field(name="item_order", kind="hidden"),
    ),
    load=load,
    dump=dump,
    aliases={"order": "items"},
)
