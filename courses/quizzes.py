"""The quiz of a lesson: practised in the exams room, counted here."""

import uuid
from typing import Any

from django.utils.translation import gettext as _

from courses.learning.admission import require_open_lesson
from courses.learning.advance import complete_lesson
from courses.models import Lesson, LessonProgress
from edu.core.errors import Conflict


def start_quiz(*, user: Any, lesson_public_id: uuid.UUID) -> uuid.UUID:
    """Begin or resume the quiz; return the practice session's public id.

    NotFound when the lesson is not open to the person, Conflict when it has no questions yet.
    """
    from exams.services import start_lesson_quiz

    lesson = require_open_lesson(user, public_id=lesson_public_id)
    if not lesson.question_ids:
        raise Conflict(_("This quiz has no questions yet."))
    session = start_lesson_quiz(
        user_id=user.pk, lesson_key=lesson.product_key, question_ids=lesson.question_ids, title=lesson.title
    )
    return uuid.UUID(str(session.public_id))


def find_result(*, user_id: int, lesson: Lesson) -> Any | None:
    """Return the learner's best run of the quiz: right_count, question_count, percent, is_finished; None before one."""
    from exams.queries import lesson_quiz_result

    return lesson_quiz_result(user_id=user_id, lesson_key=lesson.product_key)


def count_result(*, user_id: int, lesson: Lesson) -> bool:
    """Complete the lesson when its quiz is passed; True when that is so."""
    result = find_result(user_id=user_id, lesson=lesson)
    if result is None or not result.is_finished or result.percent < lesson.pass_percent:
        return False
    complete_lesson(user_id=user_id, lesson_id=lesson.pk)
    return True


def count_open_quizzes(*, user_id: int) -> None:
    """Look at every quiz that the learner began and has not passed yet."""
    rows = LessonProgress.objects.filter(
        user_id=user_id, completed_at__isnull=True, lesson__kind=Lesson.Kind.QUIZ
    ).select_related("lesson")
    for row in rows:
        count_result(user_id=user_id, lesson=row.lesson)
