"""Short answer as it is drawn."""

from collections.abc import Mapping
from typing import Any

from exams.question_parts import text_value
from exams.view_models import (
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what short answer shows to a view."""
    return text_value(view, content, seen)
