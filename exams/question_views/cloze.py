"""Cloze as it is drawn."""

from collections.abc import Mapping
from typing import Any

from exams.question_parts import with_segments
from exams.view_models import (
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what cloze shows to a view."""
    return with_segments(view, content, seen, name="gaps")
