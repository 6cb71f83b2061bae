"""The form of matching: pairs, and right sides that belong to nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values, shown_names
from exams.authoring.editor_parts import (
    GRADING_PAIRS,
    STEM,
    is_empty_row,
    number_or_none,
    number_text,
    sorted_by_hidden,
)
from exams.domain.opaque_ids import renamed_keys


def values_text(worths: Mapping[str, float]) -> str:
    """Return worths by right side as an author reads and types them."""
    return ", ".join(f"{id_} = {number_text(worth)}" for id_, worth in worths.items())


def worths_from(text: str) -> dict[str, float]:
    """Return worths by right side; InvalidQuestion for anything but `r1 = 0.5, r2 = -0.25`."""
    found: dict[str, float] = {}
    for entry in text.replace("，", ",").split(","):
        id_, _sign, worth = entry.partition("=")
        found[id_.strip()] = number_or_none(worth, "worths") or 0.0
    return found


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    rights = {item["id"]: item["text"] for item in content["right"]}
    limits = content.get("partners") or {}
    names = shown_names(list(rights), "r")
    rows = []
    used: set[str] = set()
    for left in content["left"]:
        id_ = left["id"]
        partners = _ids(key.get("pairs", {}).get(id_))
        used |= set(partners)
        for place, partner in enumerate(partners or ("",)):
            first = place == 0
            rows.append(
                {
                    "id": id_ if first else "",
                    "text": left["text"] if first else "",
                    "partner": rights.get(partner, ""),
                    "partner_id": partner,
                    "most": str(limits[id_]) if first and id_ in limits else "",
                    "unpaired": first and id_ in key.get("unpaired", ()),
                    "worths": values_text(renamed_keys(key.get("fractions", {}).get(id_, {}), names)) if first else "",
                }
            )
    extra = [{"id": id_, "text": text} for id_, text in rights.items() if id_ not in used]
    return {
        "stem": content["stem"],
        "pairs": rows,
        "extra": extra,
        "right_order": ",".join(rights),
        "grading": key.get("grading", "per_pair"),
    }


def _ids(partners: Any) -> tuple[str, ...]:
    """Return one partner or several as several; none for nothing."""
    return (partners,) if isinstance(partners, str) and partners else tuple(partners or ())


def dump(values: Values) -> Pair:
    """Return content and key from form values. A row without a left side is one more partner of the row above."""
    filled = [row for row in values["pairs"] if not is_empty_row(row, "text", "partner")]
    rights: dict[str, str] = {row["id"]: row["text"] for row in values["extra"] if row["text"]}
    taken = [row["partner_id"] for row in filled] + list(rights)
    by_text: dict[str, str] = {}
    pairs: dict[str, list[str]] = {}
    rows: list[dict[str, Any]] = []
    for row in filled:
        is_further = not row["text"] and bool(rows)
        if not is_further:
            rows.append(row)
        if not row["partner"]:
            continue
        id_ = by_text.get(row["partner"])
        if id_ is None:
            id_ = row["partner_id"]
            while not id_ or (id_ in rights and rights[id_] != row["partner"]):
                id_ = f"m{len(taken) + 1}"
                taken.append(id_)
            by_text[row["partner"]] = id_
            rights[id_] = row["partner"]
        several = pairs.setdefault(rows[-1]["id"], [])
        if id_ not in several:
            several.append(id_)
    content = {
        "stem": values["stem"],
        "left": [{"id": row["id"], "text": row["text"]} for row in rows],
        "right": sorted_by_hidden([{"id": id_, "text": text} for id_, text in rights.items()], values["right_order"]),
    }
    limits = {row["id"]: int(number_or_none(row["most"], "most") or 0) for row in rows if row["most"]}
    # Nothing said of one with several partners: as many as the learner likes.
    limits |= {id_: 0 for id_, ids in pairs.items() if len(ids) > 1 and id_ not in limits}
    if limits:
        content["partners"] = limits
    key: dict[str, Any] = {
        "pairs": {id_: ids[0] if len(ids) == 1 else ids for id_, ids in pairs.items()},
        "grading": values["grading"] or "per_pair",
    }
    if unpaired := [row["id"] for row in rows if row["unpaired"]]:
        key["unpaired"] = unpaired
    names = shown_names([id_ for id_ in values["right_order"].split(",") if id_], "r")
    ids = {name: id_ for id_, name in names.items()}
    worths = {row["id"]: renamed_keys(worths_from(row["worths"]), ids) for row in rows if row["worths"]}
    if worths:
        key["fractions"] = worths
    return content, key


EDITOR = Editor(
    type="matching",
    hint=_("Pairs to be found."),
    layout=(
        STEM,
        Rows(
            name="pairs",
            label=_("Pairs"),
            row_label=_("Pair"),
            help=_("Several partners: leave the left side of the next pair empty; it belongs to the one above."),
            add_label=_("Add a pair"),
            prefix="l",
            start=3,
            fields=(
                Field(name="text", label=_("Left side"), kind="rich"),
                Field(name="partner", label=_("belongs to"), kind="rich"),
                Field(name="partner_id", kind="hidden"),
                Field(
                    name="most",
                    label=_("How many partners a learner may choose"),
                    kind="number",
                    help=_("0: any number. Empty: one, or any number where there are several partners."),
                    is_minor=True,
                ),
                Field(name="unpaired", label=_("Right when it is left open"), kind="check", is_minor=True),
                Field(
                    name="worths",
                    label=_("Worth of each match, when worths are added up"),
                    help=_("As in: r1 = 0.5, r2 = -0.25, with the names of the right sides."),
                    is_minor=True,
                ),
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
        Field(name="grading", label=_("How it is marked"), kind="choice", choices=GRADING_PAIRS, default="per_pair"),
        Field(name="right_order", kind="hidden"),
    ),
    load=load,
    dump=dump,
    aliases={"left": "pairs", "right": "extra"},
)
