"""The wrong-answer book: how it is listed, and what the learner does with its entries by hand."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.domain.progress import HandAct, act
from exams.models import QuestionProgress
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import DERIVED, put, standing_of


def list_entries(
    *,
    user_id: int,
    bank_id: int | None = None,
    topic_path: str = "",
    type: str = "",
    mastered: bool = False,
    hidden: Collection[int] | None = None,
) -> QuerySet[QuestionProgress]:
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


def get_entry(*, user_id: int, question_public_id: object) -> QuestionProgress:
    """Return one entry of the learner's own book; NotFound for anybody else's."""
    row = (
        QuestionProgress.objects.filter(
            user_id=user_id, question__public_id=question_public_id, last_wrong_at__isnull=False
        )
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


def set_mastered(*, user_id: int, question_public_id: object, hand_act: HandAct) -> None:
    """Take an entry out of the book by hand, or put it back; NotFound for a foreign entry."""
    with transaction.atomic():
        row = get_entry(user_id=user_id, question_public_id=question_public_id)
        put(row, act(standing_of(row), hand_act, at=now_utc())).save(update_fields=DERIVED)


def count_open_entries(*, user_id: int) -> int:
    """Return how many wrong answers of the learner wait to be mastered. One statement."""
    return _shown(user_id).filter(mastered_at__isnull=True).count()


def _shown(user_id: int, hidden: Collection[int] | None = None) -> QuerySet[QuestionProgress]:
    """Return the learner's entries without those that an exam of hers hides."""
    if hidden is None:
        hidden = hidden_questions(user_id=user_id, now=now_utc())
    rows = QuestionProgress.objects.filter(user_id=user_id, last_wrong_at__isnull=False)
    return rows.exclude(question_id__in=hidden) if hidden else rows
