"""Reading material as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exams import view_builders
from exams.view_models import (
    QuestionView,
    Seen,
    is_answered,
    number_text,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what reading material shows to a view."""
    given = seen.response if isinstance(seen.response, Mapping) else {}
    keys = (seen.key or {}).get("questions", {})
    questions = []
    for place, entry in enumerate(content["questions"], start=1):
        id_ = entry["id"]
        part = seen.parts.get(id_, {})
        inner = Seen(
            response=given.get(id_),
            key=keys.get(id_) if seen.key is not None else None,
            parts={str(item.get("id")): item for item in part.get("parts", ())},
            shows_marks=seen.shows_marks,
        )
        question = view_builders.build(
            entry["type"],
            entry["content"],
            inner,
            name=f"{view.name}.{id_}",
            number=f"({place})",
            marks=number_text(entry.get("marks", 1)),
        )
        questions.append(replace(question, part=id_, is_answered=is_answered(given.get(id_))))
    return replace(view, questions=tuple(questions))
