"""Extending, closing and deleting assignments."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.training.assignments.opening import end_access
from edu.training.models import Assignment, AssignmentTarget
from edu.training.policies import require_trainer


def get_assignment(*, organization_id: int, assignment_id: int) -> Assignment:
    """Return an assignment of the organisation; NotFound when there is none or it was deleted."""
    row = Assignment.objects.filter(organization_id=organization_id, pk=assignment_id, deleted_at__isnull=True).first()
    if row is None:
        raise NotFound(_("There is no such assignment."))
    return row


def extend_assignment(
    *, actor: User | None, organization_id: int, assignment_id: int, due_at: datetime, now: datetime | None = None
) -> None:
    """Move the deadline of a running assignment. Messages about the deadline start afresh."""
    require_trainer(actor=actor, organization_id=organization_id)
    with transaction.atomic():
        row = get_assignment(organization_id=organization_id, assignment_id=assignment_id)
        if row.closed_at is not None:
            raise Conflict(_("The assignment is closed."))
        if due_at <= (now or now_utc()):
            raise InvalidInput(_("The deadline has passed already."), field="due_on")
        before, row.due_at = row.due_at, due_at
        row.save(update_fields=["due_at"])
        AssignmentTarget.objects.filter(assignment=row).update(noticed="")
        _record(actor, "assignment.extend", row, {"due_at": [before.isoformat(), due_at.isoformat()]})


def close_assignment(*, actor: User | None, organization_id: int, assignment_id: int) -> None:
    """End an assignment: progress stands still, nobody is reminded, access stays."""
    require_trainer(actor=actor, organization_id=organization_id)
    with transaction.atomic():
        row = get_assignment(organization_id=organization_id, assignment_id=assignment_id)
        if Assignment.objects.filter(pk=row.pk, closed_at__isnull=True).update(closed_at=now_utc()):
            _record(actor, "assignment.close", row)


def reopen_assignment(*, actor: User | None, organization_id: int, assignment_id: int) -> None:
    """Undo the closing of an assignment."""
    require_trainer(actor=actor, organization_id=organization_id)
    with transaction.atomic():
        row = get_assignment(organization_id=organization_id, assignment_id=assignment_id)
        if Assignment.objects.filter(pk=row.pk, closed_at__isnull=False).update(closed_at=None):
            _record(actor, "assignment.reopen", row)


def delete_assignment(
    *, actor: User | None, organization_id: int, assignment_id: int, now: datetime | None = None
) -> None:
    """Take an assignment away: what it opened closes, seats it took return; results of learning stay with people."""
    require_trainer(actor=actor, organization_id=organization_id)
    moment = now or now_utc()
    with transaction.atomic():
        row = get_assignment(organization_id=organization_id, assignment_id=assignment_id)
        Assignment.objects.filter(pk=row.pk).update(deleted_at=moment)
        end_access(assignment=row, now=moment)
        _record(actor, "assignment.delete", row)


def _record(actor: User | None, action: str, row: Assignment, changes: dict[str, object] | None = None) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="assignment",
        object_id=row.public_id,
        object_label=row.title,
        changes=changes,
        organization_id=row.organization_id,
    )
