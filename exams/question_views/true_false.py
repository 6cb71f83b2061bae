"""True or false as it is drawn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from exams.question_parts import option_views
from exams.view_models import (
    QuestionView,
    Seen,
)


def build(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Add what true or false shows to a view."""
    given = {True: "true", False: "false"}.get(seen.response) if isinstance(seen.response, bool) else None
    right = None if seen.key is None else frozenset(["true" if seen.key.get("correct") else "false"])
    labels = [{"id": "true", "text": _("True")}, {"id": "false", "text": _("False")}]
    options = option_views(
        labels,
        chosen=frozenset([given]) if given else frozenset(),
        right=right,
        feedback=(seen.key or {}).get("feedback"),
    )
    return replace(view, options=options, right_text=next((str(o.html) for o in options if o.is_right), ""))
