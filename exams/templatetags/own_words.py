"""Words about how a learner stands with a question, for the feedback in practice."""

from django import template

from edu.core.clock import now_utc
from exams.models import QuestionProgress
from exams.practice.book_forms import MISTAKES
from exams.practice.book_words import due_words

register = template.Library()


@register.filter
def due_label(row: QuestionProgress) -> str:
    """Return when a question of the book is due again; empty for what is not in it."""
    waits = row.last_wrong_at is not None and row.mastered_at is None
    return due_words(row, now=now_utc()) if waits else ""


@register.filter
def with_number(address: str, number: int) -> str:
    """Return an address with a number behind it, as it stands."""
    return f"{address}{int(number)}"


@register.simple_tag
def mistake_kinds() -> list[tuple[str, str]]:
    """Return the kinds of mistakes to choose from: value and words."""
    return list(MISTAKES)
