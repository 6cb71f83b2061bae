"""Corrected keys that can be given on the page of a regrade: which options are right. Other types take the key of a
newer version of the question."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from exams.domain.grading import load_question
from exams.domain.text import one_line
from exams.models import QuestionVersion

CHOICES = {"single_choice", "multiple_choice", "true_false"}


def option_choices(version: QuestionVersion) -> list[tuple[str, str]]:
    """Return the options among which the right ones can be ticked; none for a type whose key is given otherwise."""
    if version.type == "true_false":
        return [("true", _("right")), ("false", _("wrong"))]
    if version.type not in CHOICES:
        return []
    return [
        (str(option["id"]), f"{place}. {one_line(option['text'])[:160]}")
        for place, option in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", version.content["options"], strict=False)
    ]


def key_of_options(version: QuestionVersion, chosen: Sequence[str]) -> dict[str, Any] | None:
    """Return the key under which the chosen options are right; None without a choice that makes one."""
    if not chosen:
        return None
    feedback = version.key.get("feedback", {})
    if version.type == "true_false":
        return {"correct": chosen[0] == "true", "feedback": feedback} if len(chosen) == 1 else None
    if version.type == "single_choice":
        return {"fractions": dict.fromkeys(chosen, 1), "feedback": feedback}
    if version.type == "multiple_choice":
        rule = {name: version.key[name] for name in ("rule",) if version.key.get(name)}
        return {"correct": list(chosen), "feedback": feedback, **rule}
    return None


def right_options(version: QuestionVersion) -> set[str]:
    """Return the options that the present key holds for right."""
    key = version.key
    if version.type == "true_false":
        return {"true" if key.get("correct") else "false"}
    if version.type == "multiple_choice":
        return {str(id_) for id_ in key.get("correct", ())}
    return {str(id_) for id_, fraction in key.get("fractions", {}).items() if float(fraction) > 0}


def key_text(version: QuestionVersion, key: Any) -> str:
    """Return the right answer by a key as plain text; nothing for a key that does not fit the question."""
    try:
        question = load_question(version.type, version.content, key)
        return one_line(question.type.summarise_key(question.content, question.key))[:300]
    except Exception:  # noqa: BLE001 - any key that cannot be read is shown as nothing
        return ""
