"""The form of categorisation: categories, and items that belong to one each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    STEM,
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    placement = key.get("placement", {})
    return {
        "stem": content["stem"],
        "categories": [dict(item) for item in content["categories"]],
        "items": [{**item, "category": placement.get(item["id"], "")} for item in content["items"]],
        "grading": key.get("grading", "per_item"),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    items = [row for row in values["items"] if row["text"]]
    content = {
        "stem": values["stem"],
        "categories": [{"id": row["id"], "text": row["text"]} for row in values["categories"] if row["text"]],
        "items": [{"id": row["id"], "text": row["text"]} for row in items],
    }
    placement = {row["id"]: row["category"] for row in items if row["category"]}
    return content, {"placement": placement, "grading": values["grading"] or "per_item"}


EDITOR = Editor(
    type="categorisation",
    hint=_("Items to be sorted into groups."),
    layout=(
        STEM,
        Rows(
            name="categories",
            label=_("Categories"),
            row_label=pgettext_lazy("categorisation", "Category"),
            add_label=_("Add a category"),
            prefix="c",
            start=2,
            fields=(Field(name="text", label=pgettext_lazy("category", "Name"), kind="line"),),
        ),
        Rows(
            name="items",
            label=_("Items"),
            row_label=_("Item"),
            add_label=_("Add an item"),
            prefix="i",
            start=4,
            fields=(
                Field(name="text", label=_("Text"), kind="rich"),
                Field(name="category", label=_("Its category"), kind="choice", choices_from="categories"),
            ),
        ),
        Field(
            name="grading",
            label=_("How it is marked"),
            kind="choice",
            choices=(("per_item", _("for each item")), ("all_or_nothing", _("all or nothing"))),
            default="per_item",
        ),
    ),
    load=load,
    dump=dump,
    aliases={"placement": "items"},
)
