"""Grading: a question of any type and a response in, a mark out. Use cases, practice and regrading call
this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from exams.domain.certainty import LOW
from exams.domain.errors import InvalidQuestion, Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, pending_paths, settle
from exams.domain.opaque_ids import Parts, former_names, opaque_names, place_names
from exams.domain.registry import QuestionType, get_type, question_types
from exams.domain.responses import split_certainty

# Stored with every grade; raised whenever the same key and response would earn another mark.
GRADER_VERSION = "2"

__all__ = [
    "GRADER_VERSION",
    "Completeness",
    "GradedQuestion",
    "GradingPolicy",
    "Mark",
    "MarkState",
    "PartMark",
    "QuestionType",
    "check_question",
    "get_type",
    "grade",
    "load_question",
    "pending_paths",
    "question_types",
    "settle",
    "takes_certainty",
]

DEFAULT_POLICY = GradingPolicy()
Order = Mapping[str, Sequence[str]] | None
"""The frozen order of a slot: ids by group."""


@dataclass(frozen=True, slots=True)
class GradedQuestion:
    """A question version parsed once and ready to grade many responses; cache it by version."""

    type: QuestionType
    content: BaseModel
    key: BaseModel

    def grade(self, response: object, /, *, policy: GradingPolicy = DEFAULT_POLICY, order: Order = None) -> Mark:
        """Return the mark of a raw JSON response to the question as it was drawn by the frozen order; InvalidResponse
        when it does not fit. Where the policy asks for a certainty and none was said, it counts as low."""
        content = self.type.bind(self.content, order)
        plain, certainty = split_certainty(response)
        parsed = self.type.parse_response(content, plain)
        mark = self.type.grade(content, self.key, parsed, policy)
        if policy.asks_certainty and mark.state is MarkState.GRADED and self.takes_certainty:
            return replace(mark, certainty=certainty or LOW)
        return mark

    @property
    def takes_certainty(self) -> bool:
        """Whether a certainty can be asked for: the engine marks all of it."""
        inner = getattr(self.content, "questions", ()) if self.type.info.holds_questions else ()
        return self.type.info.is_auto_graded and all(get_type(one.type).info.is_auto_graded for one in inner)

    def completeness(self, response: object, /) -> Completeness:
        """Return how much a raw response answers."""
        plain, _certainty = split_certainty(response)
        return self.type.completeness(self.content, self.type.parse_response(self.content, plain))

    def public_content(self, order: Order = None, /) -> dict[str, Any]:
        """Return what the browser may see."""
        return self.type.public_content(self.content, order)

    def feedback_of(self, mark: Mark, /) -> dict[str, str]:
        """Return the feedback a mark calls for, by id."""
        known = self.type.list_feedback(self.content, self.key)
        return {id_: known[id_] for id_ in mark.feedback_ids if id_ in known}


def _faults(side: str, error: ValidationError) -> list[Problem]:
    return [Problem(".".join([side, *map(str, fault["loc"])]), fault["msg"]) for fault in error.errors()]


def _parsed(
    type_name: str, content: object, key: object
) -> tuple[QuestionType, BaseModel | None, BaseModel | None, list[Problem]]:
    question_type = get_type(type_name)
    problems: list[Problem] = []
    parsed_content = parsed_key = None
    try:
        parsed_content = question_type.parse_content(content)
    except ValidationError as error:
        problems += _faults("content", error)
    try:
        parsed_key = question_type.parse_key(key)
    except ValidationError as error:
        problems += _faults("key", error)
    return question_type, parsed_content, parsed_key, problems


def check_question(*, type_name: str, content: object, key: object) -> list[Problem]:
    """Return everything wrong with an authored question: shape first, then content against key. Empty means
    fit to publish."""
    question_type, parsed_content, parsed_key, problems = _parsed(type_name, content, key)
    if parsed_content is None or parsed_key is None:
        return problems
    return question_type.validate(parsed_content, parsed_key)


def conceal_ids(
    *, type_name: str, content: Any, key: Any, frozen: Mapping[str, Any] | None = None, is_sound: bool = False
) -> tuple[Any, Any]:
    """Return content and key as they are stored, with parts renamed whose ids could tell the right option, order or
    partner (exams.domain.opaque_ids); options that the `frozen` content has keep their ids. A question that is not
    sound yet comes back as it is: its faults are told by the ids it has. Who knows that it `is_sound` spares the
    look."""
    question_type = get_type(type_name)
    if not question_type.conceals:
        return content, key
    if not is_sound and check_question(type_name=type_name, content=content, key=key):
        return content, key
    content, key = question_type.conceal(content, key)
    kept = {} if frozen is None else choices_of(type_name=type_name, content=frozen)
    return question_type.rename_choices(
        content, key, lambda group, parts: opaque_names(parts, kept=[id_ for id_, _text in kept.get(group, ())])
    )


def choices_of(*, type_name: str, content: Mapping[str, Any]) -> dict[str, Parts]:
    """Return the options of a stored content that fits its type, by group, as ids and what is seen of them."""
    found: dict[str, Parts] = {}

    def note(group: str, parts: Parts) -> dict[str, str]:
        found[group] = parts
        return {}

    get_type(type_name).rename_choices(content, {}, note)
    return found


def settle_ids(*, type_name: str, content: Any, key: Any, former: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return a sound content and key, as they are stored, whose options are called as in a former content of the same
    type: those of the same text, and, where there are as many, those at the same place."""
    groups = choices_of(type_name=type_name, content=former)
    return get_type(type_name).rename_choices(
        content, key, lambda group, parts: former_names(parts, groups[group]) if group in groups else {}
    )


def place_choices(*, type_name: str, content: Any, key: Any) -> tuple[Any, Any]:
    """Return content and key, which fit the type, with the letters of their places for options whose ids tell
    nothing: so the same question is the same under whatever ids."""
    return get_type(type_name).rename_choices(content, key, lambda _group, parts: place_names(parts))


def takes_certainty(type_name: str, content: Mapping[str, Any], /) -> bool:
    """Tell by a stored content whether a certainty can be asked for: the engine marks all of it."""
    info = get_type(type_name).info
    inner = content.get("questions", ()) if info.holds_questions else ()
    return info.is_auto_graded and all(get_type(one["type"]).info.is_auto_graded for one in inner)


def load_question(type_name: str, content: object, key: object, /) -> GradedQuestion:
    """Parse a stored question once; InvalidQuestion lists what does not fit the type's models."""
    question_type, parsed_content, parsed_key, problems = _parsed(type_name, content, key)
    if parsed_content is None or parsed_key is None:
        raise InvalidQuestion(tuple(problems))
    return GradedQuestion(question_type, parsed_content, parsed_key)


def grade(
    type_name: str, content: object, key: object, response: object, policy: GradingPolicy = DEFAULT_POLICY, /
) -> Mark:
    """Return the mark of a raw JSON response to a question given as dicts or parsed models."""
    return load_question(type_name, content, key).grade(response, policy=policy)
