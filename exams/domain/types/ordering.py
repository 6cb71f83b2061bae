"""Ordering: items to be brought into their right order."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import opaque_ids, responses, schema
from exams.domain.corrections import KeyPlace
from exams.domain.errors import InvalidCorrection, Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.schema import Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("ordering", gettext_noop("Ordering"), "list-numbers", is_auto_graded=True, order=90)


class Content(Schema):
    """A stem and the items."""

    stem: RichText
    items: Annotated[tuple[Option, ...], Field(min_length=2, max_length=30)]


class AcceptedOrder(Schema):
    """Another order of all items, and the fraction that it earns."""

    order: tuple[PartId, ...]
    fraction: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0


class Key(Schema):
    """The right order, and how an order that is partly right counts. `accepted` are further orders with fractions of
    their own; they go before the rule."""

    order: tuple[PartId, ...]
    grading: Literal["all_or_nothing", "per_pair", "per_position", "longest_run"] = "all_or_nothing"
    accepted: Annotated[tuple[AcceptedOrder, ...], Field(max_length=40)] = ()


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> list[str] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_order(form, name, [item["id"] for item in content["items"]])


def parse_response(content: Content, raw: object) -> tuple[str, ...] | None:
    """Return the ids in the learner's order; some may still be missing."""
    return responses.checked_ids(raw, known=schema.ids_of(content.items))


def _longest_run(pairs: set[tuple[str, str]], response: Sequence[str]) -> int:
    longest = run = 1
    for pair in pairwise(response):
        run = run + 1 if pair in pairs else 1
        longest = max(longest, run)
    return longest


def grade(content: Content, key: Key, response: tuple[str, ...] | None, policy: GradingPolicy) -> Mark:
    """Return the fraction of an accepted order, otherwise that by the key's rule.

    per_pair: items directly followed by their right successor / (items - 1). longest_run: length of the
    longest run in which each item directly follows its right predecessor / items, a run of one being
    nothing. per_position: items in their right place / items. The parts say which places are right.
    """
    if response is None:
        return blank_mark()
    pairs = set(pairwise(key.order))
    if key.grading == "per_pair":
        fraction = sum(pair in pairs for pair in pairwise(response)) / max(1, len(key.order) - 1)
    elif key.grading == "per_position":
        hits = sum(given == wanted for given, wanted in zip(response, key.order, strict=False))
        fraction = hits / len(key.order)
    elif key.grading == "longest_run":
        run = _longest_run(pairs, response)
        fraction = run / len(key.order) if run > 1 else 0.0
    else:
        fraction = float(response == key.order)
    fraction = next((other.fraction for other in key.accepted if other.order == response), fraction)
    parts = []
    for place, wanted in enumerate(key.order):
        given = response[place] if place < len(response) else ""
        parts.append(PartMark(str(place + 1), float(given == wanted), given == wanted, given))
    return Mark(fraction, MarkState.GRADED, tuple(parts))


def completeness(content: Content, response: tuple[str, ...] | None) -> Completeness:
    """Answered once every item has its place."""
    if response is None:
        return Completeness.UNANSWERED
    return Completeness.ANSWERED if len(response) == len(content.items) else Completeness.PARTLY


def validate(content: Content, key: Key) -> list[Problem]:
    """Report repeated ids, empty items and an order that is not one of all items."""
    ids = schema.ids_of(content.items)
    problems = schema.repeated_ids("content.items", content.items) + schema.empty_texts("content.items", content.items)
    problems += schema.unknown_ids("key.order", key.order, ids)
    if sorted(key.order) != sorted(ids):
        problems.append(Problem("key.order", "The right order names every item once."))
    if any(sorted(other.order) != sorted(ids) for other in key.accepted):
        problems.append(Problem("key.accepted", "Each further order names every item once."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """The items may be shuffled; as they stand, they are in an order that betrays nothing."""
    return {"items": schema.ids_of(schema.neutral_order(content.items))}


def conceal(content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rename items whose ids could tell their places."""
    names = opaque_ids.opaque_names((item["id"], item["text"]) for item in content["items"])
    if not names:
        return content, key
    content = content | {"items": opaque_ids.renamed_parts(content["items"], names)}
    key = key | {"order": opaque_ids.renamed_ids(key["order"], names)}
    if "accepted" in key:
        others = [other | {"order": opaque_ids.renamed_ids(other["order"], names)} for other in key["accepted"]]
        key["accepted"] = others
    return content, key


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the items, never in the authored order, which is often the right one."""
    return {
        "stem": content.stem,
        "items": schema.arranged(schema.neutral_order(content.items), order.get("items")),
    }


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return nothing: places carry no feedback of their own."""
    return {}


def _order_text(content: Content, order: Sequence[str]) -> str:
    texts = schema.texts_of(content.items)
    return " → ".join(one_line(texts[id_]) for id_ in order)


def summarise(content: Content) -> str:
    """Return the stem and the items in no telling order."""
    return "\n".join([one_line(content.stem), *(one_line(o.text) for o in schema.neutral_order(content.items))])


def summarise_key(content: Content, key: Key) -> str:
    """Return the right order, and the further ones that earn as much."""
    further = (other.order for other in key.accepted if other.fraction == 1 and other.order != key.order)
    return " / ".join(_order_text(content, order) for order in (key.order, *further))


def summarise_response(content: Content, response: tuple[str, ...] | None) -> str:
    """Return the learner's order."""
    return _order_text(content, response or ())


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the items in their right order: the place of each, and whether a new order is the right one or is accepted
    beside it."""
    numbers = tuple((str(n), str(n)) for n in range(1, len(key.order) + 1))
    texts, label = schema.texts_of(content.items), gettext_noop("Place of %(part)s")
    places = [
        KeyPlace(f"place-{id_}", "one", label, numbers, (str(n),), part=texts[id_])
        for n, id_ in enumerate(key.order, start=1)
    ]
    ways = (("right", gettext_noop("the right one")), ("also", gettext_noop("accepted as well")))
    return (*places, KeyPlace("order-is", "one", gettext_noop("This order is"), ways, ("right",), in_words=True))


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key under which the items in these places are the right order, or one that is accepted as well
    and earns everything. InvalidCorrection where two items have the same place."""
    numbers = {id_: int(given.get(f"place-{id_}", [str(n)])[0]) for n, id_ in enumerate(key["order"], start=1)}
    taken: set[int] = set()
    for id_, number in numbers.items():
        if number in taken:
            raise InvalidCorrection(gettext_noop("Another item has this place."), field=f"place-{id_}")
        taken.add(number)
    order = sorted(numbers, key=lambda id_: numbers[id_])
    if order == list(key["order"]):
        return dict(key)
    others = [other for other in key.get("accepted", ()) if list(other["order"]) != order]
    if "order-is" in given:
        return {**key, "accepted": [{"order": order, "fraction": 1}, *others]}
    return {**key, "order": order, **({"accepted": others} if "accepted" in key else {})}
