"""The wrong-answer book: what enters it, what leaves it by mastery, and how it is listed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.models import WrongAnswer
from exams.practice.hidden import hidden_questions

MASTERY_STREAK = 2
"""Right answers in a row after which a question leaves the book."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one question went: `fraction` None while nobody has marked it; `is_blank` when nothing was answered."""

    question_id: int
    version_id: int
    response: str
    fraction: float | None
    is_blank: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it earned everything."""
        return not self.is_blank and self.fraction is not None and self.fraction >= 1 - 1e-6

    @property
    def is_wrong(self) -> bool:
        """Whether it was answered and did not earn everything."""
        return not self.is_blank and self.fraction is not None and self.fraction < 1 - 1e-6


def record_outcomes(
    *,
    user_id: int,
    outcomes: Sequence[Outcome],
    source_kind: str,
    source_id: int,
    at: datetime,
    answered_at: datetime | None = None,
) -> None:
    """Enter outcomes into the learner's book; three statements and one more for each question that changes.

    Wrong enters it (or returns to it) and ends a streak; right, in practice or in an exam, lengthens the streak of a
    question that is in it, and the MASTERY_STREAK-th in a row takes it out; blank is counted apart and enters it too.
    `at` is when the outcome became known, `answered_at` (if not the same) when it was given: a right answer counts
    when it was given after the last wrong one. An exam counts once however often its result is delivered: what is not
    newer than the entry is passed over. The caller holds the transaction.
    """
    answered_at = answered_at or at
    by_question = {outcome.question_id: outcome for outcome in outcomes}
    rows = {row.question_id: row for row in WrongAnswer.objects.filter(user_id=user_id, question_id__in=by_question)}
    for question_id, outcome in by_question.items():
        row = rows.get(question_id)
        is_known = source_kind == "exam" and row is not None and row.last_wrong_at >= at
        if is_known and not outcome.is_right:
            continue
        if outcome.is_wrong or outcome.is_blank:
            _enter(row, user_id, outcome, source_kind, source_id, at)
        elif outcome.is_right and row is not None:
            _lengthen(row, at=at, answered_at=answered_at)


def _lengthen(row: WrongAnswer, *, at: datetime, answered_at: datetime) -> None:
    """Count a right answer once, if it was given after the last wrong and the last right one."""
    if answered_at <= row.last_wrong_at or (row.right_at is not None and answered_at <= row.right_at):
        return
    is_mastered = row.mastered_at is None and row.right_streak + 1 >= MASTERY_STREAK
    WrongAnswer.objects.filter(pk=row.pk).filter(Q(right_at__isnull=True) | Q(right_at__lt=answered_at)).update(
        right_streak=F("right_streak") + 1,
        right_at=answered_at,
        mastered_at=at if is_mastered else row.mastered_at,
    )


def _enter(
    row: WrongAnswer | None, user_id: int, outcome: Outcome, source_kind: str, source_id: int, at: datetime
) -> None:
    wrong, blank = (0, 1) if outcome.is_blank else (1, 0)
    fields: dict[str, Any] = {
        "version_id": outcome.version_id,
        "source_kind": source_kind,
        "source_id": source_id,
        "last_response": outcome.response,
        "last_wrong_at": at,
        "right_streak": 0,
        "mastered_at": None,
    }
    if row is None:
        row, created = WrongAnswer.objects.get_or_create(
            user_id=user_id,
            question_id=outcome.question_id,
            defaults={**fields, "wrong_count": wrong, "blank_count": blank, "first_wrong_at": at},
        )
        if created:
            return
    WrongAnswer.objects.filter(pk=row.pk).update(
        **fields, wrong_count=F("wrong_count") + wrong, blank_count=F("blank_count") + blank
    )


def take_back(*, user_id: int, question_id: int, was_blank: bool, at: datetime) -> None:
    """Take one wrong answer, or one blank, out of the learner's book, since it is not counted as such any more.

    An entry without another is removed, unless she wrote a note: that one leaves by mastery. The caller makes sure
    that each answer is taken back once, and holds the transaction.
    """
    row = WrongAnswer.objects.filter(user_id=user_id, question_id=question_id).first()
    if row is None:
        return
    wrong, blank = row.wrong_count - (not was_blank), row.blank_count - was_blank
    if wrong <= 0 and blank <= 0 and not row.note:
        row.delete()
        return
    row.wrong_count, row.blank_count = max(0, wrong), max(0, blank)
    if not row.wrong_count and not row.blank_count:
        row.mastered_at = row.mastered_at or at
    row.save(update_fields=["wrong_count", "blank_count", "mastered_at"])


def withdraw_exam_results(*, user_id: int, attempt_id: int, missed: Mapping[int, bool], at: datetime) -> None:
    """Take out of the learner's book what one exam attempt put in last, since its results are withdrawn.

    `missed` are its wrong and blank questions (id: whether it was blank). What was wrong elsewhere since then stays in
    the book. The caller holds the transaction.
    """
    entered = WrongAnswer.objects.filter(user_id=user_id, source_kind="exam", source_id=attempt_id)
    for question_id in list(entered.filter(question_id__in=missed).values_list("question_id", flat=True)):
        take_back(user_id=user_id, question_id=question_id, was_blank=missed[question_id], at=at)
    entered.update(source_id=0)  # what stays, for other reasons, does not speak of this attempt any more


def list_entries(
    *,
    user_id: int,
    bank_id: int | None = None,
    topic_path: str = "",
    type: str = "",
    mastered: bool = False,
    hidden: Collection[int] | None = None,
) -> QuerySet[WrongAnswer]:
    """Return the learner's entries, newest first, with question, bank and topic; those that left by mastery
    on request. What an exam of hers still hides is left out: retrying it would show the key. `hidden` is that, where
    the caller has asked for it already."""
    rows = _shown(user_id, hidden).filter(mastered_at__isnull=not mastered)
    if bank_id is not None:
        rows = rows.filter(question__bank_id=bank_id)
    if topic_path:
        rows = rows.filter(question__topic__path__startswith=topic_path)
    if type:
        rows = rows.filter(question__type=type)
    return rows.select_related("question__bank", "question__topic").order_by("-last_wrong_at", "-id")


def count_by_bank(*, user_id: int, hidden: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Return for each bank with entries: id, name, how many are in the book and how many were mastered."""
    return list(
        _shown(user_id, hidden)
        .values("question__bank_id", "question__bank__name")
        .annotate(
            open_count=Count("id", filter=Q(mastered_at__isnull=True)),
            mastered_count=Count("id", filter=Q(mastered_at__isnull=False)),
        )
        .order_by("question__bank__name")
    )


