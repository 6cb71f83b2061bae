"""Matching: each thing on the left is paired with one on the right, or with several where the content says so; the
right may have distractors."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from exams.domain import opaque_ids, responses, schema
from exams.domain.corrections import KeyPlace
from exams.domain.errors import InvalidCorrection, InvalidResponse, Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.schema import Fraction, Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("matching", gettext_noop("Matching"), "arrows-exchange", is_auto_graded=True, order=80)


Limit = Annotated[int, Field(ge=0, le=40)]


def _one_or_several(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Write partners in one way: a single one as itself, several sorted and each once."""
    if isinstance(value, str):
        return value
    several = tuple(sorted(set(value)))
    return several[0] if len(several) == 1 else several


Partners = Annotated[
    PartId | Annotated[tuple[PartId, ...], Field(min_length=1, max_length=40)], AfterValidator(_one_or_several)
]


class Content(Schema):
    """A stem and the two sides.

    `partners` says how many partners a left one may take, 0 for any number; one that is not named takes one. It is
    written only where something is named, so that questions without it are stored as they always were.
    """

    stem: RichText
    left: Annotated[tuple[Option, ...], Field(min_length=1, max_length=30)]
    right: Annotated[tuple[Option, ...], Field(min_length=2, max_length=40)]
    partners: Annotated[dict[PartId, Limit], Field(exclude_if=lambda value: not value)] = {}

    def takes_several(self, left: str, /) -> bool:
        """Tell whether a left one may have more than one partner."""
        return self.partners.get(left, 1) != 1


class Key(Schema):
    """The partner of each left one, or its partners, and how pairs count.

    `unpaired` are those on the left that are right when left open. `fractions` say for the sum what each pair, right
    or wrong, is worth; a pair that is not named is worth nothing.
    """

    pairs: dict[PartId, Partners]
    grading: Literal["per_pair", "all_or_nothing", "sum_of_fractions"] = "per_pair"
    unpaired: tuple[PartId, ...] = ()
    fractions: dict[PartId, dict[PartId, Fraction]] = Field(default_factory=dict)

    def partners_of(self, left: str, /) -> tuple[str, ...]:
        """Return the right partners of a left one; none where it has none."""
        found = self.pairs.get(left, ())
        return (found,) if isinstance(found, str) else found


Response = dict[str, str | tuple[str, ...]]


def _given(response: Mapping[str, str | tuple[str, ...]], left: str) -> tuple[str, ...]:
    found = response.get(left, ())
    return (found,) if isinstance(found, str) else found


