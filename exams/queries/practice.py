"""Reads of banks and practice."""

from exams.models import Bank, Question
from exams.practice.sessions import LessonQuizResult
from exams.practice.sessions import lesson_quiz_result as find_quiz_result
from exams.practice.today import START_DAILY, START_DUE, Act, Today, today


def count_public_questions() -> int:
    """Return how many published questions stand in the banks that everybody may find."""
    return Question.objects.drawable().filter(bank__visibility=Bank.Visibility.PUBLIC).count()


def find_bank_id(*, slug: str) -> int | None:
    """Return the id of a bank by its short name, None when there is none."""
    return Bank.objects.filter(slug=slug).values_list("pk", flat=True).first()


def lesson_quiz_result(*, user_id: int, lesson_key: str) -> LessonQuizResult | None:
    """Return how the learner did in the quiz of a lesson: the best finished try, else the open one; None for none."""
    return find_quiz_result(user_id=user_id, lesson_key=lesson_key)


def practice_today(*, user_id: int) -> Today:
    """Return what the learner may do today in practice, with goal and streak; see exams.practice.today."""
    return today(user_id)


PRACTICE_STARTS = {Act.DUE: START_DUE, Act.DAILY: START_DAILY}
"""Names of the addresses to which the button of today posts."""
