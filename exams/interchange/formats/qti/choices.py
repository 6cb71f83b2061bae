"""Choices: of options, of marked text, of regions on a picture, and of an entry in a line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from exams.interchange.formats.qti.model import Choice, Interaction
from exams.interchange.formats.qti.parts import (
    BLANK_PAYS,
    DIFFERENT,
    NO_OPTIONS,
    TOO_MANY,
    Part,
    Score,
    first_fitting,
    fraction_of,
    greatest,
    option_ids,
)
from exams.interchange.formats.qti.rich import tidy
from exams.interchange.formats.qti.subsets import Subset, fit_rules, score_table
from exams.interchange.formats.qti.values import Unsupported, Value, container, single

MOST_OPTIONS = 40


def identifier_values(interaction: Interaction, identifiers: Sequence[str]) -> Value | None:
    """Return the response that names these identifiers."""
    if interaction.cardinality == "single":
        return single(interaction.base, identifiers[0]) if identifiers else None
    return container(interaction.cardinality, interaction.base, tuple(identifiers))


def _ids(choices: Sequence[Choice]) -> dict[str, str]:
    """Return our id by the file's identifier."""
    if not choices:
        raise Unsupported(NO_OPTIONS)
    if len(choices) > MOST_OPTIONS:
        raise Unsupported(TOO_MANY, {"count": MOST_OPTIONS})
    return dict(zip((choice.identifier for choice in choices), option_ids(len(choices)), strict=True))


