"""Putting things into order."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import permutations
from typing import Any

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.choices import picture_content
from exams.interchange.formats.qti.model import Choice, Interaction
from exams.interchange.formats.qti.parts import (
    BLANK_PAYS,
    DIFFERENT,
    NO_OPTIONS,
    Part,
    Score,
    first_fitting,
    greatest,
    option_ids,
)
from exams.interchange.formats.qti.values import Unsupported, Value, container

MAXIMUM_ITEMS = 7
_TOO_MANY = gettext_noop("With more than %(count)s things to order it cannot be checked how each order is marked.")
_SOME = gettext_noop("Only some of the things are to be ordered.")
MOST = 30


def order_part(interaction: Interaction, score: Score, *, is_match: bool) -> Part:
    """Return an order interaction as an ordering. `is_match` says that the right order earns all and any other nothing,
    so that orders need not be tried one by one."""
    identifiers = [choice.identifier for choice in interaction.choices]
    if len(identifiers) < 2 or len(identifiers) > MOST or len(set(identifiers)) != len(identifiers):
        raise Unsupported(NO_OPTIONS)
    ids = dict(zip(identifiers, option_ids(len(identifiers)), strict=True))
    if score(None) != 0:
        raise Unsupported(BLANK_PAYS)

    def value(order: tuple[str, ...]) -> Value | None:
        return container("ordered", interaction.base, order)

    if len(identifiers) <= MAXIMUM_ITEMS:
        orders = [order for size in (len(identifiers), 1, 2) for order in permutations(identifiers, size)]
        orders = list(dict.fromkeys(orders))
    elif is_match and interaction.correct is not None:
        right = tuple(str(item) for item in interaction.correct.items)
        orders = [right, right[::-1], right[1:] + right[:1], right[:-1]]
        orders += [(*right[:at], right[at + 1], right[at], *right[at + 2 :]) for at in range(len(right) - 1)]
    else:
        raise Unsupported(_TOO_MANY, {"count": MAXIMUM_ITEMS})
    table: Mapping[tuple[str, ...], Decimal] = {order: score(value(order)) for order in orders}
    maximum = greatest(table.values())
    best = [order for order, worth in table.items() if worth == maximum]
    if len(best[0]) != len(identifiers):
        raise Unsupported(_SOME)
    content: dict[str, Any] = {
        "items": [{"id": ids[choice.identifier], "text": choice.text} for choice in interaction.choices]
    }
    keys = [
        {"order": [ids[identifier] for identifier in best[0]], "grading": grading}
        for grading in ("all_or_nothing", "per_pair", "longest_run")
    ]
    cases = [([ids[identifier] for identifier in order], worth) for order, worth in table.items()]
    _, _, key = first_fitting(
        (("ordering", content | {"stem": "?"}, key) for key in keys), maximum=maximum, cases=cases
    )

    def native(given: Value | None) -> Any:
        return None if given is None else [ids.get(str(item), str(item)) for item in given.items]

    samples = [None, *(value(order) for order in [*best, *orders[:12], *orders[-3:]])]
    return Part("ordering", content, key, maximum, native, samples, stem=interaction.prompt)


def region_order_part(interaction: Interaction, score: Score, *, is_match: bool) -> Part:
    """Return an order of places on a picture as a hotspot."""
    interaction.choices = [Choice(spot.identifier, spot.label or spot.identifier) for spot in interaction.spots]
    part = order_part(interaction, score, is_match=is_match)
    if part.key["grading"] != "all_or_nothing":
        raise Unsupported(DIFFERENT)
    ids = {spot.identifier: item["id"] for spot, item in zip(interaction.spots, part.content["items"], strict=True)}
    part.type = "hotspot"
    part.key = {"correct": part.key["order"]}
    part.content = picture_content(interaction) | {
        "mode": "order",
        "maximum_choices": None,
        "regions": [
            {"id": ids[spot.identifier], "shape": spot.shape, "coords": list(spot.coords), "label": spot.label}
            for spot in interaction.spots
        ],
    }
    return part
