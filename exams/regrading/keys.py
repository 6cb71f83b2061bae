"""Corrected keys that can be given on the page of a regrade, at the places that the type of the question names: which
options are right, which partner, category or place something has, or one more answer that is accepted. Other types take
the key of a newer version of the question."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exams.domain import schema
from exams.domain.corrections import KeyPlace
from exams.domain.grading import load_question
from exams.domain.registry import QuestionType, get_type
from exams.domain.text import one_line
from exams.models import Exam, QuestionVersion


def key_places(version: QuestionVersion, key: Mapping[str, Any]) -> tuple[KeyPlace, ...]:
    """Return what can be corrected of a key of the version on the page; nothing for a type whose key is given
    otherwise."""
    question_type = get_type(version.type)
    return question_type.key_places(question_type.parse_content(version.content), question_type.parse_key(key))


def place_label(place: KeyPlace) -> str:
    """Return what is asked at a place, in the language of the moment."""
    return _(place.label) % {"n": place.number, "part": one_line(place.part)[:80]}


def place_choices(place: KeyPlace) -> list[tuple[str, str]]:
    """Return the options of a place, with letters where some of them are ticked."""
    if place.in_words:
        return [(id_, _(text)) for id_, text in place.options]
    if place.kind == "one":
        return [(id_, one_line(text)[:160]) for id_, text in place.options]
    return [
        (id_, f"{letter.upper()}. {one_line(text)[:160]}") for letter, (id_, text) in schema.lettered(place.options)
    ]


def key_with(version: QuestionVersion, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return a key of the version corrected at the places given; InvalidCorrection names the place that cannot be."""
    question_type = get_type(version.type)
    return question_type.key_with(question_type.parse_content(version.content), key, given)


def deciding_key(exam: Exam, version: QuestionVersion) -> dict[str, Any]:
    """Return the key by which an exam marks a version now: that of the last decision about it, or its own."""
    decision = exam.decisions.get(str(version.pk)) or {}
    return decision.get("key") or version.key


def key_text(version: QuestionVersion, key: Any) -> str:
    """Return the right answer by a key as plain text; nothing for a key that does not fit the question."""
    try:
        question = load_question(version.type, version.content, key)
        return _in_words(question.type, question.content, question.key)[:300]
    except Exception:  # noqa: BLE001 - any key that cannot be read is shown as nothing
        return ""


def _in_words(question_type: QuestionType, content: Any, key: Any) -> str:
    """Return the right answer as plain text, in words of the language of the moment where the type has such."""
    if question_type.info.holds_questions:
        parts = (_in_words(one.question_type, one.content, key.of(one)) for one in content.questions)
        return " ".join(f"({n}) {part}" for n, part in enumerate(parts, start=1))
    words = one_line(question_type.summarise_key(content, key))
    named = [place for place in question_type.key_places(content, key) if place.in_words]
    return next((dict(place_choices(place))[words] for place in named if words in place.present), words)
