"""Practising once more what was not right in a practice."""

from decimal import Decimal

from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from exams.models import PracticeSession, Question
from exams.practice.hidden import hidden_questions
from exams.practice.room import letters_of
from exams.practice.starts import NothingToPractise, begin_session


def retry_session(*, session: PracticeSession) -> PracticeSession:
    """Begin a practice of the questions of the caller's finished session that were not fully right, in their order and
    as they stand now; NothingToPractise where none is left, or while the session can still be finished.

    A question that is retired, withheld or hidden by an exam since is left out.
    """
    if session.finished_at is None:
        raise NothingToPractise(_("Finish this practice first."))
    wrong = [
        item["question_id"] for item, letter in zip(session.items, letters_of(session), strict=False) if letter != "r"
    ]
    hidden = hidden_questions(user_id=session.user_id, now=now_utc())
    current = dict(
        Question.objects.drawable().filter(pk__in=set(wrong) - hidden).values_list("pk", "current_version_id")
    )
    picks: list[tuple[int, Decimal | None]] = [
        (current[question_id], None) for question_id in dict.fromkeys(wrong) if question_id in current
    ]
    return begin_session(
        user_id=session.user_id,
        mode=PracticeSession.Mode.WRONG,
        title=session.title,
        picks=picks,
        feedback="at_once",
        asks_certainty=session.asks_certainty,
        bank_id=session.bank_id,
    )