def get_entry(*, user_id: int, question_public_id: object) -> WrongAnswer:
    """Return one entry of the learner's own book; NotFound for anybody else's."""
    row = (
        WrongAnswer.objects.filter(user_id=user_id, question__public_id=question_public_id)
        .select_related("question")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such entry."))
    return row


def save_note(*, user_id: int, question_public_id: object, note: str) -> None:
    """Keep the learner's private note (at most 2,000 characters); NotFound for a foreign entry."""
    with transaction.atomic():
        row = get_entry(user_id=user_id, question_public_id=question_public_id)
        row.note = note.strip()[:2000]
        row.save(update_fields=["note"])


def set_mastered(*, user_id: int, question_public_id: object, at: datetime | None) -> None:
    """Take an entry out of the book by hand, or put it back (`at` None); NotFound for a foreign entry."""
    with transaction.atomic():
        row = get_entry(user_id=user_id, question_public_id=question_public_id)
        row.mastered_at = at
        row.right_streak = 0 if at is None else row.right_streak
        row.save(update_fields=["mastered_at", "right_streak"])


def count_open_entries(*, user_id: int) -> int:
    """Return how many wrong answers of the learner wait to be mastered. One statement."""
    return _shown(user_id).filter(mastered_at__isnull=True).count()


def _shown(user_id: int, hidden: Collection[int] | None = None) -> QuerySet[WrongAnswer]:
    """Return the learner's entries without those that an exam of hers hides."""
    if hidden is None:
        hidden = hidden_questions(user_id=user_id, now=now_utc())
    rows = WrongAnswer.objects.filter(user_id=user_id)
    return rows.exclude(question_id__in=hidden) if hidden else rows
