"""How long each question was in view, as the person it is about downloads it with her data."""

from typing import Any

from edu.core.clock import now_utc
from exams.fetch import seconds_of
from exams.models import Attempt


def describe_question_seconds(*, user_id: int) -> list[dict[str, Any]]:
    """Return the seconds of every question of the person's attempts where they were recorded: one statement."""
    now = now_utc()
    rows = (
        Attempt.objects.filter(user_id=user_id)
        .exclude(question_seconds="")
        .select_related("exam")
        .only("number", "paper", "question_seconds", "started_at", "submitted_at", "exam__title")
        .order_by("id")
    )
    return [
        {"exam": row.exam.title, "attempt": row.number, "seconds": list(seconds_of(row, now=now) or ())} for row in rows
    ]
