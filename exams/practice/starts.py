"""Beginning practice: a chapter, a paper, the quiz of a lesson."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from exams.domain.assembly import draw, shuffle_options
from exams.domain.grading import load_question
from exams.domain.seeds import SeededStream
from exams.fetch import pools_of
from exams.models import (
    Bank,
    Paper,
    PracticeSession,
    Question,
    QuestionProgress,
    QuestionVersion,
    Topic,
)
from exams.practice.access import bank_door, list_open_questions, paper_door
from exams.practice.hidden import hidden_questions

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


def frozen_order(version: QuestionVersion, *, seed: int, index: int, draws: bool = True) -> dict[str, list[str]]:
    """Return the option order by group as exams.domain names the groups; choices keep the author's order, and of
    what is drawn one is drawn (without `draws` the first stays, as on paper)."""
    question = load_question(version.type, version.content, version.key)
    order = {
        group: list(shuffle_options(seed=seed, slot=index, ids=ids, group=group))
        for group, ids in question.type.option_order(question.content).items()
        if group.split("/")[-1] in SHUFFLED_GROUPS
    }
    for group, ids in question.type.drawn_groups(question.content).items() if draws else ():
        order[group] = list(shuffle_options(seed=seed, slot=index, ids=ids, group=group)[:1])
    return order


def begin_session(
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
                "order": frozen_order(version, seed=seed, index=len(items)),
            }
        )
    now = now_utc()
    return PracticeSession.objects.create(
        user_id=user_id,
        mode=mode,
        title=title[:200],
        items=items,
        states="-" * len(items),
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
    asks_certainty: bool = False,
) -> PracticeSession:
    """Begin to practise a chapter with its sub-topics, or the whole bank, as far as it is open to the learner.

    `order` is one of ORDERS. The caller fetched `bank` through the policy. What an exam of hers still hides is left
    out. PracticeLocked when a locked bank has no free sample here; NothingToPractise when nothing fits or everything
    is hidden; InvalidInput for a foreign topic or an unknown order.
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
    found = _without_hidden(user.pk, found)
    picks = _arranged(user.pk, found, order)[: max(1, min(count, MAXIMUM_QUESTIONS))]
    return begin_session(
        user_id=user.pk,
        mode=PracticeSession.Mode.RANDOM if order == "random" and topic is None else PracticeSession.Mode.CHAPTER,
        title=topic.name if topic else bank.name,
        picks=[(version_id, None) for _question_id, version_id in picks],
        feedback=feedback,
        asks_certainty=asks_certainty,
        bank=bank,
        topic=topic,
    )


def _without_hidden(user_id: int, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return those (question, version) pairs whose keys no exam of hers hides; NothingToPractise when it hides all."""
    hidden = hidden_questions(user_id=user_id, now=now_utc())
    kept = [pair for pair in found if pair[0] not in hidden]
    if found and not kept:
        raise NothingToPractise(
            _("All questions of this choice are in an exam of yours whose answers are not out yet. Come back later.")
        )
    return kept


def _arranged(user_id: int, found: list[tuple[int, int]], order: str) -> list[tuple[int, int]]:
    """Put (question, version) pairs into the wished order."""
    if order == "random":
        return list(SeededStream(secrets.randbits(48), "practice").shuffled(found))
    if order == "in_order":
        return found
    ids = [question_id for question_id, _version_id in found]
    if order == "unseen_first":
        seen = dict(
            QuestionProgress.objects.filter(
                user_id=user_id, question_id__in=ids, last_answered_at__isnull=False
            ).values_list("question_id", "last_answered_at")
        )
        never = datetime.min.replace(tzinfo=UTC)
        return sorted(found, key=lambda pair: seen.get(pair[0]) or never)
    wrong = set(
        QuestionProgress.objects.filter(
            user_id=user_id, last_wrong_at__isnull=False, mastered_at__isnull=True, question_id__in=ids
        ).values_list("question_id", flat=True)
    )
    return sorted(found, key=lambda pair: pair[0] not in wrong)


def start_paper_practice(
    *, user: Any, paper: Paper, feedback: str = "at_end", asks_certainty: bool = False
) -> PracticeSession:
    """Begin an untimed practice of a paper's published version, drawn afresh, without what an exam of hers
    still hides. PracticeLocked without the grant it needs; NothingToPractise when it hides everything."""
    if not paper_door(user, paper).is_open:
        raise PracticeLocked(_("This paper is for sale."))
    version = paper.current_version
    if version is None:
        raise NothingToPractise(_("This paper is not published yet."))
    drawn = draw(pools_of(version.structure), seed=secrets.randbits(48))
    question_of = dict(
        QuestionVersion.objects.filter(pk__in=[slot.version_id for slot in drawn]).values_list("pk", "question_id")
    )
    shown = {pk for _question_id, pk in _without_hidden(user.pk, [(q, pk) for pk, q in question_of.items()])}
    picks: list[tuple[int, Decimal | None]] = [(s.version_id, s.marks) for s in drawn if s.version_id in shown]
    return begin_session(
        user_id=user.pk,
        mode=PracticeSession.Mode.PAPER,
        title=paper.title,
        picks=picks,
        feedback=feedback,
        asks_certainty=asks_certainty,
        paper=paper,
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
    the order given, without what an exam of hers hides while anything is left.

    `restart` begins anew even when one is open. The caller has checked that the lesson is open to the learner.
    NothingToPractise when none of the questions is published.
    """
    running = PracticeSession.objects.filter(user_id=user_id, context_key=lesson_key, finished_at__isnull=True).first()
    if running is not None and not restart:
        return running
    pairs = _quiz_versions(question_ids=question_ids, refs=refs)
    hidden = hidden_questions(user_id=user_id, now=now_utc()) if pairs else frozenset()
    # A quiz of nothing but hidden questions is begun all the same: its pages say that it has to wait.
    shown = [version_id for question_id, version_id in pairs if question_id not in hidden]
    versions = shown or [version_id for _question_id, version_id in pairs]
    return begin_session(
        user_id=user_id,
        mode=PracticeSession.Mode.LESSON,
        title=title,
        picks=[(version_id, None) for version_id in versions],
        feedback="at_once",
        context_key=lesson_key,
    )


def _quiz_versions(*, question_ids: Sequence[int], refs: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Return (question, version) pairs in the order given, each once."""
    published = Question.objects.drawable()
    by_id = dict(published.filter(pk__in=list(question_ids)).values_list("pk", "current_version_id"))
    found = [(pk, by_id[pk]) for pk in question_ids if pk in by_id]
    if refs:
        slugs = {slug for slug, _ref in refs}
        rows = published.filter(bank__slug__in=slugs, ref__in=[ref for _slug, ref in refs])
        by_ref = {
            (slug, ref): (pk, version)
            for slug, ref, pk, version in rows.values_list("bank__slug", "ref", "pk", "current_version_id")
        }
        found += [by_ref[pair] for pair in refs if pair in by_ref]
    return list(dict.fromkeys(found))
