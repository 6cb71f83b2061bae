"""Use cases of practice: start a selection, answer a question, assess an essay oneself, finish. Callers:
views, services."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.events.publish import publish
from edu.events.types import PracticeAnswered
from exams.domain.assembly import draw_positions, shuffle_options
from exams.domain.grading import Mark, MarkState, load_question
from exams.domain.seeds import SeededStream
from exams.models import (
    Bank,
    Paper,
    PracticeAnswer,
    PracticeSession,
    Question,
    QuestionVersion,
    Topic,
    WrongAnswer,
)
from exams.practice.access import bank_door, list_open_questions, paper_door
from exams.practice.book import Outcome, list_entries, record_outcomes

MAXIMUM_QUESTIONS = 200
"""Questions of one session; a larger chapter is practised in several."""

ORDERS = ("in_order", "random", "unseen_first", "wrong_first")
SHUFFLED_GROUPS = frozenset({"right", "items"})
"""Choices keep the author's order in practice, since explanations may name their letters; where the order is
the answer it is mixed."""


class NothingToPractise(Conflict):
    """No question fits the selection."""

    code = "nothing_to_practise"


class PracticeLocked(Conflict):
    """The learner needs a grant for this selection."""

    code = "practice_locked"


def _frozen_order(version: QuestionVersion, seed: int, index: int) -> dict[str, list[str]]:
    """Return the option order by group as exams.domain names the groups; choices keep the author's order."""
    question = load_question(version.type, version.content, version.key)
    return {
        group: list(shuffle_options(seed=seed, slot=index, ids=ids, group=group))
        for group, ids in question.type.option_order(question.content).items()
        if group.split("/")[-1] in SHUFFLED_GROUPS
    }


def _start(
    *,
    user_id: int,
    mode: str,
    title: str,
    picks: Sequence[tuple[int, Decimal | None]],
    feedback: str,
    **fields: Any,
) -> PracticeSession:
    """Write a session of the picked versions (id, marks; None = the version's own)."""
    if not picks:
        raise NothingToPractise(_("There is no question to practise here."))
    if feedback not in {"at_once", "at_end"}:
        raise InvalidInput(_("Feedback comes at once or at the end."), field="feedback")
    versions = QuestionVersion.objects.in_bulk([version_id for version_id, _marks in picks])
    seed = secrets.randbits(48)
    items: list[dict[str, Any]] = []
    for version_id, marks in picks[:MAXIMUM_QUESTIONS]:
        version = versions[version_id]
        items.append(
            {
                "version_id": version.pk,
                "question_id": version.question_id,
                "marks": str(version.marks if marks is None else marks),
                "order": _frozen_order(version, seed, len(items)),
            }
        )
    now = now_utc()
    return PracticeSession.objects.create(
        user_id=user_id,
        mode=mode,
        title=title[:200],
        items=items,
        feedback=feedback,
        started_at=now,
        active_at=now,
        **fields,
    )


def start_chapter_practice(
    *,
    user: Any,
    bank: Bank,
    topic: Topic | None = None,
    order: str = "in_order",
    count: int = 20,
    types: Sequence[str] = (),
    difficulties: Sequence[int] = (),
    feedback: str = "at_once",
) -> PracticeSession:
    """Begin to practise a chapter with its sub-topics, or the whole bank, as far as it is open to the learner.

    `order` is one of ORDERS. The caller fetched `bank` through the policy. PracticeLocked when a locked bank
    has no free sample here; NothingToPractise when nothing fits; InvalidInput for a foreign topic or an unknown
    order.
    """
    if order not in ORDERS:
        raise InvalidInput(_("Choose one of the offered orders."), field="order")
    if topic is not None and topic.bank_id != bank.pk:
        raise InvalidInput(_("This chapter belongs to another bank."), field="topic")
    door = bank_door(user, bank)
    rows = list_open_questions(bank, door)
    if topic is not None:
        rows = rows.filter(topic__path__startswith=topic.path)
    if types:
        rows = rows.filter(type__in=list(types))
    if difficulties:
        rows = rows.filter(difficulty__in=list(difficulties))
    found = list(rows.order_by("topic__path", "pk").values_list("pk", "current_version_id"))
    if not found and not door.is_open:
        raise PracticeLocked(_("This chapter is part of what is for sale."))
    picks = _arranged(user.pk, found, order)[: max(1, min(count, MAXIMUM_QUESTIONS))]
    return _start(
        user_id=user.pk,
        mode=PracticeSession.Mode.RANDOM if order == "random" and topic is None else PracticeSession.Mode.CHAPTER,
        title=topic.name if topic else bank.name,
        picks=[(version_id, None) for _question_id, version_id in picks],
        feedback=feedback,
        bank=bank,
        topic=topic,
    )


