"""Matching: each thing on the left is paired with one on the right; the right may have distractors."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import responses, schema
from exams.domain.errors import Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.schema import Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("matching", gettext_noop("Matching"), "arrows-exchange", is_auto_graded=True, order=80)


class Content(Schema):
    """A stem and the two sides."""

    stem: RichText
    left: Annotated[tuple[Option, ...], Field(min_length=1, max_length=30)]
    right: Annotated[tuple[Option, ...], Field(min_length=2, max_length=40)]


class Key(Schema):
    """The partner of each left one, and whether single pairs count."""

    pairs: dict[PartId, PartId]
    grading: Literal["per_pair", "all_or_nothing"] = "per_pair"


Response = dict[str, str]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> dict[str, str] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_map(form, name, [item["id"] for item in content["left"]])


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the partner chosen for each left one; several may share one."""
    return responses.checked_assignment(raw, known=schema.ids_of(content.left), targets=schema.ids_of(content.right))


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return right pairs / pairs, or all or nothing."""
    if response is None:
        return blank_mark()
    parts = []
    for left in content.left:
        given = response.get(left.id, "")
        is_right = bool(given) and given == key.pairs.get(left.id)
        parts.append(PartMark(left.id, float(is_right), is_right, given))
    hits = sum(part.is_correct is True for part in parts)
    fraction = hits / len(parts) if key.grading == "per_pair" else float(hits == len(parts))
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
    problems += [Problem(f"key.pairs.{id_}", "This one has no partner.") for id_ in lefts if id_ not in key.pairs]
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
