"""What single learners get beyond an exam's rules: listed, taken back, copied from an earlier exam. Writing one is
`exams.delivery.extend.set_accommodation`. Callers have fetched the exams through `exams.permissions`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from edu.accounts.queries import users_by_identifier
from edu.audit.services import record
from edu.core.errors import Conflict, NotFound
from edu.organizations.queries import is_current_member, staff_by_user
from exams.marking.gradebook import candidate_ids
from exams.models import Accommodation, Attempt, Exam

FOUND_LIMIT = 20


@dataclass(frozen=True, kw_only=True)
class Learner:
    """A learner who may be given something."""

    id: int
    public_id: str
    name: str
    staff_number: str = ""
    department: str = ""


def list_accommodations(*, exam: Exam) -> list[tuple[Learner, Accommodation]]:
    """Return what is given to whom, by name. Two statements at most."""
    rows = list(Accommodation.objects.filter(exam=exam).select_related("user"))
    staff = _staff(exam, [row.user_id for row in rows])
    pairs = [(_learner(row.user, staff), row) for row in rows]
    return sorted(pairs, key=lambda pair: (pair[0].name, pair[0].id))


def _staff(exam: Exam, user_ids: Sequence[int]) -> dict[int, Any]:
    if exam.organization_id is None or not user_ids:
        return {}
    return staff_by_user(organization_id=exam.organization_id, user_ids=user_ids)


def _learner(user: Any, staff: dict[int, Any]) -> Learner:
    member = staff.get(user.pk)
    return Learner(
        id=user.pk,
        public_id=str(user.public_id),
        name=user.get_full_name(),
        staff_number=(member.staff_number if member else "") or "",
        department=(member.department_name if member else "") or "",
    )


def find_learners(*, exam: Exam, text: str) -> list[Learner]:
    """Return candidates of the exam whose name or staff number holds the text, or anybody by the whole mail address or
    phone number; of an organisation's exam only its own people. At most 20.
    """
    wanted = text.strip()
    if not wanted:
        return []
    ids = candidate_ids(exam, list(Attempt.objects.filter(exam=exam).values_list("user_id", flat=True)))
    staff = _staff(exam, sorted(ids))
    numbered = [user_id for user_id, row in staff.items() if wanted.casefold() in (row.staff_number or "").casefold()]
    named = Q(real_name__icontains=wanted) | Q(display_name__icontains=wanted)
    people = get_user_model().objects.filter(pk__in=ids, deleted_at__isnull=True)
    found = {row.pk: row for row in people.filter(named | Q(pk__in=numbered))[:FOUND_LIMIT]}
    for person in users_by_identifier(identifiers={wanted, wanted.lower()}).values():
        if person.is_active and person.deleted_at is None and may_be_given(exam=exam, user_id=person.pk):
            found.setdefault(person.pk, person)
    rows = [_learner(person, staff) for person in found.values()]
    return sorted(rows, key=lambda row: row.name)[:FOUND_LIMIT]


def may_be_given(*, exam: Exam, user_id: int) -> bool:
    """Whether a person may be given something in this exam: of an organisation's exam, its own people only."""
    if exam.organization_id is None:
        return True
    return (
        is_current_member(user_id=user_id, organization_id=exam.organization_id)
        or Attempt.objects.filter(exam=exam, user_id=user_id).exists()
    )


def get_learner(*, exam: Exam, public_id: Any) -> Learner:
    """Return a person who may be given something in this exam; NotFound otherwise."""
    user = get_user_model().objects.filter(public_id=public_id, is_active=True, deleted_at__isnull=True).first()
    is_present = user is not None and Accommodation.objects.filter(exam=exam, user=user).exists()
    if user is None or not (is_present or may_be_given(exam=exam, user_id=user.pk)):
        raise NotFound(_("There is no such learner."))
    return _learner(user, _staff(exam, [user.pk]))


def remove_accommodation(*, exam: Exam, user_id: int, actor: Any) -> None:
    """Take back what a learner gets; the deadline of an attempt under way stays. NotFound when there is nothing."""
    with transaction.atomic():
        row = Accommodation.objects.filter(exam=exam, user_id=user_id).select_related("user").first()
        if row is None:
            raise NotFound(_("Nothing is given to this learner."))
        row.delete()
        _record(exam, "exam.remove_accommodation", actor, {"user_id": user_id, "person": str(row.user)})


def list_sources(*, exam: Exam, exams: QuerySet[Exam]) -> list[Exam]:
    """Return those of `exams` from which accommodations can be copied: of the same owner or organisation, latest
    first, with their number in `given`.
    """
    same = Q(organization_id=exam.organization_id) if exam.organization_id else Q(
        owner_id=exam.owner_id, organization__isnull=True
    )  # fmt: skip
    rows = exams.filter(same).exclude(pk=exam.pk).annotate(given=Count("accommodations"))
    return list(rows.filter(given__gt=0).order_by("-opens_at", "-id")[:50])


def copy_accommodations(*, exam: Exam, source: Exam, actor: Any) -> int:
    """Give learners what they had in another exam, save their own windows, whose dates are past; return how many.

    Who has something here already keeps it. Conflict when nothing is left to copy.
    """
    present = Accommodation.objects.filter(exam=exam).values("user_id")
    rows = [
        Accommodation(
            exam=exam,
            user_id=row.user_id,
            extra_percent=row.extra_percent,
            extra_seconds=row.extra_seconds,
            extra_attempts=row.extra_attempts,
            reason=row.reason,
        )
        for row in Accommodation.objects.filter(exam=source).exclude(user_id__in=present)
        if row.extra_percent or row.extra_seconds or row.extra_attempts
    ]
    if not rows:
        raise Conflict(_("There is nothing to copy: everybody has it already, or had only another window."))
    with transaction.atomic():
        Accommodation.objects.bulk_create(rows, ignore_conflicts=True)
        _record(exam, "exam.copy_accommodations", actor, {"from": str(source.public_id), "learners": len(rows)})
    return len(rows)


def _record(exam: Exam, action: str, actor: Any, changes: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="exam",
        object_id=exam.public_id,
        object_label=exam.title,
        changes=changes,
        organization_id=exam.organization_id,
    )
