"""Beginning practice over several banks: by filter at random, the practice of the day, a practice set."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from exams.domain.daily import DailyPlan, TopicRecord, daily_length, plan_day, weakest_topics
from exams.models import Bank, PracticeSession, PracticeSet, Question, QuestionProgress, Topic
from exams.practice.access import bank_door
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import find_preference
from exams.practice.selection import (
    MAXIMUM_QUESTIONS,
    Narrowing,
    OpenBanks,
    Pair,
    find_open_banks,
    narrow,
    pick,
    questions_of,
    within,
)
from exams.practice.sets import hand_marked_types, order_of_set, questions_of_set
from exams.practice.starts import NothingToPractise, PracticeLocked, begin_session


def _chosen(banks: OpenBanks, chosen: Sequence[Bank]) -> OpenBanks:
    """Return those of the learner's banks that she chose; all where she chose none."""
    if not chosen:
        return banks
    ids = {bank.pk for bank in chosen}
    return replace(banks, banks=tuple(bank for bank in banks.banks if bank.pk in ids))


def random_questions(
    *,
    user_id: int,
    banks: OpenBanks,
    chosen: Sequence[Bank] = (),
    topics: Sequence[Topic] = (),
    narrowing: Narrowing,
    hidden: Collection[int],
) -> QuerySet[Question]:
    """Return the questions that random practice draws from: of the chosen banks and chapters, as far as open.

    A chapter narrows its own bank alone: banks of which none is chosen give all they have.
    """
    mine = _chosen(banks, chosen)
    rows = questions_of(mine)
    if topics:
        with_topics = {topic.bank_id for topic in topics}
        others = [bank.pk for bank in mine.banks if bank.pk not in with_topics]
        rows = within(rows, topics) | rows.filter(bank__in=others) if chosen and others else within(rows, topics)
    bank_ids = [bank.pk for bank in mine.banks]
    return narrow(rows, narrowing, user_id=user_id, hidden=hidden, bank_ids=bank_ids)


def start_random_practice(
    *,
    user: Any,
    chosen: Sequence[Bank] = (),
    topics: Sequence[Topic] = (),
    narrowing: Narrowing | None = None,
    count: int = 20,
    feedback: str = "at_once",
    asks_certainty: bool = False,
) -> PracticeSession:
    """Begin random practice over several banks of the learner's practice; all of them where none is chosen.

    Banks and topics that are not hers to practise are passed over; of locked banks the free sample is drawn from.
    PracticeLocked when only locked banks without a sample are left; NothingToPractise when nothing fits.
    """
    banks = find_open_banks(user)
    hidden = hidden_questions(user_id=user.pk, now=now_utc())
    known = {bank.pk for bank in banks.banks}
    chosen = [bank for bank in chosen if bank.pk in known]
    topics = [topic for topic in topics if topic.bank_id in known]
    rows = random_questions(
        user_id=user.pk,
        banks=banks,
        chosen=chosen,
        topics=topics,
        narrowing=narrowing or Narrowing(),
        hidden=hidden,
    )
    picks = pick(rows, user_id=user.pk, order="random", count=count)
    mine = _chosen(banks, chosen)
    if not picks and mine.banks and len(mine.locked) == len(mine.banks):
        raise PracticeLocked(_("These banks are for sale."))
    return begin_session(
        user_id=user.pk,
        mode=PracticeSession.Mode.RANDOM,
        title=_random_title([bank.name for bank in chosen]),
        picks=[(version_id, None) for _question_id, version_id in picks],
        feedback=feedback,
        hidden=hidden,
        asks_certainty=asks_certainty,
        bank=chosen[0] if len(chosen) == 1 else None,
    )


def _random_title(names: Sequence[str]) -> str:
    if not names:
        return _("Random practice")
    return _("Random practice: %(names)s") % {"names": ", ".join(names)}


# -- the practice of the day ------------------------------------------------------------------------
def daily_key(day: date, /) -> str:
    """Return the context key of a day's practice; with the learner it names one session."""
    return f"daily:{day.isoformat()}"