def read_form(
    content: Mapping[str, Any], form: responses.PostedForm, name: str
) -> Mapping[str, str | list[str]] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    limits = content.get("partners") or {}
    ids = [item["id"] for item in content["left"]]
    found: dict[str, str | list[str]] = {}
    found |= responses.posted_map(form, name, [id_ for id_ in ids if limits.get(id_, 1) == 1]) or {}
    several = {id_: form.getlist(f"{name}.{id_}") for id_ in ids if limits.get(id_, 1) != 1}
    found |= {id_: [value for value in values if value] for id_, values in several.items() if any(values)}
    return found or None


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the partner chosen for each left one, a list of them (in the order of the right side) for one that may
    have several; any number may share a partner."""
    known, targets = schema.ids_of(content.left), schema.ids_of(content.right)
    entries = responses.checked_mapping(raw, known=known) or {}
    found: Response = {}
    for left in known:
        value = entries.get(left)
        if not content.takes_several(left):
            if chosen := responses.checked_id(value, known=targets, field=left):
                found[left] = chosen
            continue
        several = responses.checked_ids([value] if isinstance(value, str) and value else value, known=targets)
        if several:
            limit = content.partners[left]
            if limit and len(several) > limit:
                raise InvalidResponse("One thing has more partners than it may have.", field=left)
            found[left] = tuple(id_ for id_ in targets if id_ in several)
    return found or None


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return right pairs / pairs, all or nothing, or the sum of the pairs' fractions, between 0 and 1.

    `per_pair`: a left one with n partners counts n pairs, one that is right when left open counts one. It earns its
    right partners less its wrong ones, never below 0, of n; the fraction is what all earn over what all count. Where
    every left one has one partner, that is the share of the left ones that are right. `all_or_nothing`: 1 when every
    left one has exactly its partners, else 0. `sum_of_fractions`: the worths of all chosen pairs added up.
    """
    if response is None:
        return blank_mark()
    parts, earned = [], 0
    for left in content.left:
        given, wanted = set(_given(response, left.id)), set(key.partners_of(left.id))
        is_right = not given if left.id in key.unpaired else bool(given) and given == wanted
        count = len(wanted) if wanted and left.id not in key.unpaired else 1
        hits = count if is_right else max(0, len(given & wanted) - len(given - wanted))
        if left.id in key.unpaired and not is_right:
            hits = 0
        earned += hits
        shown = ",".join(_given(response, left.id))
        parts.append(PartMark(left.id, hits / count, is_right, shown, float(count)))
    whole = sum(int(part.weight) for part in parts)
    is_whole = all(part.is_correct for part in parts)
    fraction = earned / whole if key.grading == "per_pair" else float(is_whole)
    if key.grading == "sum_of_fractions":
        chosen = [(left, right) for left in response for right in _given(response, left)]
        total = sum(key.fractions.get(left, {}).get(right, 0.0) for left, right in chosen)
        fraction = min(max(total, 0.0), 1.0)
    return Mark(fraction, MarkState.GRADED, tuple(parts))


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once each left one has a partner."""
    if response is None:
        return Completeness.UNANSWERED
    return Completeness.ANSWERED if len(response) == len(content.left) else Completeness.PARTLY


def validate(content: Content, key: Key) -> list[Problem]:
    """Report unknown or repeated ids, left ones without a partner or with more than they may take."""
    lefts, rights = schema.ids_of(content.left), schema.ids_of(content.right)
    problems = schema.repeated_ids("content.left", content.left) + schema.repeated_ids("content.right", content.right)
    problems += schema.empty_texts("content.left", content.left) + schema.empty_texts("content.right", content.right)
    problems += schema.unknown_ids("content.partners", content.partners, lefts)
    problems += schema.unknown_ids("key.pairs", key.pairs, lefts)
    problems += schema.unknown_ids("key.pairs", [id_ for left in key.pairs for id_ in key.partners_of(left)], rights)
    problems += schema.unknown_ids("key.unpaired", key.unpaired, lefts)
    problems += schema.unknown_ids("key.fractions", key.fractions, lefts)
    worths = [id_ for worth in key.fractions.values() for id_ in worth]
    problems += schema.unknown_ids("key.fractions", worths, rights)
    for id_ in lefts:
        limit = content.partners.get(id_, 1)
        if id_ not in key.pairs and id_ not in key.unpaired:
            problems.append(Problem(f"key.pairs.{id_}", "This one has no partner."))
        elif limit and len(key.partners_of(id_)) > limit:
            problems.append(Problem(f"key.pairs.{id_}", "This one has more partners than it may have."))
    if key.grading == "sum_of_fractions":
        best = sum(_best_sum(worth, content.partners.get(left, 1)) for left, worth in key.fractions.items())
        if best < 1 - 1e-4:
            problems.append(Problem("key.fractions", "The best pairs do not add up to 1."))
    return problems


def _best_sum(worths: Mapping[str, float], limit: int) -> float:
    """Return the most that the pairs of one left thing can add up to."""
    positive = sorted((worth for worth in worths.values() if worth > 0), reverse=True)
    return sum(positive[: limit or None])


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """The right side may be shuffled; as it stands, it is in an order that betrays nothing."""
    return {"right": schema.ids_of(schema.neutral_order(content.right))}


def conceal(content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rename right ones whose ids could tell their partners; the left ones stand in the authored order for all to
    see."""
    lefts = [item["id"] for item in content["left"]]
    names = opaque_ids.opaque_names(((item["id"], item["text"]) for item in content["right"]), beside=lefts)
    if not names:
        return content, key
    content = content | {"right": opaque_ids.renamed_parts(content["right"], names)}
    key = key | {"pairs": {id_: opaque_ids.renamed_ids(found, names) for id_, found in key["pairs"].items()}}
    if "fractions" in key:
        worths = {id_: opaque_ids.renamed_keys(worth, names) for id_, worth in key["fractions"].items()}
        key["fractions"] = worths
    return content, key


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return both sides, the right one never in the authored order, and who may have several partners."""
    right = schema.arranged(schema.neutral_order(content.right), order.get("right"))
    shown: dict[str, Any] = {"stem": content.stem, "left": schema.arranged(content.left, None), "right": right}
    return shown | ({"partners": dict(content.partners)} if content.partners else {})


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return nothing: pairs carry no feedback of their own."""
    return {}


def _pairs_text(content: Content, pairs: Mapping[str, str | tuple[str, ...]]) -> str:
    right = schema.texts_of(content.right)
    return "; ".join(
        f"{one_line(o.text)} → {' + '.join(one_line(right[id_]) for id_ in _given(pairs, o.id))}"
        for o in content.left
        if _given(pairs, o.id)
    )


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


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the left ones in order: which partner each has, or which partners; one that is right when left open may
    be given none."""
    options = tuple((option.id, option.text) for option in content.right)
    return tuple(
        KeyPlace(
            f"partner-{left.id}",
            "some" if content.takes_several(left.id) else "one",
            gettext_noop("Partner of %(part)s"),
            options,
            () if left.id in key.unpaired else key.partners_of(left.id),
            part=left.text,
            is_optional=left.id in key.unpaired,
        )
        for left in content.left
    )


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key under which the left ones have these partners. Where pairs have worths of their own, the
    new partners share what those before were worth. InvalidCorrection for more partners than one may have."""
    pairs, unpaired = dict(key["pairs"]), list(key.get("unpaired", ()))
    worths = dict(key.get("fractions", {}))
    for place, partners in given.items():
        left = place.removeprefix("partner-")
        limit = content.partners.get(left, 1)
        if limit and len(partners) > limit:
            raise InvalidCorrection(gettext_noop("This one has more partners than it may have."), field=place)
        # Only one that was right when left open can be given a partner here for the first time, and lose that right.
        unpaired = [id_ for id_ in unpaired if id_ != left]
        pairs[left] = partners[0] if len(partners) == 1 else sorted(partners)
        if worth := worths.get(left):
            share = min(1.0, sum(one for one in worth.values() if one > 0) / len(partners))
            wrong = {id_: one for id_, one in worth.items() if one <= 0 and id_ not in partners}
            worths[left] = wrong | dict.fromkeys(partners, share)
    changed = {"pairs": pairs, "unpaired": unpaired, "fractions": worths}
    return {**key, **{name: value for name, value in changed.items() if name in key}}
