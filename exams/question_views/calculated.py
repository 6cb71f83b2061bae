"""Calculated as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString

from exams.question_parts import marked
from exams.view_models import (
    LETTERS,
    FieldView,
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what calculated shows to a view: the unit, and the right number of what was drawn; where several numbers are
    asked for, a field for each."""
    if content.get("numbers"):
        return replace(view, fields=_number_fields(view.name, content["numbers"], seen))
    unit = str(content.get("unit_label") or "")
    shown = str((seen.key or {}).get("shown", ""))
    return replace(
        view,
        value="" if seen.response is None else str(seen.response),
        unit_label=unit,
        right_text=f"{shown} {unit}".strip() if shown else "",
    )


def _number_fields(name: str, numbers: list[Mapping[str, Any]], seen: Seen) -> tuple[FieldView, ...]:
    given = seen.response if isinstance(seen.response, Mapping) else {}
    rules = (seen.key or {}).get("answers") or {}
    fields = []
    for place, number in enumerate(numbers):
        id_, unit = number["id"], str(number.get("unit_label") or "")
        label = f"{LETTERS[place % 26].lower()}) {number.get('label') or ''}".strip()
        shown = str(rules.get(id_, {}).get("shown", ""))
        field = FieldView(
            id=id_,
            name=f"{name}.{id_}",
            kind="numeric",
            label=label,
            html=SafeString(escape(label)),
            value=str(given.get(id_) or ""),
            value_text=f"{given.get(id_)} {unit}".strip() if given.get(id_) else "",
            unit_label=unit,
            right_text=f"{shown} {unit}".strip() if shown else "",
        )
        fields.append(marked(field, seen))
    return tuple(fields)
