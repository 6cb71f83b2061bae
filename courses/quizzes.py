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
    from exams.services import start_lesson_quiz, start_lesson_set

    lesson = require_open_lesson(user, public_id=lesson_public_id)
    about: dict[str, Any] = {"user_id": user.pk, "lesson_key": lesson.product_key, "title": lesson.title}
    if lesson.practice_set_id:
        session = start_lesson_set(**about, practice_set_id=lesson.practice_set_id)
    elif lesson.question_ids:
        session = start_lesson_quiz(**about, question_ids=lesson.question_ids)
    else:
        raise Conflict(_("This quiz has no questions yet."))
    return uuid.UUID(str(session.public_id))


def find_result(*, user_id: int, lesson: Lesson) -> Any | None:
    """Return the learner's best run of the quiz: right_count, question_count, percent, is_finished; None before one."""
    from exams.queries import lesson_quiz_result

    return lesson_quiz_result(user_id=user_id, lesson_key=lesson.product_key)


def count_result(*, user_id: int, lesson: Lesson) -> bool:
    """Complete the lesson when its quiz is passed, or wholly answered where the lesson asks no more; True when that is
    so."""
    result = find_result(user_id=user_id, lesson=lesson)
    if result is None or not result.is_finished:
        return False
    is_enough = result.percent >= lesson.pass_percent
    if lesson.completion == Lesson.Completion.FINISHED:
        is_enough = result.is_complete
    if not is_enough:
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


def has_quiz(lesson: Lesson, /) -> bool:
    """Whether the lesson asks questions: a list of them, or a practice set."""
    return lesson.kind == Lesson.Kind.QUIZ and bool(lesson.question_ids or lesson.practice_set_id)


def count_questions(lesson: Lesson, /) -> int:
    """Return how many questions the quiz of the lesson has now; a statement or two for a practice set."""
    if not lesson.practice_set_id:
        return len(lesson.question_ids)
    from exams.queries import find_practice_set

    found = find_practice_set(practice_set_id=lesson.practice_set_id)
    return found.question_count if found else 0
