"""Words about how a learner stands with a question, for the feedback in practice."""

from django import template

from edu.core.clock import now_utc
from exams.models import QuestionProgress
from exams.practice.book_forms import MISTAKES
from exams.practice.book_words import due_words_in_book

register = template.Library()


@register.filter
def due_label(row: QuestionProgress) -> str:
    """Return when a question of the book is due again; empty for what is not in it."""
    return due_words_in_book(row, now=now_utc())


@register.filter
def with_number(address: str, number: int | str) -> str:
    """Return an address with a number behind it, as it stands, or with what stands for a number."""
    return f"{address}{number}"


@register.simple_tag
def mistake_kinds() -> list[tuple[str, str]]:
    """Return the kinds of mistakes to choose from: value and words."""
    return list(MISTAKES)
