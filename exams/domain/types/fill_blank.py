"""Fill in the blanks: a stem with [[markers]], each a part with its own key; sets of blanks may be free of
order."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import blanks, corrections, responses, schema
from exams.domain.blanks import BlankKey
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
from exams.domain.schema import PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("fill_blank", gettext_noop("Fill in the blanks"), "forms", is_auto_graded=True, order=40)


class Blank(Schema):
    """A field in the stem and how wide it is drawn, in characters."""

    id: PartId
    size: Annotated[int, Field(ge=1, le=200)] = 8


class Content(Schema):
    """A stem with [[b1]] markers and the blanks they stand for."""

    stem: RichText
    blanks: Annotated[tuple[Blank, ...], Field(min_length=1, max_length=50)]


class Key(Schema):
    """The key of each blank, the sets within which answers may be swapped, and whether single blanks count."""

    blanks: dict[PartId, BlankKey]
    order_free: tuple[tuple[PartId, ...], ...] = ()
    grading: Literal["per_blank", "all_or_nothing"] = "per_blank"

    @cached_property
    def feedback(self) -> dict[str, str]:
        """Feedback by blank and answer; made once, as thousands of responses are marked by one key."""
        return {
            id_: said
            for blank_id, blank in self.blanks.items()
            for id_, said in blanks.blank_feedback(blank_id, blank.numerics or blank.answers).items()
        }


Response = dict[str, str]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> dict[str, str] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_map(form, name, [blank["id"] for blank in content["blanks"]])


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the text of each blank that is not empty."""
    known = schema.ids_of(content.blanks)
    entries = responses.checked_mapping(raw, known=known) or {}
    texts = {id_: responses.checked_text(value, field=id_) for id_, value in entries.items()}
    return {id_: texts[id_] or "" for id_ in known if texts.get(id_)} or None


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return the mean of the blanks by weight, or all or nothing; in an order-free set each answer counts where
    the whole earns most, and once."""
    if response is None:
        return blank_mark()
    percents = blanks.percent_marked(content.stem)
    judged = {
        id_: (id_, blanks.judge_blank(blank, response.get(id_, ""), is_percent_printed=id_ in percents))
        for id_, blank in key.blanks.items()
        if response.get(id_)
    }
    for free in key.order_free:
        results = blanks.judge_order_free([key.blanks[id_] for id_ in free], [response.get(id_, "") for id_ in free])
        for id_, (column, judgement) in zip(free, results, strict=True):
            judged[id_] = (free[column], judgement)
    parts: list[PartMark] = []
    feedback: list[str] = []
    for blank in content.blanks:
        target, judgement = judged.get(blank.id, (blank.id, blanks.MET_NONE))
        weight = key.blanks[target].weight
        parts.append(
            blanks.part_of(blank.id, response.get(blank.id, ""), judgement, weight=weight, lowest=policy.lowest)
        )
        if key.feedback:
            feedback.append(f"{target}:{judgement.answer}")
    fraction = policy.clamp(weighted_fraction(parts) or 0.0)
    if key.grading == "all_or_nothing":
        fraction = float(all(part.is_correct for part in parts))
    said = schema.chosen_feedback(key.feedback, feedback)
    return Mark(fraction, MarkState.GRADED, tuple(parts), said)


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once no blank is empty."""
    if response is None:
        return Completeness.UNANSWERED
    return Completeness.ANSWERED if len(response) == len(content.blanks) else Completeness.PARTLY


def validate(content: Content, key: Key) -> list[Problem]:
    """Report markers, blanks and keys that do not belong together, and keys nobody can meet."""
    ids = schema.ids_of(content.blanks)
    problems = schema.repeated_ids("content.blanks", content.blanks) + blanks.marker_problems(content.stem, ids)
    problems += schema.unknown_ids("key.blanks", key.blanks, ids)
    problems += [Problem(f"key.blanks.{id_}", "This blank has no key.") for id_ in ids if id_ not in key.blanks]
    for id_, blank in key.blanks.items():
        problems += blanks.blank_problems(f"key.blanks.{id_}", blank)
    free = [id_ for group in key.order_free for id_ in group]
    problems += schema.unknown_ids("key.order_free", free, key.blanks)
    if len(set(free)) != len(free):
        problems.append(Problem("key.order_free", "A blank belongs to one order-free set at most."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """Blanks stay where they stand."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return stem and blanks."""
    return content.model_dump()


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by blank and answer."""
    return key.feedback


def summarise(content: Content) -> str:
    """Return the stem with lines for blanks."""
    return blanks.MARKER.sub("____", one_line(content.stem))


def summarise_key(content: Content, key: Key) -> str:
    """Return the expected answers in the order of the blanks."""
    return "; ".join(blanks.summarise_blank(key.blanks[blank.id]) for blank in content.blanks)


def summarise_response(content: Content, response: Response | None) -> str:
    """Return the given answers in the order of the blanks."""
    return "" if response is None else "; ".join(response.get(blank.id, "—") for blank in content.blanks)


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the blanks in order: one more answer each."""
    return corrections.answer_places(schema.ids_of(content.blanks))


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key whose blanks take these answers as well."""
    found = dict(key["blanks"])
    for place, (text,) in given.items():
        id_ = place.removeprefix("accept-")
        found[id_] = blanks.with_accepted(found[id_], place, text)
    return {**key, "blanks": found}
