"""How much waits to be marked; the exams room knows."""

from typing import Any

from edu.core.clock import now_utc
from exams.queries import count_to_mark as count_waiting_answers


def count_to_mark(user: Any) -> int:
    """Return how many answers wait for this person's marks."""
    return count_waiting_answers(user=user, now=now_utc())
