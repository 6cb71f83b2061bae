"""Whose attempts the statistics of an exam are about, and who may read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from edu.organizations.queries import MembershipView, list_memberships, staff_by_user
from exams.models import Attempt, Exam
from exams.permissions import managed_exams


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What a person may read of an exam: everybody's figures (`organization_id` 0) or those of one organisation's
    people; `may_manage` where questions, keys and regrades are hers too. `organizations` are those whose people she
    can choose, more than one for a trainer of several; `of` is the address of the chosen one, "" for the first."""

    exam: Exam
    organization_id: int
    may_manage: bool
    organizations: tuple[MembershipView, ...] = ()
    of: str = ""


def get_reader(user: Any, public_id: Any, *, of: str = "") -> Reader:
    """Return what the person may read; NotFound where it is nothing. `of` is the public id of the organisation whose
    people are meant, where she trains several.

    Owners and operators read everybody's figures. Trainers read those of their own people alone: of their
    organisation's exams with the questions, of others that their people sat without them.
    """
    exam = Exam.objects.select_related("paper_version").filter(public_id=public_id).first()
    if exam is None:
        raise NotFound(_("There is no such exam."))
    trained = [row for row in list_memberships(user_id=user.pk) if row.role == "trainer"]
    manages = managed_exams(user).filter(pk=exam.pk).exists()
    sees_all = manages and (
        user.is_superuser or user.is_operator or exam.owner_id == user.pk or exam.organization_id is None
    )
    if sees_all:
        return Reader(exam=exam, organization_id=0, may_manage=True)
    own = [row for row in trained if manages and row.organization_id == exam.organization_id]
    choices = (*own, *(row for row in trained if row not in own and _sat(exam, row.organization_id)))
    chosen = next((row for row in choices if str(row.organization_public_id) == of), None)
    if (of and chosen is None) or not (choices or manages):
        raise NotFound(_("There is no such exam."))
    first = chosen or (choices[0] if choices else None)
    organization_id = exam.organization_id if manages and chosen is None else first and first.organization_id
    return Reader(
        exam=exam,
        organization_id=organization_id or 0,
        may_manage=manages and organization_id == exam.organization_id,
        organizations=choices,
        of=of,
    )


def _sat(exam: Exam, organization_id: int) -> bool:
    people = list(staff_by_user(organization_id=organization_id))
    return Attempt.objects.filter(exam=exam, user_id__in=people).exists()


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
