"""Ordering as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.safestring import SafeString

from exams.question_parts import marked, option_views, plain
from exams.richtext import safe_html
from exams.view_models import (
    FieldView,
    OptionView,
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Build ordering: items in the learner's order, with the place of each; `targets` is the right order."""
    items = content["items"]
    response = seen.response if isinstance(seen.response, list | tuple) else ()
    places = {id_: place for place, id_ in enumerate(response, start=1)}
    shown = sorted(items, key=lambda item: places.get(item["id"], len(items) + 1))
    right_places = {id_: place for place, id_ in enumerate((seen.key or {}).get("order", ()), start=1)}
    fields = tuple(
        marked(
            FieldView(
                id=item["id"],
                name=f"{view.name}.{item['id']}",
                kind="place",
                html=safe_html(item.get("text", "")),
                label=plain(safe_html(item.get("text", ""))),
                value=str(places.get(item["id"], "")),
                options=tuple(
                    OptionView(id=str(n), html=SafeString(n), is_chosen=places.get(item["id"]) == n)
                    for n in range(1, len(items) + 1)
                ),
                right_text=str(right_places.get(item["id"], "")),
            ),
            seen,
            part_id=str(places.get(item["id"], "")),
        )
        for item in shown
    )
    right = sorted(items, key=lambda item: right_places.get(item["id"], 0)) if right_places else []
    return replace(view, fields=fields, targets=option_views(right))
