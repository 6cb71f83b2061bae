"""Whose attempts the statistics of an exam are about, and who may read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from edu.organizations.queries import list_memberships, staff_by_user
from exams.models import Attempt, Exam
from exams.permissions import managed_exams


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What a person may read of an exam: everybody's figures (`organization_id` 0) or those of one organisation's
    people; `may_manage` where questions, keys and regrades are hers too."""

    exam: Exam
    organization_id: int
    may_manage: bool


def get_reader(user: Any, public_id: Any) -> Reader:
    """Return what the person may read; NotFound where it is nothing.

    Owners and operators read everybody's figures. Trainers read those of their own people alone: of their
    organisation's exams with the questions, of others that their people sat without them.
    """
    exam = Exam.objects.select_related("paper_version").filter(public_id=public_id).first()
    if exam is None:
        raise NotFound(_("There is no such exam."))
    trained = [row.organization_id for row in list_memberships(user_id=user.pk) if row.role == "trainer"]
    if managed_exams(user).filter(pk=exam.pk).exists():
        sees_all = user.is_superuser or user.is_operator or exam.owner_id == user.pk
        own = 0 if sees_all or exam.organization_id is None else exam.organization_id
        return Reader(exam=exam, organization_id=own, may_manage=True)
    for organization_id in trained:
        people = list(staff_by_user(organization_id=organization_id))
        if Attempt.objects.filter(exam=exam, user_id__in=people).exists():
            return Reader(exam=exam, organization_id=organization_id, may_manage=False)
    raise NotFound(_("There is no such exam."))


def counted_attempts(*, exam_ids: Sequence[int], counts_all: bool = False) -> QuerySet[Attempt]:
    """Return the marked attempts that count: of each learner the first, or all.

    One who sat several times knows the questions; counted each time she would make them look easier than they are.
    """
    rows = Attempt.objects.filter(exam_id__in=exam_ids, state=Attempt.State.GRADED, score__isnull=False)
    if counts_all:
        return rows
    earlier = Attempt.objects.filter(
        exam_id=OuterRef("exam_id"),
        user_id=OuterRef("user_id"),
        number__lt=OuterRef("number"),
        state__in=[Attempt.State.GRADED, Attempt.State.NEEDS_MARKING],
    )
    return rows.filter(~Exists(earlier))


def people_of(organization_id: int) -> set[int] | None:
    """Return the people of an organisation, those who left included; None for everybody (0)."""
    return set(staff_by_user(organization_id=organization_id)) if organization_id else None


def departments_of(organization_id: int | None) -> dict[int, str]:
    """Return the department of each person of an organisation, empty for none; nothing without an organisation."""
    if not organization_id:
        return {}
    return {
        user_id: row.department_name or "" for user_id, row in staff_by_user(organization_id=organization_id).items()
    }