def _arranged(user_id: int, found: list[tuple[int, int]], order: str) -> list[tuple[int, int]]:
    """Put (question, version) pairs into the wished order."""
    if order == "random":
        return list(SeededStream(secrets.randbits(48), "practice").shuffled(found))
    if order == "in_order":
        return found
    ids = [question_id for question_id, _version_id in found]
    if order == "unseen_first":
        seen = dict(
            PracticeAnswer.objects.filter(session__user_id=user_id, question_id__in=ids)
            .values("question_id")
            .annotate(last=Max("id"))
            .values_list("question_id", "last")
        )
        return sorted(found, key=lambda pair: seen.get(pair[0], 0))
    wrong = set(
        WrongAnswer.objects.filter(user_id=user_id, mastered_at__isnull=True, question_id__in=ids).values_list(
            "question_id", flat=True
        )
    )
    return sorted(found, key=lambda pair: pair[0] not in wrong)


def start_paper_practice(*, user: Any, paper: Paper, feedback: str = "at_end") -> PracticeSession:
    """Begin an untimed practice of a paper's published version, drawn afresh. PracticeLocked without the
    grant it needs."""
    if not paper_door(user, paper).is_open:
        raise PracticeLocked(_("This paper is for sale."))
    version = paper.current_version
    if version is None:
        raise NothingToPractise(_("This paper is not published yet."))
    pools = [pool for section in version.structure["sections"] for pool in section["pools"]]
    drawn = draw_positions(
        sizes={pool["rule_id"]: (len(pool["version_ids"]), pool["count"]) for pool in pools}, seed=secrets.randbits(48)
    )
    picks: list[tuple[int, Decimal | None]] = []
    for section in version.structure["sections"]:
        picks += [(item["version_id"], Decimal(item["marks"])) for item in section["items"]]
        for pool in section["pools"]:
            picks += [(pool["version_ids"][at], Decimal(pool["marks"])) for at in drawn[pool["rule_id"]]]
    return _start(
        user_id=user.pk,
        mode=PracticeSession.Mode.PAPER,
        title=paper.title,
        picks=picks,
        feedback=feedback,
        paper=paper,
    )


def start_wrong_practice(
    *, user: Any, title: str, bank_id: int | None = None, topic_path: str = "", type: str = "", count: int = 20
) -> PracticeSession:
    """Begin to retry entries of the learner's own book, the longest untouched first; NothingToPractise when
    none is left."""
    rows = list_entries(user_id=user.pk, bank_id=bank_id, topic_path=topic_path, type=type)
    entries = list(rows.order_by("last_wrong_at")[: max(1, min(count, MAXIMUM_QUESTIONS))])
    picks = [
        (entry.question.current_version_id or entry.version_id, None)
        for entry in entries
        if entry.question.status != Question.Status.RETIRED
    ]
    return _start(
        user_id=user.pk,
        mode=PracticeSession.Mode.WRONG,
        title=title,
        picks=picks,
        feedback="at_once",
        bank_id=bank_id,
    )


def start_lesson_quiz(
    *,
    user_id: int,
    lesson_key: str,
    title: str,
    question_ids: Sequence[int] = (),
    refs: Sequence[tuple[str, str]] = (),
    restart: bool = False,
) -> PracticeSession:
    """Resume the learner's quiz of a lesson, or begin it: questions by id, or by (bank slug, reference), in
    the order given.

    `restart` begins anew even when one is open. The caller has checked that the lesson is open to the learner.
    NothingToPractise when none of the questions is published.
    """
    running = PracticeSession.objects.filter(user_id=user_id, context_key=lesson_key, finished_at__isnull=True).first()
    if running is not None and not restart:
        return running
    versions = _quiz_versions(question_ids=question_ids, refs=refs)
    return _start(
        user_id=user_id,
        mode=PracticeSession.Mode.LESSON,
        title=title,
        picks=[(version_id, None) for version_id in versions],
        feedback="at_once",
        context_key=lesson_key,
    )


