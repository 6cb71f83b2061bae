"""What a learner does by hand with a question of hers: note, kind of mistake, favourite, out of the book and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from exams.domain.progress import HandAct
from exams.models import PracticeAnswer, Question, QuestionProgress
from exams.practice.hidden import hidden_questions
from exams.practice.question_progress import rebuild

MOST_AT_ONCE = 200
"""Entries that are changed by one act."""


@dataclass(frozen=True, kw_only=True)
class Before:
    """The act by hand that held for a question before another one, so that it can be brought back."""

    question_public_id: str
    hand_act: str
    hand_at: str

    def as_json(self) -> list[str]:
        """Return it as plain values."""
        return [self.question_public_id, self.hand_act, self.hand_at]


def get_row(*, user_id: int, question_public_id: object) -> QuestionProgress:
    """Return how the learner stands with a question that she has met, with question, bank and topic; NotFound for what
    she has not, and for what an exam of hers hides. Two statements."""
    row = (
        QuestionProgress.objects.filter(user_id=user_id, question__public_id=question_public_id)
        .select_related("question__bank", "question__topic", "question__current_version")
        .first()
    )
    if row is None or row.question_id in hidden_questions(user_id=user_id, now=now_utc()):
        raise NotFound(_("There is no such entry."))
    return row


def _get_own(user_id: int, question_public_id: object) -> QuestionProgress:
    """Return the learner's row of a question, locked; NotFound without."""
    rows = QuestionProgress.objects.select_for_update(of=("self",)).filter(
        user_id=user_id, question__public_id=question_public_id
    )
    row = rows.select_related("question").first()
    if row is None:
        raise NotFound(_("There is no such entry."))
    return row


def _get_entry(user_id: int, question_public_id: object) -> QuestionProgress:
    """Return an entry of the learner's book, locked; NotFound for what never was in it."""
    row = _get_own(user_id, question_public_id)
    if row.last_wrong_at is None:
        raise NotFound(_("There is no such entry."))
    return row


def save_note(*, user_id: int, question_public_id: object, note: str) -> None:
    """Keep the learner's private note (at most 2,000 characters); NotFound for a question she has not answered."""
    with transaction.atomic():
        row = _get_own(user_id, question_public_id)
        row.note = note.replace("\x00", "").strip()[:2000]
        row.save(update_fields=["note"])


def set_mistake(*, user_id: int, question_public_id: object, mistake: str) -> QuestionProgress:
    """Keep what the learner says of her mistake, empty to take it back; NotFound for a foreign entry, InvalidInput for
    what is none of the kinds."""
    if mistake not in QuestionProgress.Mistake.values:
        raise InvalidInput(_("Choose one of the kinds of mistakes."), field="mistake")
    with transaction.atomic():
        row = _get_entry(user_id, question_public_id)
        row.mistake = mistake
        row.save(update_fields=["mistake"])
    return row


def set_favourite(*, user_id: int, question_public_id: object, is_favourite: bool) -> QuestionProgress:
    """Make a question that the learner has answered a favourite, or no favourite any more; NotFound for others.

    An answer that waits for her judgement has no row yet; the favourite makes one.
    """
    with transaction.atomic():
        try:
            row = _get_own(user_id, question_public_id)
        except NotFound:
            question = Question.objects.filter(public_id=question_public_id).first()
            met = PracticeAnswer.objects.filter(user_id=user_id, question_id=question.pk if question else 0).exists()
            if question is None or not met:
                raise
            row, _made = QuestionProgress.objects.get_or_create(user_id=user_id, question=question)
        if is_favourite != (row.favourited_at is not None):
            row.favourited_at = now_utc() if is_favourite else None
            row.save(update_fields=["favourited_at"])
    return row


def set_mastered(*, user_id: int, question_public_id: object, hand_act: HandAct) -> Before:
    """Take an entry out of the book by hand, or put it back, and return what held before; NotFound for a foreign
    entry."""
    with transaction.atomic():
        row = _get_entry(user_id, question_public_id)
        before = _before(row)
        row.hand_act, row.hand_at = hand_act.value, now_utc()
        row.save(update_fields=["hand_act", "hand_at"])
        # An earlier act counts no more, nor does what followed from it: so all of the row is made anew.
        rebuild(user_id=user_id, question_ids=[row.question_id])
    return before


def _before(row: QuestionProgress) -> Before:
    return Before(
        question_public_id=str(row.question.public_id),
        hand_act=row.hand_act,
        hand_at=row.hand_at.isoformat() if row.hand_at else "",
    )


def undo_acts(*, user_id: int, before: Sequence[Before]) -> int:
    """Bring back what held before an act by hand and return of how many entries: they stand again as their answers and
    the earlier act say, nothing that was answered meanwhile is lost. Entries that are gone are passed over."""
    restored: list[int] = []
    with transaction.atomic():
        for one in before[:MOST_AT_ONCE]:
            hand_at: datetime | None = parse_datetime(one.hand_at) if one.hand_at else None
            rows = QuestionProgress.objects.filter(
                user_id=user_id, question__public_id=one.question_public_id, last_wrong_at__isnull=False
            )
            ids = list(rows.values_list("question_id", flat=True))
            if ids:
                rows.update(hand_act=one.hand_act if hand_at else "", hand_at=hand_at)
                restored += ids
        rebuild(user_id=user_id, question_ids=restored)
    return len(restored)


def _entries(user_id: int, public_ids: Sequence[Any]) -> QuerySet[QuestionProgress]:
    return QuestionProgress.objects.filter(
        user_id=user_id, last_wrong_at__isnull=False, question__public_id__in=list(public_ids)[:MOST_AT_ONCE]
    )


def mark_mistakes(*, user_id: int, public_ids: Sequence[Any], mistake: str) -> int:
    """Say the same of the mistakes of several entries and return of how many; foreign ones are passed over."""
    if mistake not in QuestionProgress.Mistake.values:
        raise InvalidInput(_("Choose one of the kinds of mistakes."), field="mistake")
    return _entries(user_id, public_ids).update(mistake=mistake)


def set_all_mastered(*, user_id: int, public_ids: Sequence[Any], hand_act: HandAct) -> list[Before]:
    """Take several entries out of the book, or put them back, and return what held before; foreign ones are passed
    over. Statements do not grow with their number."""
    with transaction.atomic():
        rows = list(_entries(user_id, public_ids).select_for_update(of=("self",)).select_related("question"))
        before = [_before(row) for row in rows]
        ids = [row.pk for row in rows]
        QuestionProgress.objects.filter(pk__in=ids).update(hand_act=hand_act.value, hand_at=now_utc())
        rebuild(user_id=user_id, question_ids=[row.question_id for row in rows])
    return before