def find_daily(*, user_id: int, day: date) -> PracticeSession | None:
    """Return the learner's practice of a day, None when she has not begun it on any device."""
    return PracticeSession.objects.filter(
        user_id=user_id, context_key=daily_key(day), mode=PracticeSession.Mode.DAILY
    ).first()


def plan_daily(*, user: Any, now: datetime) -> tuple[DailyPlan, list[str]]:
    """Return what today's practice would ask, and the names of the weak topics it looks after, the weakest first.

    Only questions that are open to the learner and that no exam of hers hides. Eleven statements at most.
    """
    length = daily_length(find_preference(user_id=user.pk).daily_goal)
    hidden = hidden_questions(user_id=user.pk, now=now)
    rows = narrow(questions_of(find_open_banks(user)), Narrowing(), user_id=user.pk, hidden=hidden)
    met = QuestionProgress.objects.filter(user_id=user.pk, last_answered_at__isnull=False)
    due = (
        met.filter(last_wrong_at__isnull=False, mastered_at__isnull=True, due_at__lte=now, question__in=rows)
        .order_by("due_at", "pk")
        .values_list("question_id", flat=True)[:length]
    )
    topics = _weak_topics(met, rows)
    weak = _of_weak_topics(met, rows, topics, length)
    unseen = _unseen(met, rows, length, user.pk)
    plan = plan_day(length=length, due=list(due), weak=weak, unseen=unseen)
    if len(plan.question_ids) < length:
        again = met.filter(question__in=rows).exclude(question_id__in=plan.question_ids)
        other = again.order_by("last_answered_at", "pk").values_list("question_id", flat=True)[:length]
        plan = plan_day(length=length, due=list(due), weak=weak, unseen=unseen, other=list(other))
    names = Topic.objects.in_bulk(topics)
    return plan, [names[pk].name for pk in topics if pk in names] if plan.counts["weak"] else []


def _weak_topics(met: QuerySet[QuestionProgress], rows: QuerySet[Question]) -> tuple[int, ...]:
    sums = (
        met.filter(question__in=rows, question__topic__isnull=False)
        .values("question__topic_id")
        .annotate(answers=Sum("answered_count"), rights=Sum("right_count"))
        .order_by()
    )
    return weakest_topics(
        TopicRecord(topic_id=row["question__topic_id"], answered=row["answers"], right=row["rights"]) for row in sums
    )


def _of_weak_topics(
    met: QuerySet[QuestionProgress], rows: QuerySet[Question], topics: Sequence[int], length: int
) -> list[int]:
    """Return questions of weak topics: what went wrong last first, then the longest ago."""
    if not topics:
        return []
    found = met.filter(question__in=rows, question__topic_id__in=topics).order_by("last_fraction", "last_answered_at")
    return list(found.values_list("question_id", flat=True)[:length])


def _unseen(met: QuerySet[QuestionProgress], rows: QuerySet[Question], length: int, user_id: int) -> list[int]:
    """Return new questions at random, of banks that the learner practises; of all where those have none left."""
    practised = met.order_by().values("question__bank_id").distinct()
    fresh = narrow(rows, Narrowing(only="unseen"), user_id=user_id)
    found = pick(fresh.filter(bank_id__in=practised), user_id=user_id, order="random", count=length)
    if not found:
        found = pick(fresh, user_id=user_id, order="random", count=length)
    return [question_id for question_id, _version_id in found]


def start_daily_practice(*, user: Any, now: datetime | None = None) -> PracticeSession:
    """Begin the practice of the learner's day (the site's time), or return the one she has: one a day on all her
    devices. NothingToPractise when nothing is open to her.
    """
    moment = now or now_utc()
    day = timezone.localdate(moment)
    running = find_daily(user_id=user.pk, day=day)
    if running is not None:
        return running
    plan, topics = plan_daily(user=user, now=moment)
    if not plan.question_ids:
        raise NothingToPractise(_("There is no question to practise here."))
    versions = dict(
        Question.objects.drawable().filter(pk__in=plan.question_ids).values_list("pk", "current_version_id")
    )
    try:
        with transaction.atomic():
            return begin_session(
                user_id=user.pk,
                mode=PracticeSession.Mode.DAILY,
                title=_("Daily practice of %(day)s") % {"day": date_format(day, "DATE_FORMAT")},
                picks=[(versions[pk], None) for pk in plan.question_ids if pk in versions],
                feedback="at_once",
                context_key=daily_key(day),
                reason={**plan.counts, "topics": topics},
            )
    except IntegrityError:
        return PracticeSession.objects.get(user_id=user.pk, context_key=daily_key(day), mode=PracticeSession.Mode.DAILY)


