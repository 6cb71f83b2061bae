"""Single choice: one option of several, each worth a fraction."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from exams.domain import opaque_ids, responses, schema
from exams.domain.corrections import KeyPlace
from exams.domain.errors import Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.schema import FeedbackById, Fraction, Option, PartId, RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("single_choice", gettext_noop("Single choice"), "circle-dot", is_auto_graded=True, order=10)


class Content(Schema):
    """A stem and the options under it."""

    stem: RichText
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=40)]


class Key(Schema):
    """What each option is worth (not named: nothing), and what is said to whoever chose it."""

    fractions: dict[PartId, Fraction]
    feedback: FeedbackById = Field(default_factory=dict)


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> str | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_value(form, name)


def parse_response(content: Content, raw: object) -> str | None:
    """Return the id of the chosen option."""
    return responses.checked_id(raw, known=schema.ids_of(content.options))


def grade(content: Content, key: Key, response: str | None, policy: GradingPolicy) -> Mark:
    """Return the chosen option's fraction; an option worth nothing costs the policy's penalty."""
    if response is None:
        return blank_mark()
    fraction = policy.penalise(key.fractions.get(response, 0.0))
    part = PartMark(response, fraction, fraction >= 1 - 1e-6, response)
    return Mark(fraction, MarkState.GRADED, (part,), schema.chosen_feedback(key.feedback, [response]))


def completeness(content: Content, response: str | None) -> Completeness:
    """Answered once an option is chosen."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report unknown or repeated ids, empty options and a key without a right option."""
    ids = schema.ids_of(content.options)
    problems = schema.repeated_ids("content.options", content.options)
    problems += schema.empty_texts("content.options", content.options)
    problems += schema.unknown_ids("key.fractions", key.fractions, ids)
    problems += schema.unknown_ids("key.feedback", key.feedback, ids)
    if not any(fraction == 1 for fraction in key.fractions.values()):
        problems.append(Problem("key.fractions", "No option earns full marks."))
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
    return {"stem": content.stem, "options": schema.arranged(content.options, order.get("options"))}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by option."""
    return dict(key.feedback)


def summarise(content: Content) -> str:
    """Return the stem and the options, each on a line."""
    options = (f"{letter}. {one_line(option.text)}" for letter, option in schema.lettered(content.options))
    return "\n".join([one_line(content.stem), *options])


def summarise_key(content: Content, key: Key) -> str:
    """Return the options that earn full marks."""
    return " / ".join(one_line(o.text) for o in content.options if key.fractions.get(o.id) == 1)


def summarise_response(content: Content, response: str | None) -> str:
    """Return the text of the chosen option."""
    return "" if response is None else one_line(schema.texts_of(content.options)[response])


def listed_options(content: Content) -> list[tuple[str, str]]:
    """Return the options of which one can be named right: id and rich text."""
    return [(option.id, option.text) for option in content.options]


def right_options(key: Mapping[str, Any]) -> set[str]:
    """Return the options that a stored key pays for."""
    return {str(id_) for id_, fraction in key.get("fractions", {}).items() if float(fraction) > 0}


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the one place: which options earn full marks, each by itself."""
    right = tuple(id_ for id_, fraction in key.fractions.items() if fraction == 1)
    return (KeyPlace("right", "some", gettext_noop("Right is"), tuple(listed_options(content)), right),)


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key under which the chosen options earn full marks; what others earn in part stays."""
    return {**key, "fractions": schema.worths_with(key["fractions"], given["right"])}
