"""Calculated as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exams.view_models import (
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what calculated shows to a view: the unit, and the right number of what was drawn."""
    unit = str(content.get("unit_label") or "")
    shown = str((seen.key or {}).get("shown", ""))
    return replace(
        view,
        value="" if seen.response is None else str(seen.response),
        unit_label=unit,
        right_text=f"{shown} {unit}".strip() if shown else "",
    )
