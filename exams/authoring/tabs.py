"""The tabs over the pages of a question."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exams.models import Question


def question_tabs(question: Question, *, current: str, may_edit: bool) -> list[dict[str, Any]]:
    """Return the tabs of a question: editor and enemies (for editors), review, history, figures."""
    rows = [
        ("editor", _("Edit"), "authoring:question"),
        ("review", _("Review and remarks"), "authoring:review"),
        ("history", pgettext("of a question", "History"), "authoring:history"),
        ("figures", _("Use and figures"), "authoring:figures"),
        ("enemies", _("Not with"), "authoring:question_enemies"),
    ]
    return [
        {"label": label, "url": reverse(name, args=[question.public_id]), "current": key == current}
        for key, label, name in rows
        if may_edit or key not in {"editor", "enemies"}
    ]
