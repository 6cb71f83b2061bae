"""Essay as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exams.question_parts import percent_of
from exams.richtext import safe_html
from exams.view_models import (
    CriterionView,
    QuestionView,
    Seen,
    number_text,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what essay shows to a view."""
    key = seen.key or {}
    rubric = tuple(
        CriterionView(
            id=str(line.get("id", "")),
            text=str(line.get("criterion", "")),
            points=number_text(line.get("points", 0)),
            given_percent=percent_of(seen.parts.get(str(line.get("id", "")))),
        )
        for line in key.get("rubric", ())
    )
    return replace(
        view,
        value="" if seen.response is None else str(seen.response),
        min_words=content.get("min_words"),
        max_words=content.get("max_words"),
        rubric=rubric,
        is_written_at_length=True,
        model_answer=safe_html(key.get("model_answer", "") or ""),
    )
