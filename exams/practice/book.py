"""The wrong-answer book: its filters, its lists, and how many entries stand where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from edu.core.clock import local_date, now_utc, start_of_day
from exams.domain.progress import MasteryRule
from exams.models import Attempt, Bank, PracticePreference, Question, QuestionProgress
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import find_preference, rule_of

STATES = ("open", "due", "blank", "mastered")
"""Tabs of the book: wrong and still to master; asked again by now; only ever left blank; mastered. What is
locked stands in none of them."""
LOCKED = "locked"
"""The tab of what is locked, whatever its state; it is there only while something is."""
GROUPS = ("date", "topic", "type", "source")
DAYS = (7, 30, 90)
"""Since when something was last wrong, as it can be chosen."""
MOST_FOUND_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class BookFilter:
    """What of the book is meant.

    `state` is one of STATES, LOCKED, "waiting" (all that is still to master, blanks among it) or empty for every entry;
    `source` is practice, the public id of an exam, or empty; `days` counts back from now, 0 for always; `mistake` is a
    value of QuestionProgress.Mistake, "none" for what she has not said, empty for all.
    """

    state: str = "waiting"
    bank_id: int | None = None
    topic_path: str = ""
    type: str = ""
    source: str = ""
    days: int = 0
    mistake: str = ""
    text: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out beside the state."""
        return replace(self, state="") != BookFilter(state="")

    def condition(self, *, now: datetime) -> Q:
        """Return what entries have to fulfil beside their state."""
        found = Q()
        if self.bank_id is not None:
            found &= Q(question__bank_id=self.bank_id)
        if self.topic_path:
            found &= Q(question__topic__path__startswith=self.topic_path)
        if self.type:
            found &= Q(question__type=self.type)
        if self.source == "practice":
            found &= Q(source_kind="practice")
        elif self.source:
            sat = Attempt.objects.filter(exam__public_id=self.source)
            found &= Q(source_kind="exam", source_id__in=sat.values("pk"))
        if self.days:
            found &= Q(last_wrong_at__gte=now - timedelta(days=self.days))
        if self.mistake:
            found &= Q(mistake="" if self.mistake == "none" else self.mistake)
        for word in self.text.split()[:MOST_FOUND_WORDS]:
            found &= Q(question__search_text__icontains=word) | Q(question__summary__icontains=word)
        return found


def state_condition(state: str, /, *, now: datetime) -> Q:
    """Return what entries of a state of the book have to fulfil. What is due counts only while it can be asked."""
    waiting = Q(mastered_at__isnull=True)
    return {
        "open": waiting & Q(wrong_count__gt=0),
        "blank": waiting & Q(wrong_count=0),
        "due": waiting & Q(due_at__lte=now) & asked(),
        "mastered": Q(mastered_at__isnull=False),
        "waiting": waiting,
    }.get(state, Q())


def asked() -> Q:
    """Return the condition of rows whose question may still be drawn: published, with a version, not withheld."""
    return Q(
        question__status=Question.Status.PUBLISHED, question__current_version__isnull=False, question__is_withheld=False
    )


@dataclass(frozen=True, kw_only=True)
class BookCounts:
    """How many entries stand in each state under a filter, how many are due by when, what the book can be filtered by
    (banks and exams with entries: public id, name or title), and the rule by which entries leave it."""

    states: Mapping[str, int]
    due_today: int
    due_tomorrow: int
    due_week: int
    banks: tuple[Bank, ...]
    exams: tuple[tuple[str, str], ...]
    total: int
    """Entries of the whole book, whatever the filter."""
    rule: MasteryRule


def own_entries(*, user_id: int, hidden: Collection[int] | None = None) -> QuerySet[QuestionProgress]:
    """Return the learner's entries without those that an exam of hers hides; `hidden` is that, where the caller has
    asked for it already."""
    if hidden is None:
        hidden = hidden_questions(user_id=user_id, now=now_utc())
    rows = QuestionProgress.objects.filter(user_id=user_id, last_wrong_at__isnull=False)
    return rows.exclude(question_id__in=hidden) if hidden else rows


