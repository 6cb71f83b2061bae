"""Corrected keys that can be given on the page of a regrade: which options are right, or one more answer that is
accepted. Other types take the key of a newer version of the question."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exams.domain.grading import load_question
from exams.domain.registry import get_type
from exams.domain.text import one_line
from exams.models import Exam, QuestionVersion


def option_choices(version: QuestionVersion) -> list[tuple[str, str]]:
    """Return the options among which the right ones can be ticked; none for a type whose key is given otherwise."""
    question_type = get_type(version.type)
    listed = question_type.listed_options(question_type.parse_content(version.content))
    if {id_ for id_, _text in listed} == {"true", "false"}:
        return [(id_, _(text)) for id_, text in listed]
    return [
        (id_, f"{place}. {one_line(text)[:160]}")
        for place, (id_, text) in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", listed, strict=False)
    ]


def key_of_options(version: QuestionVersion, chosen: Sequence[str]) -> dict[str, Any] | None:
    """Return the key under which the chosen options are right; None without a choice that makes one."""
    return get_type(version.type).key_of_options(version.key, chosen)


def right_options(version: QuestionVersion) -> set[str]:
    """Return the options that the present key holds for right."""
    return get_type(version.type).right_options(version.key)


def answer_places(version: QuestionVersion) -> tuple[str, ...]:
    """Return the places to which an accepted answer can be added; none for a type whose key is given otherwise."""
    question_type = get_type(version.type)
    return question_type.answer_places(question_type.parse_content(version.content))


def key_with_answers(
    version: QuestionVersion, key: Mapping[str, Any], added: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return a key of the version that takes these answers (by place) as well; None without any. ValueError for what
    is no number where numbers are compared."""
    return get_type(version.type).key_with_answers(key, added) if added else None


def deciding_key(exam: Exam, version: QuestionVersion) -> dict[str, Any]:
    """Return the key by which an exam marks a version now: that of the last decision about it, or its own."""
    decision = exam.decisions.get(str(version.pk)) or {}
    return decision.get("key") or version.key


def key_text(version: QuestionVersion, key: Any) -> str:
    """Return the right answer by a key as plain text; nothing for a key that does not fit the question."""
    try:
        question = load_question(version.type, version.content, key)
        words = one_line(question.type.summarise_key(question.content, question.key))[:300]
        return dict(option_choices(version)).get(words, words) if version.type == "true_false" else words
    except Exception:  # noqa: BLE001 - any key that cannot be read is shown as nothing
        return ""