def _quiz_versions(*, question_ids: Sequence[int], refs: Sequence[tuple[str, str]]) -> list[int]:
    published = Question.objects.filter(status=Question.Status.PUBLISHED, current_version__isnull=False)
    by_id = dict(published.filter(pk__in=list(question_ids)).values_list("pk", "current_version_id"))
    found = [by_id[pk] for pk in question_ids if pk in by_id]
    if refs:
        slugs = {slug for slug, _ref in refs}
        rows = published.filter(bank__slug__in=slugs, ref__in=[ref for _slug, ref in refs])
        by_ref = {
            (slug, ref): version for slug, ref, version in rows.values_list("bank__slug", "ref", "current_version_id")
        }
        found += [by_ref[pair] for pair in refs if pair in by_ref]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, kw_only=True)
class AnswerResult:
    """What an answer came to: the stored answer and, unless it was there before, its mark."""

    answer: PracticeAnswer
    mark: Mark | None
    is_new: bool


def get_session(*, user_id: int, public_id: Any) -> PracticeSession:
    """Return the learner's own session; NotFound for anybody else's."""
    session = PracticeSession.objects.filter(user_id=user_id, public_id=public_id).first()
    if session is None:
        raise NotFound(_("There is no such practice."))
    return session


def grade_item(version: QuestionVersion, response: Any) -> Mark:
    """Return the mark of a response to a version; InvalidResponse when it does not fit."""
    return load_question(version.type, version.content, version.key).grade(response)


def answer_question(
    *, session: PracticeSession, index: int, version: QuestionVersion, response: Any, seconds: int = 0
) -> AnswerResult:
    """Grade and keep the answer to one question of the caller's session, and enter it in the wrong-answer book.

    The first answer counts: a repeated one returns what is stored. `seconds` is what the page measured,
    capped at an hour. InvalidResponse when it does not fit; Conflict when the session is finished; NotFound
    for an index outside it.
    """
    if not 0 <= index < len(session.items):
        raise NotFound(_("There is no such question in this practice."))
    if session.finished_at is not None:
        raise Conflict(_("This practice is finished."))
    mark = grade_item(version, response)
    text = "" if mark.state == MarkState.BLANK else json.dumps(response, ensure_ascii=False, sort_keys=True)
    now = now_utc()
    with transaction.atomic():
        answer, created = PracticeAnswer.objects.get_or_create(
            session=session,
            index=index,
            defaults={
                "question_id": version.question_id,
                "version_id": version.pk,
                "response": text,
                "state": mark.state.value,
                "fraction": mark.fraction,
                "seconds": max(0, min(seconds, 3600)),
                "answered_at": now,
            },
        )
        if not created:
            return AnswerResult(answer=answer, mark=None, is_new=False)
        PracticeSession.objects.filter(pk=session.pk).update(
            answered_count=F("answered_count") + 1,
            right_count=F("right_count") + (1 if mark.is_correct and mark.state == MarkState.GRADED else 0),
            position=index,
            active_at=now,
        )
        outcome = Outcome(
            question_id=version.question_id,
            version_id=version.pk,
            response=text,
            fraction=mark.fraction,
            is_blank=mark.state == MarkState.BLANK,
        )
        record_outcomes(
            user_id=session.user_id, outcomes=[outcome], source_kind="practice", source_id=session.pk, at=now
        )
    return AnswerResult(answer=answer, mark=mark, is_new=True)


def assess_answer(*, session: PracticeSession, index: int, fraction: float) -> None:
    """Let the learner say how well her essay went (0, 0.5 or 1); only what is still pending can be assessed."""
    if fraction not in {0.0, 0.5, 1.0}:
        raise InvalidInput(_("Choose one of the three judgements."), field="fraction")
    now = now_utc()
    with transaction.atomic():
        answer = PracticeAnswer.objects.filter(session=session, index=index, state="pending").first()
        if answer is None:
            raise Conflict(_("This answer is already assessed."))
        answer.state, answer.fraction = "graded", fraction
        answer.save(update_fields=["state", "fraction"])
        if fraction == 1:
            PracticeSession.objects.filter(pk=session.pk).update(right_count=F("right_count") + 1)
        outcome = Outcome(
            question_id=answer.question_id, version_id=answer.version_id, response=answer.response, fraction=fraction
        )
        record_outcomes(
            user_id=session.user_id, outcomes=[outcome], source_kind="practice", source_id=session.pk, at=now
        )


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


@dataclass(frozen=True, kw_only=True)
class LessonQuizResult:
    """How a learner did in a lesson's quiz: the best finished try, and whether one is still open."""

    question_count: int
    right_count: int
    percent: int
    is_finished: bool
    session_public_id: str


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
    )
