"""Answering in practice: grade and keep an answer, assess an essay oneself, finish."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.events.publish import publish
from edu.events.types import PracticeAnswered
from edu.schema.kept_queries import insert_row
from exams.answer_files import refuse_foreign_files
from exams.domain.certainty import HIGH
from exams.domain.grading import GradingPolicy, Mark, MarkState, pending_paths, settle
from exams.domain.progress import EASY_SECONDS, MasteryRule
from exams.domain.responses import split_certainty
from exams.models import PracticeAnswer, PracticeSession, QuestionProgress, QuestionVersion
from exams.practice.decided import find_practice_decision, mark_in_practice
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import (
    answered_in_practice,
    count_answer,
    find_preference,
    rebuild,
    record_answer,
    rule_of,
)
from exams.practice.versions import Version

OPEN_LETTER = "-"
"""How a question that is not answered stands in `PracticeSession.states`."""


class PracticeFinished(Conflict):
    """This practice is finished; it takes no more answers."""

    code = "practice_finished"


class QuestionHidden(Conflict):
    """An exam of the learner still hides the key of the question."""

    code = "question_hidden"


@dataclass(frozen=True, kw_only=True)
class AnswerResult:
    """What an answer came to: the stored answer and, unless it was there before, its mark and how the learner stands
    with the question now (None while the answer waits for her own judgement)."""

    answer: PracticeAnswer
    mark: Mark | None
    progress: QuestionProgress | None
    is_new: bool


def grade_item(
    version: Version,
    response: Any,
    *,
    order: Mapping[str, Sequence[str]] | None = None,
    asks_certainty: bool = False,
) -> Mark:
    """Return the mark of a response to a version as the frozen order drew it; InvalidResponse when it does not fit."""
    policy = GradingPolicy(asks_certainty=asks_certainty)
    decision = find_practice_decision(version)
    return mark_in_practice(version, response, decision=decision, order=order, policy=policy)


def answer_question(
    *,
    session: PracticeSession,
    index: int,
    version: Version,
    response: Any,
    seconds: int = 0,
    rule: MasteryRule | None = None,
    hidden: Collection[int] | None = None,
) -> AnswerResult:
    """Grade and keep the answer to one question of the caller's session, and count it in her progress.

    The first answer counts: a repeated one returns what is stored. `seconds` is what the page measured,
    capped at an hour; `rule` is the learner's, `hidden` what her exams hide (hidden_questions), where the caller has
    them. Four statements with both, one of them before the transaction. That locks the session's row first, so of two
    devices one waits for the other.
    InvalidResponse when it does not fit; PracticeFinished when the session is finished; QuestionHidden while an exam of
    hers hides the key; NotFound for an index outside it.
    """
    if not 0 <= index < len(session.items):
        raise NotFound(_("There is no such question in this practice."))
    if hidden is None:
        hidden = hidden_questions(user_id=session.user_id, now=now_utc())
    if version.question_id in hidden:
        raise QuestionHidden(_("This question is in an exam of yours whose answers are not out yet."))
    refuse_foreign_files(response, session_id=session.pk)
    mark = grade_item(version, response, order=session.items[index].get("order"))
    seconds = max(0, min(seconds, 3600))
    answer = PracticeAnswer(
        session_id=session.pk,
        user_id=session.user_id,
        index=index,
        question_id=version.question_id,
        version_id=version.pk,
        response="" if mark.state == MarkState.BLANK else json.dumps(response, ensure_ascii=False, sort_keys=True),
        state=mark.state.value,
        fraction=mark.fraction,
        is_easy=is_easy(mark, response, seconds),
        seconds=seconds,
        answered_at=now_utc(),
    )
    counted = None
    if mark.state != MarkState.PENDING:
        counted = count_answer(
            user_id=session.user_id,
            question_id=version.question_id,
            answered=answered_in_practice(answer),
            rule=rule or rule_of(find_preference(user_id=session.user_id)),
        )
    with transaction.atomic():
        if not _claimed(session, answer) or not insert_row(answer):
            return _former(session, index)
        progress = record_answer(counted) if counted else None
    return AnswerResult(answer=answer, mark=mark, progress=progress, is_new=True)


_CLAIM = """
UPDATE exams_practicesession
SET answered_count = answered_count + 1, right_count = right_count + %s,
    states = substr(states, 1, %s) || %s || substr(states, %s), "position" = %s, active_at = %s
