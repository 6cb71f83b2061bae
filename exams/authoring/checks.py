"""What authoring asks of the exam domain: is this question sound, what does it say in plain text, is it the same
as another."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from exams.domain import grading
from exams.domain.errors import InvalidQuestion
from exams.domain.registry import get_type, question_types
from exams.domain.text import one_line


def list_type_names() -> list[str]:
    """Return the names of all question types, the most used first."""
    return list(question_types())


def check_question(*, type: str, content: Any, key: Any, is_draft: bool) -> None:
    """Raise InvalidQuestion with every fault; UnknownQuestionType for an unknown type.

    A draft may be unfinished: it has to fit the type only as far as being an object with a stem.
    """
    get_type(type)
    if is_draft:
        return
    problems = grading.check_question(type_name=type, content=content, key=key)
    if problems:
        raise InvalidQuestion(tuple(problems))


def concealed(
    *,
    type: str,
    content: dict[str, Any],
    key: dict[str, Any],
    frozen: Mapping[str, Any] | None = None,
    is_sound: bool = False,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a cleaned content and key whose ids do not tell the right option, order or partner; options keep the ids
    that they have in the frozen content of the type. What is unsound, or of an unknown type, comes back as it is; who
    knows that it `is_sound` spares the look."""
    if type not in question_types():
        return content, key
    return grading.conceal_ids(type_name=type, content=content, key=key, frozen=frozen, is_sound=is_sound)


def settled(
    *, type: str, content: dict[str, Any], key: dict[str, Any], former: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the sound content and key that follow a former content of the type, options under the ids they had, to
    which answers and figures refer; the same where the former one is unfinished."""
    try:
        get_type(type).parse_content(former)
    except ValidationError:
        return content, key
    return grading.settle_ids(type_name=type, content=content, key=key, former=former)


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What is kept beside a question to find it: its hash, its first words, its plain text."""

    content_hash: str
    summary: str
    plain_text: str


def examine_question(*, type: str, content: Any, key: Any) -> QuestionFacts:
    """Return the facts of a sound question, parsed once; InvalidQuestion with every fault as `check_question`."""
    question_type = get_type(type)
    try:
        parsed_content, parsed_key = question_type.parse_content(content), question_type.parse_key(key)
    except ValidationError:
        check_question(type=type, content=content, key=key, is_draft=False)
        raise
    if problems := question_type.validate(parsed_content, parsed_key):
        raise InvalidQuestion(tuple(problems))
    plain_text = question_type.summarise(parsed_content)
    stem = _GAP.sub("____", one_line(str(content.get("stem", ""))))
    return QuestionFacts(
        content_hash=_hash_of(type, _canonical(type, parsed_content, parsed_key)),
        summary=(stem or " ".join(plain_text.split()))[:300],
        plain_text=plain_text,
    )


def _without_unused(value: Any) -> Any:
    """Leave out what changes nothing: the texts of a numeric blank, and feedback that says nothing."""
    if isinstance(value, dict):
        is_numeric = value.get("match") == "numeric"
        kept = {k: _without_unused(v) for k, v in value.items() if not (is_numeric and k == "answers")}
        for name in ("feedback", "explanations"):
            if isinstance(kept.get(name), dict):
                kept[name] = {k: v for k, v in kept[name].items() if v}
        return kept
    return [_without_unused(item) for item in value] if isinstance(value, list) else value


def _canonical(type_: str, content: Any, key: Any) -> list[Any]:
    """Return content and key with all defaults written out; as they are when they do not fit the type."""
    question_type = get_type(type_)
    try:
        content = question_type.parse_content(content).model_dump(mode="json")
        key = _without_unused(question_type.parse_key(key).model_dump(mode="json"))
    except ValidationError:
        return [content, key]
    if question_type.info.holds_questions:
        parts = {
            entry["id"]: _canonical(entry["type"], entry["content"], key["questions"].get(entry["id"], {}))
            for entry in content["questions"]
        }
        for entry in content["questions"]:
            entry["content"] = parts[entry["id"]][0]
        key["questions"] = {id_: part[1] for id_, part in parts.items()}
    elif question_type.has_choices:
        content, key = grading.place_choices(type_name=type_, content=content, key=key)
    return [content, key]


def content_hash_of(*, type: str, content: Mapping[str, Any], key: Mapping[str, Any]) -> str:
    """Return the SHA-256 of type, content and key in canonical form: defaults left out or written are the same, and so
    are options under whatever ids that tell nothing."""
    return _hash_of(type, _canonical(type, content, key))


_as_canonical_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _hash_of(type_: str, canonical: list[Any]) -> str:
    text = _as_canonical_json([type_, *canonical])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_GAP = re.compile(r"\[\[[^\[\]]{1,40}\]\]")
"""A gap of a cloze text, which a reader of a list sees as a line."""


def plain_text_of(*, type: str, content: Mapping[str, Any]) -> str:
    """Return the content as plain text for searching; of an unfinished draft, its stem."""
    question_type = get_type(type)
    try:
        return question_type.summarise(question_type.parse_content(content))
    except (ValidationError, KeyError):
        return one_line(str(content.get("stem", "")))


def summary_of(*, type: str, content: Mapping[str, Any]) -> str:
    """Return the first words of the question, at most 300 characters on one line."""
    stem = _GAP.sub("____", one_line(str(content.get("stem", ""))))
    return (stem or " ".join(plain_text_of(type=type, content=content).split()))[:300]
