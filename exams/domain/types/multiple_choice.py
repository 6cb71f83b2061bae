"""Multiple choice: any number of options, marked by the rule of the paper."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from exams.domain import opaque_ids, responses, schema
from exams.domain.corrections import KeyPlace
from exams.domain.errors import Problem
from exams.domain.marks import (
    Completeness,
    GradingPolicy,
    Mark,
    MarkState,
    MultipleChoiceRule,
    PartMark,
    blank_mark,
)
from exams.domain.schema import FeedbackById, Fraction, Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("multiple_choice", gettext_noop("Multiple choice"), "square-check", is_auto_graded=True, order=20)


class Content(Schema):
    """A stem and the options under it; `maximum_choices` where more than so many earn nothing."""

    stem: RichText
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=40)]
    maximum_choices: Annotated[int, Field(ge=1, le=40)] | None = None


class Key(Schema):
    """The right options; fractions only for the rule that adds them up; a rule where the question has its own
    instead of the paper's. `accepted` are further choices that are as right as `correct` where all is at stake, and
    `floor` is the least that the sum of fractions can come to."""

    correct: Annotated[tuple[PartId, ...], Field(min_length=1)]
    fractions: dict[PartId, Fraction] = Field(default_factory=dict)
    feedback: FeedbackById = Field(default_factory=dict)
    rule: MultipleChoiceRule | None = None
    accepted: tuple[tuple[PartId, ...], ...] = ()
    floor: Annotated[float, Field(ge=-1, le=0, allow_inf_nan=False)] = 0.0


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> list[str] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return form.getlist(name) or None


def parse_response(content: Content, raw: object) -> tuple[str, ...] | None:
    """Return the chosen ids in the order of the content."""
    known = schema.ids_of(content.options)
    chosen = responses.checked_ids(raw, known=known)
    return None if chosen is None else tuple(id_ for id_ in known if id_ in chosen)


def _fractions(key: Key) -> Mapping[str, float]:
    """Fractions of the key; without any, right options share 1."""
    return key.fractions or dict.fromkeys(key.correct, 1 / len(key.correct))


def _fraction(content: Content, key: Key, chosen: set[str], policy: GradingPolicy) -> float:
    correct = set(key.correct)
    hits, false = len(chosen & correct), len(chosen - correct)
    rule = key.rule or policy.multiple_choice
    if rule == "sum_of_fractions":
        fractions = _fractions(key)
        default = 0.0 if key.fractions else -1 / len(correct)
        return min(max(key.floor, sum(fractions.get(id_, default) for id_ in sorted(chosen))), 1.0)
    if rule == "net_correct":
        return max(0.0, (hits - false) / len(correct))
    if rule == "each_option":
        return 1 - len(chosen ^ correct) / len(content.options)
    if chosen == correct or any(chosen == set(other) for other in key.accepted):
        return 1.0
    if rule == "partial_if_no_wrong" and hits and not false:
        return policy.partial_fraction
    return 0.0


def grade(content: Content, key: Key, response: tuple[str, ...] | None, policy: GradingPolicy) -> Mark:
    """Return what the rule of the question gives, or else that of the paper.

    all_or_nothing; partial_if_no_wrong: the stated part for some right and none wrong; sum_of_fractions:
    min(max(floor, sum), 1), where without fractions right options share 1 and a wrong one takes as much;
    net_correct: max(0, (hits - false) / correct); each_option: options judged rightly / options. The penalty
    is taken where nothing is earned and a wrong option was chosen, or all was at stake.
    """
    if response is None:
        return blank_mark()
    chosen, correct = set(response), set(key.correct)
    fraction = _fraction(content, key, chosen, policy)
    if content.maximum_choices is not None and len(chosen) > content.maximum_choices:
        fraction = 0.0
    if chosen - correct or (key.rule or policy.multiple_choice) == "all_or_nothing":
        fraction = policy.penalise(fraction)
    parts = tuple(
        PartMark(
            o.id,
            float((o.id in chosen) == (o.id in correct)),
            (o.id in chosen) == (o.id in correct),
            o.id if o.id in chosen else "",
        )
        for o in content.options
    )
    return Mark(policy.clamp(fraction), MarkState.GRADED, parts, schema.chosen_feedback(key.feedback, response))


def completeness(content: Content, response: tuple[str, ...] | None) -> Completeness:
    """Answered once an option is chosen; how many there should be is nobody's to know."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report unknown or repeated ids, empty options and fractions of right options that do not add up to
    1."""
    ids = schema.ids_of(content.options)
    problems = schema.repeated_ids("content.options", content.options)
    problems += schema.empty_texts("content.options", content.options)
    problems += schema.unknown_ids("key.correct", key.correct, ids)
    problems += schema.unknown_ids("key.fractions", key.fractions, ids)
    problems += schema.unknown_ids("key.feedback", key.feedback, ids)
    if len(set(key.correct)) != len(key.correct):
        problems.append(Problem("key.correct", "A right option is listed twice."))
    problems += schema.unknown_ids("key.accepted", (id_ for other in key.accepted for id_ in other), ids)
    total = sum(f for f in key.fractions.values() if f > 0)
    # A question with its own rule may hand out more than it needs: the sum is cut at 1.
    if key.fractions and abs(min(total, 1.0) - 1 if key.rule else total - 1) > 1e-4:
        problems.append(Problem("key.fractions", "The positive fractions do not add up to 1."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """The options may be shuffled."""
    return {"options": schema.ids_of(content.options)}


def rename_choices(
    content: Mapping[str, Any], key: Mapping[str, Any], name: opaque_ids.NameChoices
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Rename the options of a stored content and key."""
    names = name("options", [(option["id"], option["text"]) for option in content["options"]])
    if not names:
        return content, key
    options = opaque_ids.renamed_parts(content["options"], names)
    return {**content, "options": options}, opaque_ids.renamed_worths(key, names)


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return stem and options in the frozen order."""
    shown: dict[str, Any] = {"stem": content.stem, "options": schema.arranged(content.options, order.get("options"))}
    if content.maximum_choices is not None:
        shown["maximum_choices"] = content.maximum_choices
    return shown


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by option."""
    return dict(key.feedback)


def summarise(content: Content) -> str:
    """Return the stem and the options, each on a line."""
    options = (f"{letter}. {one_line(option.text)}" for letter, option in schema.lettered(content.options))
    return "\n".join([one_line(content.stem), *options])


def summarise_key(content: Content, key: Key) -> str:
    """Return the right options."""
    return "; ".join(one_line(o.text) for o in content.options if o.id in key.correct)


def summarise_response(content: Content, response: tuple[str, ...] | None) -> str:
    """Return the texts of the chosen options."""
    texts = schema.texts_of(content.options)
    return "; ".join(one_line(texts[id_]) for id_ in response or ())


def listed_options(content: Content) -> list[tuple[str, str]]:
    """Return the options of which some can be named right: id and rich text."""
    return [(option.id, option.text) for option in content.options]


def right_options(key: Mapping[str, Any]) -> set[str]:
    """Return the options that a stored key holds for right."""
    return {str(id_) for id_ in key.get("correct", ())}


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the one place: which options are right together."""
    return (KeyPlace("right", "some", gettext_noop("Right is"), tuple(listed_options(content)), key.correct),)


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key under which the chosen options together are right; the question's own rule stays."""
    rule = {"rule": key["rule"]} if key.get("rule") else {}
    right = [option.id for option in content.options if option.id in given["right"]]
    return {"correct": right, "feedback": key.get("feedback", {}), **rule}
