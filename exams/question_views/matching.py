"""Matching as it is drawn."""

from collections.abc import Mapping
from typing import Any

from exams.question_parts import assignment
from exams.view_models import (
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what matching shows to a view."""
    return assignment(
        view,
        seen,
        items=content["left"],
        targets=content["right"],
        right=(seen.key or {}).get("pairs", {}),
        limits=content.get("partners") or {},
    )
