"""Short text: a word or a phrase, compared with patterns in which `*` stands for anything."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from exams.domain import blanks, corrections, responses, schema
from exams.domain.blanks import FoldingKey, TextAnswer
from exams.domain.corrections import KeyPlace
from exams.domain.errors import Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, blank_mark
from exams.domain.schema import RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("short_text", gettext_noop("Short answer"), "cursor-text", is_auto_graded=True, order=60)


class Content(Schema):
    """The stem."""

    stem: RichText


class Key(FoldingKey):
    """The accepted texts in order of precedence: the first that fits decides."""

    answers: Annotated[tuple[TextAnswer, ...], Field(min_length=1)]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> str | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_value(form, name)


def parse_response(content: Content, raw: object) -> str | None:
    """Return the text as typed."""
    return responses.checked_text(raw)


def grade(content: Content, key: Key, response: str | None, policy: GradingPolicy) -> Mark:
    """Return the fraction of the first answer that fits."""
    if response is None:
        return blank_mark()
    judgement = blanks.first_match(key, key.answers, response, kind="wildcard")
    part = blanks.part_of("answer", response, judgement, lowest=policy.lowest)
    said = schema.chosen_feedback(list_feedback(content, key), [f"answer:{judgement.answer}"])
    return Mark(policy.clamp(judgement.fraction), MarkState.GRADED, (part,), said)


def completeness(content: Content, response: str | None) -> Completeness:
    """Answered once something is typed."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report empty answers and a key that nobody can meet."""
    return blanks.answer_problems("key", key.answers)


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """There is nothing to shuffle."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stem."""
    return content.model_dump()


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by answer."""
    return blanks.blank_feedback("answer", key.answers)


def summarise(content: Content) -> str:
    """Return the stem."""
    return one_line(content.stem)


def summarise_key(content: Content, key: Key) -> str:
    """Return the texts that earn full marks."""
    return " / ".join(answer.text for answer in key.answers if answer.fraction == 1)


def summarise_response(content: Content, response: str | None) -> str:
    """Return what was typed."""
    return response or ""


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the one place: one more answer."""
    return corrections.answer_places(["answer"])


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key that takes one more answer."""
    (text,) = given["accept-answer"]
    return {**key, "answers": blanks.texts_with(key["answers"], text)}