def list_entries(
    *,
    user_id: int,
    chosen: BookFilter | None = None,
    group: str = "date",
    hidden: Collection[int] | None = None,
    locked: Collection[int] = (),
) -> QuerySet[QuestionProgress]:
    """Return the learner's entries that a filter means (without one: all that waits), with question, bank and topic and
    without content and key, ordered by a group and by when they were last wrong, newest first; what is due by how long
    it has been. What an exam of hers still hides is left out: retrying it would show the key. The questions of `locked`
    are listed under LOCKED alone.
    """
    chosen = chosen or BookFilter()
    now = now_utc()
    rows = own_entries(user_id=user_id, hidden=hidden).filter(
        state_condition(chosen.state, now=now), chosen.condition(now=now)
    )
    if chosen.state == LOCKED:
        rows = rows.filter(question_id__in=locked)
    elif locked:
        rows = rows.exclude(question_id__in=locked)
    newest = ("due_at", "-id") if chosen.state == "due" else ("-last_wrong_at", "-id")
    if group == "source":
        rows = rows.annotate(exam_title=_exam_field("title"))
    order = {
        "topic": ("question__bank__name", "question__bank_id", "question__topic__path"),
        "type": ("question__type",),
        "source": ("source_kind", "exam_title"),
        "date": ("-last_wrong_at",),
    }.get(group, ())
    return (
        rows.select_related("question__bank", "question__topic")
        .defer("question__content", "question__key", "question__explanation", "question__search_text")
        .order_by(*(order if chosen.state != "due" or group != "date" else ()), *newest)
    )


def count_entries(
    *, user_id: int, chosen: BookFilter, hidden: Collection[int], locked: Collection[int] = ()
) -> BookCounts:
    """Return the counts of the book under a filter (its state aside), what it can be filtered by, and its rule. One
    statement, two for an empty book.

    `locked` are questions that cannot be practised: they are counted under LOCKED and in no other state, as
    list_entries lists them.
    """
    now = now_utc()
    zone = timezone.get_current_timezone()
    meant = chosen.condition(now=now)
    is_locked = Q(question_id__in=locked)
    is_open = meant & ~is_locked if locked else meant
    can_be_due = Q(mastered_at__isnull=True) & asked() & is_open
    fields: dict[str, Any] = {
        f"n_{state}": Count("id", filter=state_condition(state, now=now) & is_open) for state in STATES
    }
    if locked:
        fields[f"n_{LOCKED}"] = Count("id", filter=meant & is_locked)
    for name, until in zip(("today", "tomorrow", "week"), due_limits(now=now, zone=zone), strict=True):
        fields[f"by_{name}"] = Count("id", filter=can_be_due & Q(due_at__lt=until))
    groups = list(
        own_entries(user_id=user_id, hidden=hidden)
        .order_by()
        .values(
            *(f"question__bank__{name}" for name in _BANK_FIELDS),
            *(f"user__practice_preference__{name}" for name in _RULE_FIELDS),
        )
        .annotate(exam_key=_exam_field("public_id"), exam_title=_exam_field("title"))
        .annotate(n=Count("id"), **fields)
    )
    banks = {
        row["question__bank__id"]: Bank(**{name: row[f"question__bank__{name}"] for name in _BANK_FIELDS})
        for row in groups
    }
    exams = {str(row["exam_key"]): row["exam_title"] for row in groups if row["exam_key"]}
    by_limit = [sum(row[f"by_{name}"] for row in groups) for name in ("today", "tomorrow", "week")]
    return BookCounts(
        states={state: sum(row.get(f"n_{state}", 0) for row in groups) for state in (*STATES, LOCKED)},
        due_today=by_limit[0],
        due_tomorrow=by_limit[1] - by_limit[0],
        due_week=by_limit[2],
        banks=tuple(sorted(banks.values(), key=lambda bank: bank.name)),
        exams=tuple(sorted(exams.items(), key=lambda pair: pair[1])),
        total=sum(row["n"] for row in groups),
        rule=_rule(groups[0]) if groups else rule_of(find_preference(user_id=user_id)),
    )


def _rule(group: Mapping[str, Any]) -> MasteryRule:
    """Return the rule that a row of counts carries; the common one where the learner has chosen none."""
    values = {name: group[f"user__practice_preference__{name}"] for name in _RULE_FIELDS}
    return rule_of(PracticePreference(**values) if values["mastery_kind"] else None)


_RULE_FIELDS = ("mastery_kind", "mastery_streak", "mastery_days", "retention")
_BANK_FIELDS = ("id", "public_id", "name", "requires_grant", "free_sample_count", "visibility", "organization_id")


def due_limits(*, now: datetime, zone: Any) -> tuple[datetime, datetime, datetime]:
    """Return the ends of today, tomorrow and the seven days that begin today, in a time zone."""
    today = local_date(moment=now, zone=zone)
    ends = [start_of_day(on=today + timedelta(days=days), zone=zone) for days in (1, 2, 7)]
    return ends[0], ends[1], ends[2]


def _exam_field(name: str) -> Any:
    """Return a field of the exam in which an entry was last wrong, empty for practice."""
    exam = Attempt.objects.filter(pk=OuterRef("source_id")).values(f"exam__{name}")[:1]
    if name == "public_id":
        return Case(When(source_kind="exam", then=Subquery(exam)), default=None)
    return Case(When(source_kind="exam", then=Subquery(exam)), default=Value(""), output_field=CharField())
