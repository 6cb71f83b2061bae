"""Beginning practice: a chapter, a paper, the quiz of a lesson."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from exams.domain.assembly import draw, shuffle_options
from exams.domain.grading import load_question
from exams.fetch import pools_of
from exams.models import (
    Bank,
    Paper,
    PracticeSession,
    Question,
    QuestionVersion,
    Topic,
)
from exams.practice.access import bank_door, list_open_questions, paper_door
from exams.practice.hidden import hidden_questions
from exams.practice.selection import MAXIMUM_QUESTIONS, Narrowing, narrow, pick, within

CLOCK_MINUTES = range(5, 301)
"""How long the clock of a paper practice may run."""

SHUFFLED_GROUPS = frozenset({"right", "items"})
"""Choices keep the author's order in practice, since explanations may name their letters; where the order is
the answer it is mixed."""


ALL_HIDDEN = gettext_noop(
    "All questions of this choice are in an exam of yours whose answers are not out yet. Come back later."
)


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
    hidden: Collection[int] | None = None,
    **fields: Any,
) -> PracticeSession:
    """Write a session of the picked versions (id, marks; None = the version's own), without questions whose keys an
    exam of the learner still hides. `hidden` is that, where the caller has asked for it already.

    NothingToPractise when nothing is left; InvalidInput for an unknown feedback.
    """
    if feedback not in {"at_once", "at_end"}:
        raise InvalidInput(_("Feedback comes at once or at the end."), field="feedback")
    if picks and hidden is None:
        hidden = hidden_questions(user_id=user_id, now=now_utc())
    versions = QuestionVersion.objects.in_bulk([version_id for version_id, _marks in picks])
    shown = [pair for pair in picks if pair[0] in versions and versions[pair[0]].question_id not in (hidden or ())]
    if not shown:
        raise NothingToPractise(_(ALL_HIDDEN) if picks and versions else _("There is no question to practise here."))
    seed = secrets.randbits(48)
    items: list[dict[str, Any]] = []
    for version_id, marks in shown[:MAXIMUM_QUESTIONS]:
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
    session = PracticeSession.objects.create(
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
    session.left_out_count = len(versions) - len({version_id for version_id, _marks in shown})
    return session


def start_chapter_practice(
    *,
    user: Any,
    bank: Bank,
    topic: Topic | None = None,
    order: str = "in_order",
    count: int = 20,
    types: Sequence[str] = (),
    difficulties: Sequence[int] = (),
    tags: Sequence[str] = (),
    feedback: str = "at_once",
    asks_certainty: bool = False,
) -> PracticeSession:
    """Begin to practise a chapter with its sub-topics, or the whole bank, as far as it is open to the learner.

    `order` is one of ORDERS; what an exam of hers still hides is left out. The caller fetched `bank` through the
    policy. PracticeLocked when a locked bank has no free sample here; NothingToPractise when nothing fits or
    everything is hidden; InvalidInput for a foreign topic or an unknown order.
    """
    if topic is not None and topic.bank_id != bank.pk:
        raise InvalidInput(_("This chapter belongs to another bank."), field="topic")
    door = bank_door(user, bank)
    hidden = hidden_questions(user_id=user.pk, now=now_utc())
    chapter = within(list_open_questions(bank, door), [topic] if topic else [])
    chosen = Narrowing(types=types, difficulties=difficulties, tags=tags)
    rows = narrow(chapter, chosen, user_id=user.pk, hidden=hidden, bank_ids=[bank.pk])
    picks = pick(rows, user_id=user.pk, order=order, count=count)
    if not picks and hidden and narrow(chapter, chosen, user_id=user.pk, hidden=(), bank_ids=[bank.pk]).exists():
        raise NothingToPractise(_(ALL_HIDDEN))
    if not picks and not door.is_open:
        raise PracticeLocked(_("This chapter is part of what is for sale."))
    return begin_session(
        user_id=user.pk,
        mode=PracticeSession.Mode.RANDOM if order == "random" and topic is None else PracticeSession.Mode.CHAPTER,
        title=topic.name if topic else bank.name,
        picks=[(version_id, None) for _question_id, version_id in picks],
        feedback=feedback,
        hidden=hidden,
        asks_certainty=asks_certainty,
        bank=bank,
        topic=topic,
    )


def start_paper_practice(
    *, user: Any, paper: Paper, feedback: str = "at_end", asks_certainty: bool = False, minutes: int = 0
) -> PracticeSession:
    """Begin a practice of a paper's published version, drawn afresh, without what an exam of hers still hides.

    With `minutes` (CLOCK_MINUTES) a clock finishes it with what is answered by then, and feedback comes at the end.
    PracticeLocked without the grant it needs; InvalidInput for other minutes.
    """
    if minutes and minutes not in CLOCK_MINUTES:
        raise InvalidInput(
            _("A clock runs for %(least)d to %(most)d minutes.")
            % {"least": CLOCK_MINUTES.start, "most": CLOCK_MINUTES.stop - 1},
            field="minutes",
        )
    if not paper_door(user, paper).is_open:
        raise PracticeLocked(_("This paper is for sale."))
    version = paper.current_version
    if version is None:
        raise NothingToPractise(_("This paper is not published yet."))
    drawn = draw(pools_of(version.structure), seed=secrets.randbits(48))
    picks: list[tuple[int, Decimal | None]] = [(slot.version_id, slot.marks) for slot in drawn]
    return begin_session(
        user_id=user.pk,
        mode=PracticeSession.Mode.PAPER,
        title=paper.title,
        picks=picks,
        feedback="at_end" if minutes else feedback,
        asks_certainty=asks_certainty,
        paper=paper,
        ends_at=now_utc() + timedelta(minutes=minutes) if minutes else None,
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
        hidden=(),
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
