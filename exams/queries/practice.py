"""Reads of banks and practice."""

from exams.models import Bank
from exams.offered import list_offered_keys as list_offered_keys
from exams.practice.book import count_open_entries as count_open_entries
from exams.practice.sessions import LessonQuizResult
from exams.practice.sessions import lesson_quiz_result as find_quiz_result
from exams.quiz_choice import QuizBank as QuizBank
from exams.quiz_choice import QuizQuestion as QuizQuestion
from exams.quiz_choice import list_quiz_banks as list_quiz_banks
from exams.quiz_choice import list_quiz_questions as list_quiz_questions


def find_bank_id(*, slug: str) -> int | None:
    """Return the id of a bank by its short name, None when there is none."""
    return Bank.objects.filter(slug=slug).values_list("pk", flat=True).first()


def lesson_quiz_result(*, user_id: int, lesson_key: str) -> LessonQuizResult | None:
    """Return how the learner did in the quiz of a lesson: the best finished try, else the open one; None for none."""
    return find_quiz_result(user_id=user_id, lesson_key=lesson_key)
