"""Categorisation: each item is put into one of the categories."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import opaque_ids, responses, schema
from exams.domain.corrections import KeyPlace
from exams.domain.errors import Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.schema import Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("categorisation", gettext_noop("Categorisation"), "category", is_auto_graded=True, order=100)


class Content(Schema):
    """A stem, the categories and the items to place."""

    stem: RichText
    categories: Annotated[tuple[Option, ...], Field(min_length=2, max_length=12)]
    items: Annotated[tuple[Option, ...], Field(min_length=1, max_length=40)]


class Key(Schema):
    """The category of each item, and whether single items count."""

    placement: dict[PartId, PartId]
    grading: Literal["per_item", "all_or_nothing"] = "per_item"


Response = dict[str, str]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> dict[str, str] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_map(form, name, [item["id"] for item in content["items"]])


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the category chosen for each item."""
    return responses.checked_assignment(
        raw, known=schema.ids_of(content.items), targets=schema.ids_of(content.categories)
    )


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return items placed rightly / items, or all or nothing."""
    if response is None:
        return blank_mark()
    parts = []
    for item in content.items:
        given = response.get(item.id, "")
        is_right = bool(given) and given == key.placement.get(item.id)
        parts.append(PartMark(item.id, float(is_right), is_right, given))
    hits = sum(part.is_correct is True for part in parts)
    fraction = hits / len(parts) if key.grading == "per_item" else float(hits == len(parts))
    return Mark(fraction, MarkState.GRADED, tuple(parts))


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once each item is placed."""
    if response is None:
        return Completeness.UNANSWERED
    return Completeness.ANSWERED if len(response) == len(content.items) else Completeness.PARTLY


def validate(content: Content, key: Key) -> list[Problem]:
    """Report unknown or repeated ids and items without a category."""
    items = schema.ids_of(content.items)
    problems = schema.repeated_ids("content.items", content.items) + schema.repeated_ids(
        "content.categories", content.categories
    )
    problems += schema.empty_texts("content.items", content.items) + schema.empty_texts(
        "content.categories", content.categories
    )
    problems += schema.unknown_ids("key.placement", key.placement, items)
    problems += schema.unknown_ids("key.placement", key.placement.values(), schema.ids_of(content.categories))
    problems += [
        Problem(f"key.placement.{id_}", "This item has no category.") for id_ in items if id_ not in key.placement
    ]
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """The items may be shuffled; as they stand, they are in an order that betrays nothing."""
    return {"items": schema.ids_of(schema.neutral_order(content.items))}


def conceal(content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rename items whose ids could tell which belong together; authors write them category by category."""
    categories = [category["id"] for category in content["categories"]]
    names = opaque_ids.opaque_names(((item["id"], item["text"]) for item in content["items"]), beside=categories)
    if not names:
        return content, key
    content = content | {"items": opaque_ids.renamed_parts(content["items"], names)}
    return content, key | {"placement": opaque_ids.renamed_keys(key["placement"], names)}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return categories and items, the items never in the authored order."""
    items = schema.arranged(schema.neutral_order(content.items), order.get("items"))
    return {"stem": content.stem, "categories": schema.arranged(content.categories, None), "items": items}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return nothing: items carry no feedback of their own."""
    return {}


def _placement_text(content: Content, placement: Mapping[str, str]) -> str:
    names = schema.texts_of(content.categories)
    return "; ".join(
        f"{one_line(o.text)} → {one_line(names[placement[o.id]])}" for o in content.items if o.id in placement
    )


def summarise(content: Content) -> str:
    """Return the stem, the categories and the items."""
    groups = (" / ".join(one_line(o.text) for o in group) for group in (content.categories, content.items))
    return "\n".join([one_line(content.stem), *groups])


def summarise_key(content: Content, key: Key) -> str:
    """Return the right placement."""
    return _placement_text(content, key.placement)


def summarise_response(content: Content, response: Response | None) -> str:
    """Return the chosen placement."""
    return _placement_text(content, response or {})


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the items in order: the category of each."""
    label = gettext_noop("Category of %(part)s")
    options = tuple((category.id, category.text) for category in content.categories)
    return tuple(
        KeyPlace(f"category-{item.id}", "one", label, options, (key.placement[item.id],), part=item.text)
        for item in content.items
    )


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key under which the items belong to these categories."""
    changed = {place.removeprefix("category-"): category for place, (category,) in given.items()}
    return {**key, "placement": {**key["placement"], **changed}}