# -- practice sets ----------------------------------------------------------------------------------
def start_set_practice(*, user: Any, practice_set: PracticeSet) -> PracticeSession:
    """Begin a practice set that the caller fetched through the policy, as far as its bank is open to the learner.

    PracticeLocked when its bank is for sale and none of the set is a free sample; NothingToPractise when it is empty.
    """
    door = bank_door(user, practice_set.bank)
    hidden = hidden_questions(user_id=user.pk, now=now_utc())
    picks = _picks_of_set(practice_set, user_id=user.pk, hidden=hidden, rows=questions_of_set(practice_set, door))
    if not picks and not door.is_open:
        raise PracticeLocked(_("This practice set is part of what is for sale."))
    session = _begin_set(
        practice_set, user_id=user.pk, picks=picks, hidden=hidden, mode=PracticeSession.Mode.SET, context_key=""
    )
    session.left_out_count = questions_of_set(practice_set, door).filter(pk__in=hidden).count() if hidden else 0
    return session


def start_lesson_set(
    *, user_id: int, lesson_key: str, title: str, practice_set_id: int, restart: bool = False
) -> PracticeSession:
    """Resume the learner's run of the practice set of a lesson, or begin it; its questions need no grant beside the
    lesson's, and what the engine cannot mark by itself is left out. `restart` begins anew even when one is open.

    The caller has checked that the lesson is open to the learner. NothingToPractise when the set is empty or gone.
    """
    running = PracticeSession.objects.filter(user_id=user_id, context_key=lesson_key, finished_at__isnull=True).first()
    if running is not None and not restart:
        return running
    practice_set = PracticeSet.objects.select_related("bank").filter(pk=practice_set_id).first()
    if practice_set is None:
        raise NothingToPractise(_("There is no question to practise here."))
    hidden = hidden_questions(user_id=user_id, now=now_utc())
    marked = questions_of_set(practice_set).exclude(type__in=hand_marked_types())
    picks = _picks_of_set(practice_set, user_id=user_id, hidden=hidden, rows=marked)
    return _begin_set(
        practice_set,
        user_id=user_id,
        picks=picks,
        hidden=hidden,
        mode=PracticeSession.Mode.LESSON,
        context_key=lesson_key,
        title=title,
    )


def _picks_of_set(
    practice_set: PracticeSet, *, user_id: int, hidden: Collection[int], rows: QuerySet[Question]
) -> list[Pair]:
    """Return the questions of one session; a fixed list in order keeps the order its author gave it."""
    rows = rows.exclude(pk__in=list(hidden)) if hidden else rows
    count = practice_set.count or MAXIMUM_QUESTIONS
    if practice_set.kind == PracticeSet.Kind.FIXED and practice_set.order == PracticeSet.Order.IN_ORDER:
        return order_of_set(practice_set, list(rows.values_list("pk", "current_version_id")))[:count]
    return pick(rows, user_id=user_id, order=practice_set.order, count=count)


def _begin_set(
    practice_set: PracticeSet,
    *,
    user_id: int,
    picks: Sequence[Pair],
    hidden: Collection[int],
    mode: str,
    context_key: str,
    title: str = "",
) -> PracticeSession:
    return begin_session(
        user_id=user_id,
        mode=mode,
        title=title or practice_set.title,
        picks=[(version_id, None) for _question_id, version_id in picks],
        feedback=practice_set.feedback,
        hidden=hidden,
        context_key=context_key,
        bank=practice_set.bank if mode == PracticeSession.Mode.SET else None,
        practice_set=practice_set,
    )