def _options(choices: Sequence[Choice], ids: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": ids[choice.identifier], "text": choice.text or choice.identifier} for choice in choices]


def _one_native(ids: Mapping[str, str]) -> Any:
    def native(value: Value | None) -> Any:
        return None if value is None else ids.get(str(value.items[0]), str(value.items[0]))

    return native


def _many_native(ids: Mapping[str, str]) -> Any:
    def native(value: Value | None) -> Any:
        return None if value is None else [ids.get(str(item), str(item)) for item in value.items]

    return native


def one_of(interaction: Interaction, score: Score) -> Part:
    """Return a choice of one option as a single choice, and as a gap."""
    ids = _ids(interaction.choices)
    if len(set(ids)) != len(interaction.choices):
        raise Unsupported(DIFFERENT)
    values = {identifier: identifier_values(interaction, [identifier]) for identifier in ids}
    scores = {identifier: score(value) for identifier, value in values.items()}
    if score(None) != 0:
        raise Unsupported(BLANK_PAYS)
    maximum = greatest(scores.values())
    fractions = {ids[identifier]: fraction_of(worth, maximum) for identifier, worth in scores.items() if worth}
    options = _options(interaction.choices, ids)
    gap: tuple[dict[str, Any], dict[str, Any]] = {"kind": "choice", "options": options}, {"fractions": fractions}
    return Part(
        "single_choice",
        {"options": options},
        {"fractions": fractions},
        maximum,
        _one_native(ids),
        [None, *values.values()],
        stem=interaction.prompt + interaction.passage,
        gap=gap,
        is_negative=min(scores.values()) < 0,
    )


def _worths(ids: Mapping[str, str], worths: Mapping[object, Decimal]) -> dict[str, Decimal] | None:
    found = {ids[str(key)]: worth for key, worth in worths.items() if str(key) in ids}
    return found or None


def _table(interaction: Interaction, ids: Mapping[str, str], score: Score, *, is_linear: bool) -> dict[Subset, Decimal]:
    named = {id_: identifier for identifier, id_ in ids.items()}
    correct = [ids[str(item)] for item in interaction.correct.items if str(item) in ids] if interaction.correct else []
    return score_table(
        list(ids.values()),
        lambda subset: score(identifier_values(interaction, [named[id_] for id_ in subset])),
        most=interaction.maximum,
        is_linear=is_linear,
        correct=correct,
    )


def several_of(
    interaction: Interaction, score: Score, worths: Mapping[object, Decimal], *, is_linear: bool = False
) -> Part:
    """Return a choice of any number of options as a multiple choice."""
    ids = _ids(interaction.choices)
    named = {id_: identifier for identifier, id_ in ids.items()}
    table = _table(interaction, ids, score, is_linear=is_linear)
    correct = [ids[str(item)] for item in interaction.correct.items if str(item) in ids] if interaction.correct else []
    maximum, keys = fit_rules(list(ids.values()), table, correct=correct, worths=_worths(ids, worths))
    content: dict[str, Any] = {"options": _options(interaction.choices, ids)}
    if 0 < interaction.maximum < len(ids):
        content["maximum_choices"] = interaction.maximum
    cases = [(list(subset), worth) for subset, worth in table.items()]
    _, content, key = first_fitting(
        (("multiple_choice", content | {"stem": "?"}, key) for key in keys), maximum=maximum, cases=cases
    )
    if key["rule"] == "all_or_nothing" and not key.get("accepted"):
        content.pop("maximum_choices", None)
    samples = [identifier_values(interaction, [named[id_] for id_ in subset]) for subset in _some(table)]
    return Part(
        "multiple_choice",
        content,
        key,
        maximum,
        _many_native(ids),
        samples,
        stem=interaction.prompt + interaction.passage,
        is_negative=min(table.values()) < 0,
    )


def _some(table: Mapping[Subset, Decimal]) -> list[Subset]:
    """Return sets of each score, a few of each."""
    seen: dict[Decimal, int] = {}
    chosen = []
    for subset, worth in table.items():
        seen[worth] = seen.get(worth, 0) + 1
        if seen[worth] <= 4 or not subset:
            chosen.append(subset)
    return chosen[:40]


def choice_part(
    interaction: Interaction, score: Score, worths: Mapping[object, Decimal], *, is_linear: bool = False
) -> Part:
    """Return a choice of options or of marked text."""
    if interaction.kind == "hottext":
        interaction.passage = tidy(interaction.passage)
    if interaction.cardinality == "single" or interaction.maximum == 1:
        return one_of(interaction, score)
    return several_of(interaction, score, worths, is_linear=is_linear)


def region_part(interaction: Interaction, score: Score, worths: Mapping[object, Decimal]) -> Part:
    """Return a choice of regions on a picture as a hotspot."""
    spots = interaction.spots
    ids = _ids([Choice(spot.identifier, spot.label) for spot in spots])
    picture = picture_content(interaction)
    content: dict[str, Any] = picture | {
        "mode": "regions",
        "regions": [
            {"id": ids[spot.identifier], "shape": spot.shape, "coords": list(spot.coords), "label": spot.label}
            for spot in spots
        ],
    }
    is_single = interaction.cardinality == "single"
    if is_single:
        interaction.maximum = 1
    table = _table(interaction, ids, score, is_linear=False)
    correct = [ids[str(item)] for item in interaction.correct.items if str(item) in ids] if interaction.correct else []
    maximum, keys = fit_rules(list(ids.values()), table, correct=correct, worths=_worths(ids, worths))
    limit = interaction.maximum if 0 < interaction.maximum <= len(spots) else None
    content["maximum_choices"] = limit
    cases = [(list(subset), worth) for subset, worth in table.items()]
    _, content, key = first_fitting(
        (("hotspot", content | {"stem": "?"}, key) for key in keys), maximum=maximum, cases=cases
    )
    named = {id_: identifier for identifier, id_ in ids.items()}
    samples = [identifier_values(interaction, [named[id_] for id_ in subset]) for subset in _some(table)]
    is_negative = min(table.values()) < 0
    native = _many_native(ids)
    return Part("hotspot", content, key, maximum, native, samples, interaction.prompt, is_negative=is_negative)


def picture_content(interaction: Interaction) -> dict[str, Any]:
    """Return what a hotspot says about its picture."""
    picture = interaction.picture
    if picture is None:
        raise Unsupported(NO_OPTIONS)
    return {
        "picture": picture.address,
        "picture_alt": picture.alt,
        "width": picture.width or 1,
        "height": picture.height or 1,
    }
