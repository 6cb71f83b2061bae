"""Reads of practice sessions: the learner's own, and how a lesson's quiz went."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from exams.models import PracticeSession
from exams.practice.clock import end_by_clock


def get_session(*, user_id: int, public_id: Any) -> PracticeSession:
    """Return the learner's own session, finished if its clock has run out; NotFound for anybody else's."""
    session = PracticeSession.objects.filter(user_id=user_id, public_id=public_id).first()
    if session is None:
        raise NotFound(_("There is no such practice."))
    end_by_clock(session)
    return session


@dataclass(frozen=True, kw_only=True)
class LessonQuizResult:
    """How a learner did in a lesson's quiz: the best finished try, and whether one is still open; `is_complete` where
    she has answered every question of any finished try."""

    question_count: int
    right_count: int
    percent: int
    is_finished: bool
    session_public_id: str
    is_complete: bool = False


def lesson_quiz_result(*, user_id: int, lesson_key: str) -> LessonQuizResult | None:
    """Return the learner's best finished quiz of the lesson, else the open one; None when she never began."""
    sessions = list(PracticeSession.objects.filter(user_id=user_id, context_key=lesson_key))
    if not sessions:
        return None
    best = max(
        sessions, key=lambda row: (row.finished_at is not None, row.right_count / max(1, len(row.items)), row.pk)
    )
    return LessonQuizResult(
        question_count=len(best.items),
        right_count=best.right_count,
        percent=round(100 * best.right_count / max(1, len(best.items))),
        is_finished=best.finished_at is not None,
        session_public_id=str(best.public_id),
        is_complete=any(
            row.finished_at is not None and bool(row.items) and row.answered_count >= len(row.items) for row in sessions
        ),
    )
