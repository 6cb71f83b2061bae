"""Who may mark, see the gradebook of, and steer an exam: its owner, trainers of its organisation, operators.

The only place of these rules; every page, API and use case of marking asks here. A stranger gets NotFound, as if there
were nothing.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from edu.organizations.queries import list_memberships
from exams.models import Attempt, Exam, ExamInvigilator


def managed_exams(user: Any) -> QuerySet[Exam]:
    """Return the exams whose attempts the person may mark and whose gradebook she may read: at most one statement
    more.
    """
    if not user.is_authenticated or not user.is_active:
        return Exam.objects.none()
    if user.is_superuser or user.is_operator:
        return Exam.objects.all()
    memberships = list_memberships(user_id=user.pk)
    trained = [row.organization_id for row in memberships if row.role == "trainer"]
    member = [row.organization_id for row in memberships]
    own = Q(owner=user) & (Q(organization__isnull=True) | Q(organization_id__in=member))
    return Exam.objects.filter(own | Q(organization_id__in=trained))


def get_managed_exam(user: Any, public_id: Any) -> Exam:
    """Return an exam the person may manage; NotFound otherwise."""
    exam = managed_exams(user).select_related("paper_version").filter(public_id=public_id).first()
    if exam is None:
        raise NotFound(_("There is no such exam."))
    return exam


def get_managed_attempt(user: Any, public_id: Any) -> Attempt:
    """Return an attempt of an exam the person may manage, with exam and learner; NotFound otherwise."""
    attempt = (
        Attempt.objects.filter(public_id=public_id, exam__in=managed_exams(user).values("pk"))
        .select_related("exam", "user")
        .first()
    )
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    return attempt


def invigilated_exams(user: Any) -> QuerySet[Exam]:
    """Return the exams whose room the person may watch and act in: those she manages, and those she was named for."""
    if not user.is_authenticated or not user.is_active:
        return Exam.objects.none()
    named = ExamInvigilator.objects.filter(user=user).values("exam_id")
    return Exam.objects.filter(Q(pk__in=managed_exams(user).values("pk")) | Q(pk__in=named)).exclude(
        status=Exam.Status.DRAFT
    )


def get_invigilated_exam(user: Any, public_id: Any) -> Exam:
    """Return an exam whose room the person may watch and act in; NotFound otherwise."""
    exam = invigilated_exams(user).select_related("paper_version").filter(public_id=public_id).first()
    if exam is None:
        raise NotFound(_("There is no such exam."))
    return exam


def can_manage_exams(user: Any) -> bool:
    """Whether marking pages mean anything to the person: instructors, trainers and operators."""
    if not user.is_authenticated:
        return False
    if user.is_superuser or user.is_operator or user.is_instructor:
        return True
    return any(row.role == "trainer" for row in list_memberships(user_id=user.pk))
