"""Cloze: gaps of several kinds in a passage; each gap is a part of its own weight."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import blanks, opaque_ids, responses, schema
from exams.domain.blanks import BlankKey, Judgement
from exams.domain.corrections import KeyPlace
from exams.domain.errors import Problem
from exams.domain.marks import (
    Completeness,
    GradingPolicy,
    Mark,
    MarkState,
    PartMark,
    blank_mark,
    weighted_fraction,
)
from exams.domain.schema import FeedbackById, Fraction, Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("cloze", gettext_noop("Cloze"), "text-wrap", is_auto_graded=True, order=110, fits_passage=False)


class Gap(Schema):
    """A gap: its kind, the options of a choice (of one, or of several: choices), or the width of a field in
    characters."""

    id: PartId
    kind: Literal["choice", "choices", "text", "numeric"]
    options: Annotated[tuple[Option, ...], Field(max_length=100)] = ()
    size: Annotated[int, Field(ge=1, le=200)] = 8


class Content(Schema):
    """A passage with [[g1]] markers and the gaps they stand for."""

    stem: RichText
    gaps: Annotated[tuple[Gap, ...], Field(min_length=1, max_length=50)]


class GapKey(BlankKey):
    """What one gap expects: fractions by option for a choice, otherwise the key of a blank."""

    fractions: dict[PartId, Fraction] = Field(default_factory=dict)
    feedback: FeedbackById = Field(default_factory=dict)


class Key(Schema):
    """The key of each gap, and how they count together: each by itself, as one sum that is not below 0, or all or
    none."""

    gaps: dict[PartId, GapKey]
    grading: Literal["per_gap", "sum_of_fractions", "all_or_nothing"] = "per_gap"


Response = dict[str, str | tuple[str, ...]]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> dict[str, Any] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    several = [gap["id"] for gap in content["gaps"] if gap["kind"] == "choices"]
    single = responses.posted_map(form, name, [gap["id"] for gap in content["gaps"] if gap["id"] not in several])
    lists = {id_: form.getlist(f"{name}.{id_}") for id_ in several}
    return (single or {}) | {id_: chosen for id_, chosen in lists.items() if chosen} or None


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the option or the text of each gap that is not empty."""
    gaps = {gap.id: gap for gap in content.gaps}
    entries = responses.checked_mapping(raw, known=gaps) or {}
    given: dict[str, str | tuple[str, ...] | None] = {}
    for id_, value in entries.items():
        if gaps[id_].kind == "choice":
            given[id_] = responses.checked_id(value, known=schema.ids_of(gaps[id_].options), field=id_)
        elif gaps[id_].kind == "choices":
            known = schema.ids_of(gaps[id_].options)
            chosen = responses.checked_ids(value, known=known)
            given[id_] = None if chosen is None else tuple(option for option in known if option in chosen)
        else:
            given[id_] = responses.checked_text(value, field=id_)
    return {id_: given[id_] or "" for id_ in gaps if given.get(id_)} or None


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return the mean of the gaps by weight; an empty gap earns nothing and costs nothing.

    Per gap, none falls below the policy's lowest; in a sum, one gap can take from another, down to 0 for all. A choice
    of several earns min(max(0, sum of the chosen fractions), 1), whatever the rule of the paper.
    """
    if response is None:
        return blank_mark()
    percents = blanks.percent_marked(content.stem)
    parts: list[PartMark] = []
    feedback: list[str] = []
    is_sum = key.grading == "sum_of_fractions"
    for gap in content.gaps:
        gap_key, given = key.gaps[gap.id], response.get(gap.id, "")
        judgement = Judgement(0.0)
        shown = given if isinstance(given, str) else ",".join(given)
        if given and gap.kind == "choices":
            total = sum(gap_key.fractions.get(option, 0.0) for option in given)
            judgement = Judgement(min(max(0.0, total), 1.0))
            feedback += [f"{gap.id}:{option}" for option in given]
        elif isinstance(given, str) and given and gap.kind == "choice":
            worth = gap_key.fractions.get(given, 0.0)
            judgement = Judgement(worth if is_sum else policy.penalise(worth))
            feedback.append(f"{gap.id}:{given}")
        elif isinstance(given, str) and given:
            judgement = blanks.judge_blank(gap_key, given, is_percent_printed=gap.id in percents)
            feedback.append(f"{gap.id}:{judgement.answer}")
        lowest = -1.0 if is_sum else policy.lowest
        parts.append(blanks.part_of(gap.id, shown, judgement, weight=gap_key.weight, lowest=lowest))
    fraction = policy.clamp(weighted_fraction(parts) or 0.0)
    if is_sum:
        fraction = max(fraction, 0.0)
    elif key.grading == "all_or_nothing":
        fraction = float(all(part.is_correct for part in parts))
    return Mark(
        fraction,
        MarkState.GRADED,
        tuple(parts),
        schema.chosen_feedback(list_feedback(content, key), feedback),
    )


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once no gap is empty."""
    if response is None:
        return Completeness.UNANSWERED
    return Completeness.ANSWERED if len(response) == len(content.gaps) else Completeness.PARTLY


