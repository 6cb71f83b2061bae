"""Essay as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exams.question_parts import rubric_views
from exams.richtext import safe_html
from exams.view_models import QuestionView, Seen


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what essay shows to a view."""
    key = seen.key or {}
    return replace(
        view,
        value="" if seen.response is None else str(seen.response),
        min_words=content.get("min_words"),
        max_words=content.get("max_words"),
        rubric=rubric_views(key, seen.parts),
        is_written_at_length=True,
        model_answer=safe_html(key.get("model_answer", "") or ""),
    )
