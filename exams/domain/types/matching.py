"""Matching: each thing on the left is paired with one on the right; the right may have distractors."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import responses, schema
from exams.domain.errors import Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.schema import Fraction, Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("matching", gettext_noop("Matching"), "arrows-exchange", is_auto_graded=True, order=80)


class Content(Schema):
    """A stem and the two sides."""

    stem: RichText
    left: Annotated[tuple[Option, ...], Field(min_length=1, max_length=30)]
    right: Annotated[tuple[Option, ...], Field(min_length=2, max_length=40)]


class Key(Schema):
    """The partner of each left one, and how pairs count.

    `unpaired` are those on the left that are right when left open. `fractions` say for the sum what each pair, right
    or wrong, is worth; a pair that is not named is worth nothing.
    """

    pairs: dict[PartId, PartId]
    grading: Literal["per_pair", "all_or_nothing", "sum_of_fractions"] = "per_pair"
    unpaired: tuple[PartId, ...] = ()
    fractions: dict[PartId, dict[PartId, Fraction]] = {}


Response = dict[str, str]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> dict[str, str] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_map(form, name, [item["id"] for item in content["left"]])


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the partner chosen for each left one; several may share one."""
    return responses.checked_assignment(raw, known=schema.ids_of(content.left), targets=schema.ids_of(content.right))


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return right pairs / pairs, all or nothing, or the sum of the pairs' fractions, between 0 and 1."""
    if response is None:
        return blank_mark()
    parts = []
    for left in content.left:
        given = response.get(left.id, "")
        is_right = not given if left.id in key.unpaired else bool(given) and given == key.pairs.get(left.id)
        parts.append(PartMark(left.id, float(is_right), is_right, given))
    hits = sum(part.is_correct is True for part in parts)
    fraction = hits / len(parts) if key.grading == "per_pair" else float(hits == len(parts))
    if key.grading == "sum_of_fractions":
        total = sum(key.fractions.get(left, {}).get(right, 0.0) for left, right in response.items())
        fraction = min(max(total, 0.0), 1.0)
    return Mark(fraction, MarkState.GRADED, tuple(parts))


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once each left one has a partner."""
    if response is None:
        return Completeness.UNANSWERED
    return Completeness.ANSWERED if len(response) == len(content.left) else Completeness.PARTLY


def validate(content: Content, key: Key) -> list[Problem]:
    """Report unknown or repeated ids and left ones without a partner."""
    lefts = schema.ids_of(content.left)
    problems = schema.repeated_ids("content.left", content.left) + schema.repeated_ids("content.right", content.right)
    problems += schema.empty_texts("content.left", content.left) + schema.empty_texts("content.right", content.right)
    problems += schema.unknown_ids("key.pairs", key.pairs, lefts)
    problems += schema.unknown_ids("key.pairs", key.pairs.values(), schema.ids_of(content.right))
    problems += schema.unknown_ids("key.unpaired", key.unpaired, lefts)
    problems += schema.unknown_ids("key.fractions", key.fractions, lefts)
    worths = [id_ for worth in key.fractions.values() for id_ in worth]
    problems += schema.unknown_ids("key.fractions", worths, schema.ids_of(content.right))
    problems += [
        Problem(f"key.pairs.{id_}", "This one has no partner.")
        for id_ in lefts
        if id_ not in key.pairs and id_ not in key.unpaired
    ]
    if key.grading == "sum_of_fractions":
        best = sum(max([0.0, *worth.values()]) for worth in key.fractions.values())
        if best < 1 - 1e-4:
            problems.append(Problem("key.fractions", "The best pairs do not add up to 1."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """The right side may be shuffled; as it stands, it is in an order that betrays nothing."""
    return {"right": schema.ids_of(schema.neutral_order(content.right))}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return both sides, the right one never in the authored order."""
    right = schema.arranged(schema.neutral_order(content.right), order.get("right"))
    return {"stem": content.stem, "left": schema.arranged(content.left, None), "right": right}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return nothing: pairs carry no feedback of their own."""
    return {}


def _pairs_text(content: Content, pairs: Mapping[str, str]) -> str:
    right = schema.texts_of(content.right)
    return "; ".join(f"{one_line(o.text)} → {one_line(right[pairs[o.id]])}" for o in content.left if o.id in pairs)


def summarise(content: Content) -> str:
    """Return the stem and both sides."""
    sides = (" / ".join(one_line(o.text) for o in side) for side in (content.left, schema.neutral_order(content.right)))
    return "\n".join([one_line(content.stem), *sides])


def summarise_key(content: Content, key: Key) -> str:
    """Return the right pairs."""
    return _pairs_text(content, key.pairs)


def summarise_response(content: Content, response: Response | None) -> str:
    """Return the chosen pairs."""
    return _pairs_text(content, response or {})