def _gap_problems(gap: Gap, key: GapKey) -> list[Problem]:
    field = f"key.gaps.{gap.id}"
    if gap.kind not in {"choice", "choices"}:
        if (key.match == "numeric") != (gap.kind == "numeric"):
            return [Problem(f"{field}.match", "The kind of the gap and the match of its key differ.")]
        return blanks.blank_problems(field, key)
    options = f"content.gaps.{gap.id}.options"
    ids = schema.ids_of(gap.options)
    problems = schema.repeated_ids(options, gap.options) + schema.empty_texts(options, gap.options)
    if len(ids) < 2:
        problems.append(Problem(options, "A choice needs at least two options."))
    problems += schema.unknown_ids(f"{field}.fractions", key.fractions, ids)
    problems += schema.unknown_ids(f"{field}.feedback", key.feedback, ids)
    if gap.kind == "choices":
        if abs(sum(fraction for fraction in key.fractions.values() if fraction > 0) - 1) > 1e-4:
            problems.append(Problem(f"{field}.fractions", "The positive fractions do not add up to 1."))
    elif not any(fraction == 1 for fraction in key.fractions.values()):
        problems.append(Problem(f"{field}.fractions", "No option earns full marks."))
    return problems


def validate(content: Content, key: Key) -> list[Problem]:
    """Report markers, gaps and keys that do not belong together, and keys nobody can meet."""
    ids = schema.ids_of(content.gaps)
    problems = schema.repeated_ids("content.gaps", content.gaps) + blanks.marker_problems(content.stem, ids)
    problems += schema.unknown_ids("key.gaps", key.gaps, ids)
    for gap in content.gaps:
        if gap.id in key.gaps:
            problems += _gap_problems(gap, key.gaps[gap.id])
        else:
            problems.append(Problem(f"key.gaps.{gap.id}", "This gap has no key."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """The options of each choice may be shuffled."""
    return {gap.id: schema.ids_of(gap.options) for gap in content.gaps if gap.options}


def conceal(content: dict[str, Any], key: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rename the options of gaps that share one list of words, and sort a list whose words stand in the order of their
    gaps; the options that a gap has for itself are a choice (`rename_choices`)."""
    gaps, keys = {gap["id"]: gap for gap in content["gaps"]}, dict(key["gaps"])
    for alike in _gaps_by_words(content):
        is_telling = _stands_as_its_gaps(alike, keys)
        for gap in alike if len(alike) > 1 else ():
            options = sorted(gap["options"], key=lambda option: option["text"]) if is_telling else gap["options"]
            names = opaque_ids.opaque_names((option["id"], option["text"]) for option in options)
            if not names and options == gap["options"]:
                continue
            gaps[gap["id"]] = gap | {"options": opaque_ids.renamed_parts(options, names)}
            keys[gap["id"]] = opaque_ids.renamed_worths(keys[gap["id"]], names)
    return content | {"gaps": list(gaps.values())}, key | {"gaps": keys}


def _gaps_by_words(content: Mapping[str, Any]) -> Iterable[list[dict[str, Any]]]:
    """Return the gaps with options of a stored content, those of the same words together."""
    shared: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for gap in content["gaps"]:
        if words := tuple(sorted(option["text"] for option in gap.get("options", ()))):
            shared.setdefault(words, []).append(gap)
    return shared.values()


def rename_choices(
    content: Mapping[str, Any], key: Mapping[str, Any], name: opaque_ids.NameChoices
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Rename the options, of a stored content and key, that a gap has for itself."""
    gaps, keys = {gap["id"]: gap for gap in content["gaps"]}, dict(key.get("gaps", {}))
    is_renamed = False
    for gap in (alike[0] for alike in _gaps_by_words(content) if len(alike) == 1):
        if names := name(gap["id"], [(option["id"], option["text"]) for option in gap["options"]]):
            is_renamed = True
            gaps[gap["id"]] = {**gap, "options": opaque_ids.renamed_parts(gap["options"], names)}
            if gap["id"] in keys:
                keys[gap["id"]] = opaque_ids.renamed_worths(keys[gap["id"]], names)
    return ({**content, "gaps": list(gaps.values())}, {**key, "gaps": keys}) if is_renamed else (content, key)


def _stands_as_its_gaps(gaps: Sequence[Mapping[str, Any]], keys: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether the first word is right in the first of at least three gaps, the second in the second, and so on:
    the words of a text to drag into are mostly written down like that."""
    if len(gaps) < 3:
        return False
    places = []
    for gap in gaps:
        worth = keys[gap["id"]].get("fractions", {})
        places.append([at for at, option in enumerate(gap["options"]) if worth.get(option["id"], 0) > 0])
    return places == [[at] for at in range(len(gaps))]


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the passage and the gaps, options in the frozen order."""
    gaps = [gap.model_dump() | {"options": schema.arranged(gap.options, order.get(gap.id))} for gap in content.gaps]
    return {"stem": content.stem, "gaps": gaps}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by gap and option, or gap and answer."""
    said: dict[str, str] = {}
    for id_, gap in key.gaps.items():
        said |= {f"{id_}:{option}": text for option, text in gap.feedback.items()}
        said |= blanks.blank_feedback(id_, gap.numerics or gap.answers)
    return said


def summarise(content: Content) -> str:
    """Return the passage with its gaps, the options of a choice in brackets."""
    shown = {
        gap.id: f"[{' / '.join(one_line(o.text) for o in gap.options)}]" if gap.options else "____"
        for gap in content.gaps
    }
    return blanks.MARKER.sub(lambda found: shown.get(found.group(1), "____"), one_line(content.stem))


def summarise_key(content: Content, key: Key) -> str:
    """Return the expected answers in the order of the gaps."""
    expected = []
    for gap in content.gaps:
        worth = key.gaps[gap.id].fractions
        if gap.kind == "choices":
            expected.append(" + ".join(one_line(o.text) for o in gap.options if worth.get(o.id, 0) > 0))
            continue
        right = [one_line(o.text) for o in gap.options if worth.get(o.id) == 1]
        expected.append(" / ".join(right) if gap.kind == "choice" else blanks.summarise_blank(key.gaps[gap.id]))
    return "; ".join(expected)


def summarise_response(content: Content, response: Response | None) -> str:
    """Return the given answers in the order of the gaps."""
    if response is None:
        return ""
    shown = []
    for gap in content.gaps:
        given = response.get(gap.id, "—")
        texts = schema.texts_of(gap.options)
        chosen = (given,) if isinstance(given, str) else given
        shown.append(" + ".join(one_line(texts.get(one, one)) if gap.options else one for one in chosen))
    return "; ".join(shown)


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the gaps in order: which options are right in one that is chosen, one more answer in one that is typed."""
    places = []
    for n, gap in enumerate(content.gaps, start=1):
        if gap.kind in {"choice", "choices"}:
            worths = key.gaps[gap.id].fractions.items()
            right = tuple(id_ for id_, worth in worths if (worth == 1 if gap.kind == "choice" else worth > 0))
            label = gettext_noop("Right in gap %(n)s is")
            options = tuple((option.id, option.text) for option in gap.options)
            places.append(KeyPlace(f"right-{gap.id}", "some", label, options, right, n))
        else:
            places.append(KeyPlace(f"accept-{gap.id}", "text", gettext_noop("Also right in gap %(n)s"), number=n))
    return tuple(places)


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key under which these options and answers are right: of a choice of one each by itself, of a
    choice of several all together, in equal shares."""
    gaps = dict(key["gaps"])
    several = {gap.id for gap in content.gaps if gap.kind == "choices"}
    for place, values in given.items():
        kind, _, id_ = place.partition("-")
        if kind == "accept":
            gaps[id_] = blanks.with_accepted(gaps[id_], place, values[0])
        elif id_ in several:
            wrong = {one: worth for one, worth in gaps[id_]["fractions"].items() if worth <= 0 and one not in values}
            gaps[id_] = {**gaps[id_], "fractions": wrong | dict.fromkeys(values, 1 / len(values))}
        else:
            gaps[id_] = {**gaps[id_], "fractions": schema.worths_with(gaps[id_]["fractions"], values)}
    return {**key, "gaps": gaps}