WHERE id = %s AND finished_at IS NULL AND substr(states, %s, 1) = %s
"""


def _claimed(session: PracticeSession, answer: PracticeAnswer) -> bool:
    """Note the answer in the session's row; False where the question is answered already, or the practice finished."""
    letter, place = state_letter(answer), answer.index
    at = connection.ops.adapt_datetimefield_value(answer.answered_at)
    noted: list[Any] = [int(letter == "r"), place, letter, place + 2, place, at]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [*noted, session.pk, place + 1, OPEN_LETTER])
        return cursor.rowcount == 1


def _former(session: PracticeSession, index: int) -> AnswerResult:
    """Return what is stored already; Conflict where nothing is, since then the practice is finished."""
    kept = PracticeAnswer.objects.filter(session=session, index=index).first()
    if kept is None:
        raise PracticeFinished(_("This practice is finished."))
    return AnswerResult(answer=kept, mark=None, progress=None, is_new=False)


def is_easy(mark: Mark, response: Any, seconds: int) -> bool:
    """Whether an answer counts as quick and certain: all right, within EASY_SECONDS, and with the highest certainty."""
    _plain, certainty = split_certainty(response)
    return bool(mark.is_correct) and certainty == HIGH and seconds <= EASY_SECONDS


def state_letter(answer: PracticeAnswer, /) -> str:
    """Return how an answer stands in `PracticeSession.states`."""
    if answer.state == "pending":
        return "?"
    if answer.state == "blank":
        return "b"
    fraction = answer.fraction or 0.0
    return "r" if fraction >= 1 - 1e-6 else "p" if fraction > 1e-6 else "w"


def _with_letter(index: int, letter: str) -> Any:
    """Return the expression that puts a letter at a place of `states`, so that two devices never undo each other."""
    head = Substr("states", 1, index) if index else Value("")
    return Concat(head, Value(letter), Substr("states", index + 2), output_field=TextField())


def assess_answer(*, session: PracticeSession, index: int, fraction: float) -> None:
    """Let the learner say how well her essay went (0, 0.5 or 1); only what is still pending can be assessed.

    Under a passage her judgement is of what the engine could not mark; what it marked stays.
    """
    if fraction not in {0.0, 0.5, 1.0}:
        raise InvalidInput(_("Choose one of the three judgements."), field="fraction")
    with transaction.atomic():
        answer = PracticeAnswer.objects.filter(session=session, index=index, state="pending").first()
        if answer is None:
            raise Conflict(_("This answer is already assessed."))
        fraction = _settled(session, answer, fraction)
        answer.state, answer.fraction = "graded", fraction
        answer.save(update_fields=["state", "fraction"])
        letter = state_letter(answer)
        PracticeSession.objects.filter(pk=session.pk).update(
            right_count=F("right_count") + int(letter == "r"), states=_with_letter(index, letter)
        )
        rebuild(user_id=session.user_id, question_ids=[answer.question_id])


def _settled(session: PracticeSession, answer: PracticeAnswer, judged: float) -> float:
    """Return the whole fraction of an answer once its pending parts are judged."""
    version = QuestionVersion.objects.select_related("question").get(pk=answer.version_id)
    response = json.loads(answer.response) if answer.response else None
    mark = grade_item(version, response, order=session.items[answer.index].get("order"))
    paths = pending_paths(mark)
    done = settle(mark, fractions=dict.fromkeys(paths, judged), policy=GradingPolicy()) if paths else mark
    return judged if done.fraction is None or not paths else done.fraction


def judged_mark(mark: Mark, fraction: float | None, /) -> Mark:
    """Return a mark whose pending parts are as the learner judged them, told by the whole fraction that came of it."""
    paths = pending_paths(mark)
    for judged in (1.0, 0.5, 0.0) if paths and fraction is not None else ():
        done = settle(mark, fractions=dict.fromkeys(paths, judged), policy=GradingPolicy())
        if done.fraction is not None and fraction is not None and abs(done.fraction - fraction) < 1e-6:
            return done
    return mark


def finish_session(*, session: PracticeSession) -> bool:
    """End the session and publish PracticeAnswered; False when it was finished before."""
    now = now_utc()
    with transaction.atomic():
        done = PracticeSession.objects.filter(pk=session.pk, finished_at__isnull=True).update(
            finished_at=now, active_at=now
        )
        if done:
            session.finished_at = now
            publish(PracticeAnswered(session_id=session.pk, user_id=session.user_id))
    return bool(done)
