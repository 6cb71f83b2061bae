"""Which exams a person finds statistics of: those she manages, and those that her organisations' people sat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from edu.organizations.queries import list_memberships, staff_by_user
from exams.models import Attempt, Exam
from exams.permissions import managed_exams


@dataclass(frozen=True, kw_only=True)
class ReadableExams:
    """The exams, newest first, and whose attempts stand behind them: `people` None where everybody's may be read."""

    rows: QuerySet[Exam]
    people: set[int] | None
    is_trainer: bool


def list_readable(*, user: Any) -> ReadableExams:
    """Return the exams whose statistics the person may open (see `exams.figures.population.get_reader`): four
    statements at most; none for strangers.
    """
    if user.is_superuser or user.is_operator:
        sat = Exam.objects.filter(pk__in=Attempt.objects.values("exam_id"))
        return ReadableExams(rows=_newest(sat), people=None, is_trainer=False)
    trained = [row.organization_id for row in list_memberships(user_id=user.pk) if row.role == "trainer"]
    people = {pk for organization_id in trained for pk in staff_by_user(organization_id=organization_id)}
    own = Q(pk__in=managed_exams(user).filter(pk__in=Attempt.objects.values("exam_id")).values("pk"))
    sat_by_people = Q(pk__in=Attempt.objects.filter(user_id__in=people).values("exam_id"))
    rows = Exam.objects.filter(own | sat_by_people if people else own)
    return ReadableExams(rows=_newest(rows), people=people if trained else None, is_trainer=bool(trained))


def _newest(rows: QuerySet[Exam]) -> QuerySet[Exam]:
    return rows.order_by("-opens_at", "-pk").only("public_id", "title", "opens_at", "closes_at", "owner_id")


def count_attempts(*, exam_ids: Sequence[int], people: set[int] | None, owner_id: int) -> dict[int, int]:
    """Return how many attempts were begun by exam: of those people, or of everybody (None, and in exams of
    `owner_id`). One statement.
    """
    rows = Attempt.objects.filter(exam_id__in=exam_ids).exclude(state=Attempt.State.VOIDED)
    if people is not None:
        rows = rows.filter(Q(user_id__in=people) | Q(exam__owner_id=owner_id))
    return dict(rows.order_by().values_list("exam_id").annotate(n=Count("pk")))
