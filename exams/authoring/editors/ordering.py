"""The form of ordering: the items in the right order."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    STEM,
    ids_from,
    number_or_none,
    number_text,
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
        "accepted": [
            {
                "order": ", ".join(str(order.index(id_) + 1) for id_ in other["order"] if id_ in order),
                "share": number_text(other.get("fraction", 1.0)),
            }
            for other in key.get("accepted", ())
        ],
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    rows = [{"id": row["id"], "text": row["text"]} for row in values["items"] if row["text"]]
    content = {"stem": values["stem"], "items": sorted_by_hidden(rows, values["item_order"])}
    order = [row["id"] for row in rows]
    key: dict[str, Any] = {"order": order, "grading": values["grading"] or "all_or_nothing"}
    accepted = []
    for row in values["accepted"]:
        if places := ids_from(row["order"]):
            share = number_or_none(row["share"], "accepted")
            others = [order[int(place) - 1] for place in places if place.isdecimal() and 1 <= int(place) <= len(order)]
            accepted.append({"order": others, "fraction": 1.0 if share is None else share})
    if accepted:
        key["accepted"] = accepted
    return content, key


EDITOR = Editor(
    type="ordering",
    hint=_("Items to be put in order."),
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
            label=_("How it is marked"),
            kind="choice",
            choices=(
                ("all_or_nothing", _("all or nothing")),
                ("per_pair", _("for each pair in the right order")),
                ("per_position", _("for each item in its right place")),
                ("longest_run", _("for the longest run in the right order")),
            ),
            default="all_or_nothing",
        ),
        Rows(
            name="accepted",
            label=_("Other orders that earn marks"),
            row_label=_("Order"),
            add_label=_("Add an order"),
            start=0,
            has_ids=False,
            is_compact=True,
            is_ordered=False,
            fields=(
                Field(name="order", label=_("Items"), help=_("Their numbers in the list above, as in: 3, 1, 2")),
                Field(name="share", label=_("Share of the marks"), kind="number", help=_("From 0 to 1; empty for 1.")),
            ),
        ),
        Field(name="item_order", kind="hidden"),
    ),
    load=load,
    dump=dump,
    aliases={"order": "items"},
)
