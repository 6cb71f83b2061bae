"""The form of hotspot: the picture, its regions drawn or given by numbers, and which of them are right."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values, shown_names
from exams.authoring.editor_parts import (
    CHOICE_RULES,
    STEM,
    ids_from,
    is_empty_row,
    number_or_none,
    number_text,
    sorted_by_hidden,
    worth_field,
    worth_from,
    worth_value,
)

SHAPES = (
    ("rect", _("rectangle (left, top, right, bottom)")),
    ("circle", _("circle (x, y, radius)")),
    ("ellipse", _("ellipse (x, y, both half axes)")),
    ("poly", _("polygon (x and y of each corner)")),
    ("default", _("the whole picture")),
)
_REGIONS = ("mode", frozenset({"regions"}))
_POINTS = ("mode", frozenset({"points"}))
_ORDER = ("mode", frozenset({"order"}))
_CHOSEN = ("mode", frozenset({"regions", "points"}))
_DRAWN = ("mode", frozenset({"regions", "order"}))
_SHAPE_FIELDS = (
    Field(name="shape", label=_("Shape"), kind="choice", choices=SHAPES, default="rect"),
    Field(name="coords", label=_("Numbers in pixels"), help=_("Draw in the picture above, or type them.")),
)


def coords_text(coords: Any) -> str:
    """Return coordinates as an author reads and types them."""
    return ", ".join(number_text(float(at)) for at in coords)


def coords_from(text: str) -> list[float]:
    """Return coordinates; InvalidQuestion for what is no number."""
    return [number_or_none(part, "coords") or 0.0 for part in ids_from(text)]


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key. Regions to be put in order stand in their right order, under short names
    by which authors write further orders."""
    is_order = content.get("mode") == "order"
    regions = {region["id"]: region for region in content.get("regions", ())}
    ids = [*dict.fromkeys([*(id_ for id_ in key.get("correct", ()) if is_order and id_ in regions), *regions])]
    names = shown_names(list(regions))
    accepted = [", ".join(names.get(id_, id_) for id_ in ids) for ids in key.get("accepted", ())]
    fractions, feedback = key.get("fractions", {}), key.get("feedback", {})
    return {
        "stem": content["stem"],
        "picture": content["picture"],
        "picture_alt": content.get("picture_alt", ""),
        "width": number_text(content["width"]),
        "height": number_text(content["height"]),
        "mode": content.get("mode", "regions"),
        "maximum_choices": number_text(content.get("maximum_choices", 1)),
        "regions": [
            {
                "id": names[region["id"]],
                "shape": region["shape"],
                "coords": coords_text(region.get("coords", ())),
                "label": region.get("label", ""),
                "right": region["id"] in key.get("correct", ()),
                "share": number_text(fractions.get(region["id"])),
                "feedback": feedback.get(region["id"], ""),
            }
            for region in (regions[id_] for id_ in ids)
        ],
        "region_order": ",".join(regions),
        "areas": [
            {
                "shape": area["shape"],
                "coords": coords_text(area.get("coords", ())),
                "worth": worth_value(area.get("fraction", 1.0)),
            }
            for area in key.get("areas", ())
        ],
        "rule": key.get("rule", "all_or_nothing"),
        "floor": number_text(key.get("floor") or None),
        "default": number_text(key.get("default") or None),
        "accepted": [] if is_order else [{"choice": text} for text in accepted],
        "orders": [{"order": text} for text in accepted] if is_order else [],
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    limit = number_or_none(values["maximum_choices"], "maximum_choices")
    content: dict[str, Any] = {
        "stem": values["stem"],
        "picture": values["picture"],
        "picture_alt": values["picture_alt"],
        "width": number_or_none(values["width"], "width"),
        "height": number_or_none(values["height"], "height"),
        "mode": values["mode"] or "regions",
        "maximum_choices": None if limit is None else int(limit),
    }
    key: dict[str, Any] = {"floor": number_or_none(values["floor"], "floor") or 0.0}
    if content["mode"] == "points":
        key["areas"] = [
            {"shape": row["shape"], "coords": coords_from(row["coords"]), "fraction": worth_from(row["worth"])}
            for row in values["areas"]
            if row["shape"] == "default" or not is_empty_row(row, "coords")
        ]
        key["default"] = number_or_none(values["default"], "default") or 0.0
        return content, key
    ids = {name: id_ for id_, name in shown_names([id_ for id_ in values["region_order"].split(",") if id_]).items()}
    rows = [
        row | {"id": ids.get(row["id"], row["id"])}
        for row in values["regions"]
        if not is_empty_row(row, "coords", "label")
    ]
    content["regions"] = [
        {"id": row["id"], "shape": row["shape"], "coords": coords_from(row["coords"]), "label": row["label"]}
        for row in rows
    ]
    if content["mode"] == "order":
        # All of them are put in order: there is no limit.
        content["maximum_choices"] = None
        content["regions"] = sorted_by_hidden(content["regions"], values["region_order"])
        key = {
            "correct": [row["id"] for row in rows],
            "accepted": [_named(row["order"], ids) for row in values["orders"] if ids_from(row["order"])],
        }
        return content, key
    key |= {
        "correct": [row["id"] for row in rows if row["right"]],
        "fractions": {row["id"]: number_or_none(row["share"], "share") for row in rows if row["share"]},
        "feedback": {row["id"]: row["feedback"] for row in rows if row["feedback"]},
        "rule": values["rule"] or "all_or_nothing",
        "accepted": [_named(row["choice"], ids) for row in values["accepted"] if ids_from(row["choice"])],
    }
    return content, key


def _named(text: str, ids: Mapping[str, str]) -> list[str]:
    """Return the ids of regions that an author named."""
    return [ids.get(name, name) for name in ids_from(text)]


EDITOR = Editor(
    type="hotspot",
    hint=_("Places in a picture."),
    layout=(
        STEM,
        Field(name="picture", label=_("Picture"), kind="picture", help=_("PNG, JPEG, GIF, WebP or SVG.")),
        Field(
            name="picture_alt",
            label=_("What the picture shows"),
            help=_("Read out to those who do not see it. Do not give the answer away."),
        ),
        Field(name="width", label=_("Width of the picture in pixels"), kind="number"),
        Field(name="height", label=_("Height of the picture in pixels"), kind="number"),
        Field(
            name="mode",
            label=_("The learner"),
            kind="choice",
            choices=(
                ("regions", _("chooses among marked regions")),
                ("points", _("sets points anywhere")),
                ("order", _("puts marked regions in order")),
            ),
            default="regions",
            refreshes=True,
        ),
        Field(
            name="maximum_choices",
            label=_("At most so many regions or points"),
            kind="number",
            default="1",
            help=_("Empty: no limit."),
            when=_CHOSEN,
        ),
        Field(name="drawing", label=_("Drawing"), kind="drawing"),
        Field(
            name="order_note",
            label=_(
                "List the regions in their right order, the first one on top; learners see them by their places in the "
                "picture. The order is right or wrong as a whole."
            ),
            kind="note",
            when=_ORDER,
        ),
        Rows(
            name="regions",
            label=_("Regions"),
            row_label=_("Region"),
            add_label=_("Add a region"),
            start=2,
            when=_DRAWN,
            is_kept=True,
            fields=(
                *_SHAPE_FIELDS,
                Field(name="label", label=_("Its name for those who do not see it")),
                Field(name="right", label=_("This region is right"), kind="check", when=_REGIONS, is_kept=True),
                Field(
                    name="share",
                    label=_("Share when shares are added up"),
                    kind="number",
                    is_minor=True,
                    when=_REGIONS,
                    is_kept=True,
                ),
                Field(
                    name="feedback",
                    label=_("Why it is right or wrong"),
                    kind="rich",
                    is_minor=True,
                    when=_REGIONS,
                    is_kept=True,
                ),
            ),
        ),
        Rows(
            name="areas",
            label=_("Areas in which a point is right"),
            row_label=_("Area"),
            add_label=_("Add an area"),
            has_ids=False,
            when=_POINTS,
            is_kept=True,
            fields=(*_SHAPE_FIELDS, worth_field(default="1")),
        ),
        Field(
            name="rule",
            label=_("How it is marked"),
            kind="choice",
            choices=CHOICE_RULES[1:],
            default="all_or_nothing",
            when=_REGIONS,
            is_kept=True,
        ),
        Field(
            name="default",
            label=_("A point outside all areas is worth"),
            kind="number",
            help=_("From -1 to 1; empty for 0."),
            when=_POINTS,
        ),
        Field(
            name="floor",
            label=_("The sum is never below"),
            kind="number",
            help=_("From -1 to 0; empty for 0."),
            when=_CHOSEN,
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
            when=_REGIONS,
            is_kept=True,
            fields=(Field(name="choice", label=_("Regions"), help=_("Their letters as above, as in: a, c")),),
        ),
        Rows(
            name="orders",
            label=_("Other orders that are just as right"),
            row_label=_("Order"),
            add_label=_("Add an order"),
            start=0,
            has_ids=False,
            is_compact=True,
            is_ordered=False,
            when=_ORDER,
            is_kept=True,
            fields=(Field(name="order", label=_("Regions"), help=_("The letters of all, as in: b, c, a")),),
        ),
        Field(name="region_order", kind="hidden"),
    ),
    load=load,
    dump=dump,
    aliases={"fractions": "regions", "correct": "regions"},
)
