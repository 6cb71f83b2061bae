"""The practice room's one exchange with the server: answers are taken, their feedback and the next questions returned.
Called by the API by practice key.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import DomainError, InvalidInput, NotFound
from edu.schema.kept_queries import Given, KeptQuery
from exams.domain.progress import MasteryRule
from exams.models import Attempt, PracticeAnswer, PracticeSession, QuestionProgress
from exams.practice.answers import OPEN_LETTER, AnswerResult, answer_question, state_letter
from exams.practice.clock import end_by_clock
from exams.practice.hidden import hidden_questions, may_hide
from exams.practice.keys import InvalidPracticeKey, PracticeKey
from exams.practice.question_progress import rule_of
from exams.practice.room import ItemPage, letters_of, page_of, shown_letters, shows_feedback
from exams.practice.versions import PracticeVersion, get_practice_versions
from exams.presentation import is_answered

_READ = (
    "id",
    "public_id",
    "user_id",
    "feedback",
    "asks_certainty",
    "states",
    "ends_at",
    "finished_at",
)
_RULE = ("mastery_kind", "mastery_streak", "mastery_days", "retention")
_SESSION: KeptQuery[PracticeSession] = KeptQuery(
    lambda: (
        PracticeSession.objects.filter(
            pk=Given("pk", BigIntegerField()), user_id=Given("user_id", BigIntegerField()), user__is_active=True
        )
        .only(*_READ)
        .annotate(
            raw_items=Cast("items", TextField()),
            may_hide=Exists(Attempt.objects.filter(may_hide(), user_id=OuterRef("user_id"))),
            **{name: F(f"user__practice_preference__{name}") for name in _RULE},
        )
    )
)


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """One answer as a device sends it: place in the session from 0, response, seconds it took, and whether it is meant
    to be a blank."""

    index: int
    response: Any
    seconds: int = 0
    is_blank: bool = False


@dataclass(frozen=True, kw_only=True)
class TakenAnswer:
    """What is stored for a place; `page` has the feedback, None where that waits for the end."""

    answer: PracticeAnswer
    is_new: bool
    page: ItemPage | None


@dataclass(frozen=True, kw_only=True)
class Served:
    """What a device learns: its answers, the questions it asked for, and how all of them stand (`letters` as
    room.shown_letters has them)."""

    session: PracticeSession
    taken: tuple[TakenAnswer, ...]
    asked: tuple[ItemPage, ...]
    letters: str

    @property
    def answered_count(self) -> int:
        """Return how many questions are answered."""
        return len(self.letters) - self.letters.count(OPEN_LETTER)


def serve_answers(*, key: PracticeKey, answers: Sequence[GivenAnswer], ask: Sequence[int]) -> Served:
    """Take answers to one session, in their order, and return their feedback and the questions asked for.

    The first answer to a question counts; for a repeated one what is stored comes back, even when the practice is
    finished. Each answer is stored by itself: where one is refused (InvalidInput or Conflict with `field` answers.N, N
    the place), those before it are stored. Two statements and four for each new answer; up to two more where what was
    answered before is shown, and those of hidden_questions where an exam of hers may hide something.
    InvalidPracticeKey when the session or its account is gone; NotFound for a place that there is not.
    """
    session = _find_session(key)
    letters = list(letters_of(session))
    wanted = list(dict.fromkeys(ask))
    for index in (*wanted, *(given.index for given in answers)):
        if not 0 <= index < len(letters):
            raise NotFound(_("There is no such question in this practice."), field=f"answers.{index}")
    now = now_utc()
    end_by_clock(session, now=now)
    hidden = hidden_questions(user_id=session.user_id, now=now) if session.may_hide else frozenset()
    versions = _find_versions(session, {*wanted, *(given.index for given in answers)})
    rule = rule_of(session if session.mastery_kind else None)
    results = [_answered(session, versions, given, rule, hidden) for given in answers]
    for result in results:
        letters[result.answer.index] = state_letter(result.answer)
    former = [place for place in wanted if letters[place] != OPEN_LETTER]
    known = {result.answer.index: result.answer for result in results}
    if missing := [place for place in former if place not in known]:
        known |= {row.index: row for row in PracticeAnswer.objects.filter(session=session, index__in=missing)}
    shown = [place for place in known if shows_feedback(session)]
    progress = _progress_of(session, results, shown)

    def page(index: int, result: AnswerResult | None = None) -> ItemPage:
        version = versions[session.items[index]["version_id"]]
        return page_of(
            session=session,
            index=index,
            version=version,
            answer=known.get(index),
            progress=progress.get(version.question_id),
            mark=result.mark if result else None,
            hidden=hidden,
        )

    taken = tuple(
        TakenAnswer(
            answer=result.answer,
            is_new=result.is_new,
            page=page(result.answer.index, result) if shows_feedback(session) else None,
        )
        for result in results
    )
    return Served(
        session=session,
        taken=taken,
        asked=tuple(page(index) for index in wanted),
        letters=shown_letters(session, "".join(letters), hidden=hidden),
    )


def _find_session(key: PracticeKey) -> PracticeSession:
    """Return the session of a key with its learner and how she wants to practise: one statement."""
    session = _SESSION.first(pk=key.session_id, user_id=key.user_id)
    if session is None:
        raise InvalidPracticeKey
    session.items = _items_of(session.raw_items)  # type: ignore[attr-defined] # annotated above
    return session


@lru_cache(maxsize=256)
def _items_of(text: str) -> tuple[dict[str, Any], ...]:
    """Return the items of a session; kept, since its learner comes again in a minute. Nobody may change them."""
    return tuple(json.loads(text))


def _find_versions(session: PracticeSession, indexes: set[int]) -> dict[int, PracticeVersion]:
    """Return the versions of some places by id: one statement, none without a place."""
    ids = {session.items[index]["version_id"] for index in indexes}
    found = get_practice_versions(ids)
    if len(found) != len(ids):
        raise NotFound(_("There is no such question in this practice."))
    return found


def _answered(
    session: PracticeSession,
    versions: Mapping[int, PracticeVersion],
    given: GivenAnswer,
    rule: MasteryRule,
    hidden: Collection[int],
) -> AnswerResult:
    """Store one answer, or find what is stored; what is refused says at which place."""
    try:
        if not given.is_blank and not is_answered(given.response) and letters_of(session)[given.index] == OPEN_LETTER:
            raise InvalidInput(_("Nothing is answered. Say that it shall be left blank, or answer it."))
        return answer_question(
            session=session,
            index=given.index,
            version=versions[session.items[given.index]["version_id"]],
            response=given.response,
            seconds=given.seconds,
            rule=rule,
            hidden=hidden,
        )
    except DomainError as error:
        error.field = f"answers.{given.index}"
        raise


def _progress_of(
    session: PracticeSession,
    results: Sequence[AnswerResult],
    shown: Sequence[int],
) -> dict[int, QuestionProgress]:
    """Return by question how the learner stands with what is shown; one statement where something was answered
    before."""
    found = {result.progress.question_id: result.progress for result in results if result.progress is not None}
    older = {session.items[place]["question_id"] for place in shown} - set(found)
    if older:
        rows = QuestionProgress.objects.filter(user_id=session.user_id, question_id__in=older)
        found |= {row.question_id: row for row in rows}
    return found
