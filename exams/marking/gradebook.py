"""The gradebook of an exam: everybody who may sit it, what came of it, and how marks are spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model

from edu.access.queries import list_holder_ids
from edu.organizations.queries import staff_by_user
from exams.domain.errors import TooFewAttempts
from exams.domain.statistics import PaperStatistics, paper_statistics
from exams.models import Accommodation, Attempt, Exam, ItemResult

__all__ = ["GradebookRow", "list_candidates", "paper_figures"]


@dataclass(frozen=True, kw_only=True)
class GradebookRow:
    """One candidate of an exam with the attempt that counts (the best); `attempt` is None for who has not started."""

    user_id: int
    public_id: str
    name: str
    staff_number: str
    department: str
    attempt: Attempt | None
    attempts: int
    has_accommodation: bool

    @property
    def used_seconds(self) -> int | None:
        """Return the seconds between start and handing in."""
        if self.attempt is None or self.attempt.submitted_at is None:
            return None
        return max(0, int((self.attempt.submitted_at - self.attempt.started_at).total_seconds()))


def _rank(attempt: Attempt) -> tuple[int, Decimal, int]:
    """Order attempts by what counts for the learner: marked and highest, then the latest."""
    return (attempt.score is not None, attempt.score or Decimal(0), attempt.number)


def candidate_ids(exam: Exam, attempted: Sequence[int]) -> set[int]:
    """Return the people expected at an exam: its organisation's members or those with access, and all who sat it."""
    expected: set[int] = set(attempted)
    if exam.audience == Exam.Audience.ORGANIZATION and exam.organization_id:
        staff = staff_by_user(organization_id=exam.organization_id)
        expected |= {row.user_id for row in staff.values() if row.is_current}
    elif exam.audience == Exam.Audience.GRANTED:
        expected |= list_holder_ids(product_key=exam.product_key)
    return expected


def list_candidates(*, exam: Exam) -> list[GradebookRow]:
    """Return every candidate by name, those who have not started included. Statements do not grow with their number."""
    attempts: dict[int, list[Attempt]] = {}
    rows = Attempt.objects.filter(exam=exam).exclude(state=Attempt.State.VOIDED).defer("paper", "responses")
    for attempt in rows:
        attempts.setdefault(attempt.user_id, []).append(attempt)
    ids = candidate_ids(exam, list(attempts))
    people = get_user_model().objects.filter(pk__in=ids, deleted_at__isnull=True)
    memberships = {}
    if exam.organization_id:
        memberships = staff_by_user(organization_id=exam.organization_id, user_ids=sorted(ids))
    granted = set(Accommodation.objects.filter(exam=exam).values_list("user_id", flat=True))
    result = []
    for person in people:
        own = attempts.get(person.pk, [])
        member = memberships.get(person.pk)
        result.append(
            GradebookRow(
                user_id=person.pk,
                public_id=str(person.public_id),
                name=person.get_full_name(),
                staff_number=(member.staff_number if member else "") or "",
                department=(member.department_name if member else "") or "",
                attempt=max(own, key=_rank, default=None),
                attempts=len(own),
                has_accommodation=person.pk in granted,
            )
        )
    return sorted(result, key=lambda row: (row.department, row.name))


def _matrix(exam: Exam) -> tuple[dict[int, Decimal], list[dict[str, Any]]]:
    """Return totals by attempt and the results of graded attempts."""
    rows = Attempt.objects.filter(exam=exam, state=Attempt.State.GRADED, score__isnull=False)
    totals = {pk: score for pk, score in rows.values_list("pk", "score") if score is not None}
    results = ItemResult.objects.filter(exam_id=exam.pk, mark__isnull=False).values(
        "attempt_id", "question_id", "version_id", "mark", "maximum"
    )
    return totals, [row for row in results if row["attempt_id"] in totals]


def paper_figures(*, exam: Exam) -> PaperStatistics | None:
    """Return mean, spread and reliability where every attempt had the same questions and there are enough of them."""
    totals, results = _matrix(exam)
    by_version: dict[int, dict[int, float]] = {}
    for row in results:
        by_version.setdefault(row["version_id"], {})[row["attempt_id"]] = float(row["mark"])
    attempts = sorted(totals)
    if not by_version or any(len(marks) != len(attempts) for marks in by_version.values()):
        return None
    try:
        return paper_statistics(items=[[marks[attempt] for attempt in attempts] for marks in by_version.values()])
    except TooFewAttempts:
        return None
