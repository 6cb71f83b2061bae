"""Single choice as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exams.question_parts import letters_of, option_views
from exams.view_models import (
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what single choice shows to a view."""
    right = None
    if seen.key is not None:
        right = frozenset(id_ for id_, value in seen.key.get("fractions", {}).items() if value >= 1 - 1e-6)
    options = option_views(
        content["options"],
        chosen=frozenset([seen.response]) if isinstance(seen.response, str) else frozenset(),
        right=right,
        feedback=(seen.key or {}).get("feedback"),
    )
    return replace(view, options=options, right_text=letters_of(options))
