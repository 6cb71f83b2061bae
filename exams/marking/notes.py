"""Flags at single answers, and the comments that markers of a question use again."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q

from edu.core.errors import InvalidInput
from exams.models import Exam, ItemResult, SavedComment, ScriptFlag

MAXIMUM_COMMENTS = 60


def set_flag(*, user: Any, row: ItemResult, kind: str, now: datetime, note: str = "") -> None:
    """Flag an answer: for a second opinion (all markers see it) or to come back to it; harmless when it is set."""
    if kind not in ScriptFlag.Kind.values:
        raise InvalidInput(f"There is no flag {kind!r}.", field="kind")
    ScriptFlag.objects.update_or_create(
        attempt_id=row.attempt_id,
        slot=row.slot,
        marker_id=user.pk,
        kind=kind,
        defaults={"exam_id": row.exam_id, "question_id": row.question_id, "note": note.strip()[:500], "at": now},
    )


def remove_flags(*, user: Any, row: ItemResult, kind: str) -> int:
    """Take flags of a kind away from an answer: of a second opinion everybody's, of later her own."""
    rows = ScriptFlag.objects.filter(attempt_id=row.attempt_id, slot=row.slot, kind=kind)
    if kind == ScriptFlag.Kind.LATER:
        rows = rows.filter(marker_id=user.pk)
    return rows.delete()[0]


def flags_of(*, user: Any, row: ItemResult) -> list[ScriptFlag]:
    """Return the flags at an answer that concern the person: every second opinion, and her own to come back."""
    return list(
        ScriptFlag.objects.filter(attempt_id=row.attempt_id, slot=row.slot).filter(
            Q(kind=ScriptFlag.Kind.SECOND_OPINION) | Q(marker_id=user.pk)
        )
    )


def list_comments(*, exam: Exam, question_id: int) -> list[SavedComment]:
    """Return the saved comments of a question, the most used first."""
    return list(
        SavedComment.objects.filter(exam=exam, question_id=question_id).order_by("-uses", "id")[:MAXIMUM_COMMENTS]
    )


def save_comment(*, user: Any, exam: Exam, question_id: int, text: str, now: datetime) -> SavedComment:
    """Keep words for the question's other answers; harmless when they are kept already. InvalidInput for none."""
    words = " ".join(text.split())[:1000]
    if not words:
        raise InvalidInput("Write the comment first, then save it.", field="comment")
    row, _created = SavedComment.objects.get_or_create(
        exam=exam, question_id=question_id, text=words, defaults={"author": user, "created_at": now}
    )
    return row


def remove_comment(*, exam: Exam, question_id: int, comment_id: int) -> int:
    """Forget a saved comment; marks given with it keep their words."""
    return SavedComment.objects.filter(pk=comment_id, exam=exam, question_id=question_id).delete()[0]


def count_uses(*, exam: Exam, question_id: int, comment: str) -> None:
    """Count which saved comments stand in the words of a mark: one statement."""
    if not comment.strip():
        return
    lines = [" ".join(line.split()) for line in comment.splitlines()]
    SavedComment.objects.filter(exam=exam, question_id=question_id, text__in=[line for line in lines if line]).update(
        uses=F("uses") + 1
    )
