"""Multiple choice as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exams.question_parts import letters_of, option_views
from exams.view_models import (
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what multiple choice shows to a view."""
    chosen = frozenset(seen.response) if isinstance(seen.response, list | tuple) else frozenset()
    options = option_views(
        content["options"],
        chosen=chosen,
        right=None if seen.key is None else frozenset(seen.key.get("correct", ())),
        feedback=(seen.key or {}).get("feedback"),
    )
    return replace(view, options=options, right_text=letters_of(options), extra=content.get("maximum_choices"))
