"""True or false: one statement to be judged."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from exams.domain import responses
from exams.domain.corrections import KeyPlace
from exams.domain.errors import InvalidResponse, Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.schema import RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("true_false", gettext_noop("True or false"), "scale", is_auto_graded=True, order=30)


class Content(Schema):
    """The statement."""

    stem: RichText


class Key(Schema):
    """Whether it is true, and what is said to either judgement."""

    correct: bool
    feedback: dict[Literal["true", "false"], RichText] = Field(default_factory=dict)


def _word(response: bool) -> str:
    return "true" if response else "false"


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> bool | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return {"true": True, "false": False}.get(form.get(name) or "")


def parse_response(content: Content, raw: object) -> bool | None:
    """Return the judgement; only JSON true and false are one."""
    if raw is None or raw == "":
        return None
    if not isinstance(raw, bool):
        raise InvalidResponse("The response must be true or false.")
    return raw


def grade(content: Content, key: Key, response: bool | None, policy: GradingPolicy) -> Mark:
    """Return all or nothing, and the penalty for a wrong judgement."""
    if response is None:
        return blank_mark()
    fraction = policy.penalise(float(response == key.correct))
    word = _word(response)
    feedback = (word,) if list_feedback(content, key).get(word) else ()
    return Mark(fraction, MarkState.GRADED, (PartMark(word, fraction, fraction == 1, word),), feedback)


def completeness(content: Content, response: bool | None) -> Completeness:
    """Answered once judged."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report an empty statement."""
    return [] if one_line(content.stem) else [Problem("content.stem", "The statement is empty.")]


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """True stays before false."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the statement."""
    return {"stem": content.stem}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by judgement."""
    return {str(word): text for word, text in key.feedback.items()}


def summarise(content: Content) -> str:
    """Return the statement."""
    return one_line(content.stem)


def summarise_key(content: Content, key: Key) -> str:
    """Return the right judgement."""
    return _word(key.correct)


def summarise_response(content: Content, response: bool | None) -> str:
    """Return the learner's judgement."""
    return "" if response is None else _word(response)


def listed_options(content: Content) -> list[tuple[str, str]]:
    """Return the two judgements of which one can be named right: id and English text."""
    return [("true", gettext_noop("right")), ("false", gettext_noop("wrong"))]


def right_options(key: Mapping[str, Any]) -> set[str]:
    """Return the judgement that a stored key holds for right."""
    return {_word(bool(key.get("correct")))}


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the one place: which judgement is right."""
    options = tuple(listed_options(content))
    return (KeyPlace("right", "one", gettext_noop("Right is"), options, (_word(key.correct),), in_words=True),)


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key under which the chosen judgement is right."""
    return {**key, "correct": given["right"][0] == "true"}
