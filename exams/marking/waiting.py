"""What waits to be marked, by exam and question, and how far the marking of a question is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from exams.domain.marks import MarkState
from exams.marking.anonymity import names_of
from exams.marking.mark import MANUAL, marked_by_hand
from exams.models import Exam, ItemResult, ScriptFlag
from exams.permissions import managed_exams

PACE_WINDOW = timedelta(minutes=20)
PENDING = str(MarkState.PENDING)


@dataclass(frozen=True, kw_only=True)
class WaitingQuestion:
    """A question of an exam with answers that wait for a person; `held` are open at colleagues."""

    exam_id: int
    exam_public_id: str
    exam_title: str
    question_id: int
    waiting: int
    held: int
    oldest_attempt_id: int = 0


@dataclass(frozen=True, kw_only=True)
class MarkerShare:
    """How many answers of a question one person marked."""

    name: str
    marked: int
    is_self: bool


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the marking of one question is; `pace_seconds` is her own mean time an answer, of the last 20 minutes."""

    total: int
    marked: int
    markers: tuple[MarkerShare, ...]
    flagged: int
    pace_seconds: int | None

    @property
    def left(self) -> int:
        """Return how many answers still wait."""
        return self.total - self.marked

    @property
    def percent(self) -> int:
        """Return how much is marked, in whole per cent."""
        return round(100 * self.marked / self.total) if self.total else 100


def list_waiting(*, user: Any, now: datetime, exam_ids: Sequence[int] | None = None) -> list[WaitingQuestion]:
    """Return what waits for the person, by exam and question: three statements at most."""
    exams = {exam.pk: exam for exam in managed_exams(user).only("id", "public_id", "title")}
    rows = (
        ItemResult.objects.filter(exam_id__in=list(exams), state=PENDING)
        .values("exam_id", "question_id")
        .annotate(waiting=Count("pk"), held=Count("pk", filter=Q(lease_until_at__gt=now) & ~Q(marker_id=user.pk)))
        .order_by("exam_id", "question_id")
    )
    return [
        WaitingQuestion(
            exam_id=row["exam_id"],
            exam_public_id=str(exams[row["exam_id"]].public_id),
            exam_title=exams[row["exam_id"]].title,
            question_id=row["question_id"],
            waiting=row["waiting"],
            held=row["held"],
        )
        for row in rows
    ]


def count_waiting(*, exam_id: int) -> int:
    """Return how many answers of an exam wait for a person."""
    return ItemResult.objects.filter(exam_id=exam_id, state=PENDING).count()


def marking_progress(*, user: Any, exam: Exam, question_id: int, now: datetime) -> Progress:
    """Return how far the marking of a question is, by marker: four statements, whatever the number of answers."""
    rows = ItemResult.objects.filter(marked_by_hand(), exam_id=exam.pk, question_id=question_id)
    counts = rows.aggregate(total=Count("pk"), waiting=Count("pk", filter=Q(state=PENDING)))
    shares = rows.filter(grader=MANUAL).exclude(state=PENDING).values("marker_id").annotate(n=Count("pk"))
    by_marker = {row["marker_id"]: row["n"] for row in shares}
    names = names_of(user_ids={pk for pk in by_marker if pk is not None}) if by_marker else {}
    times = list(
        rows.filter(grader=MANUAL, marker_id=user.pk, graded_at__gt=now - PACE_WINDOW)
        .order_by("graded_at")
        .values_list("graded_at", flat=True)
    )
    recent = [moment for moment in times if moment is not None]
    pace = round((recent[-1] - recent[0]).total_seconds() / (len(recent) - 1)) if len(recent) > 1 else None
    return Progress(
        total=counts["total"],
        marked=counts["total"] - counts["waiting"],
        markers=tuple(
            MarkerShare(name=names.get(pk, "–"), marked=n, is_self=pk == user.pk)
            for pk, n in sorted(by_marker.items(), key=lambda item: -item[1])
        ),
        flagged=ScriptFlag.objects.filter(
            exam_id=exam.pk, question_id=question_id, kind=ScriptFlag.Kind.SECOND_OPINION
        ).count(),
        pace_seconds=pace,
    )
