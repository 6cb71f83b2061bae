"""Reads of the audit log."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from edu.audit.models import AuditEntry
from edu.audit.wording import action_label


@dataclass(frozen=True, kw_only=True)
class ObjectEntry:
    """One act on an object, in words."""

    at: datetime
    action: str
    label: str
    actor_label: str
    changes: dict[str, Any]


def find_entries(
    *,
    query: str = "",
    action: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
    organization_id: int | None = None,
) -> QuerySet[AuditEntry]:
    """Return entries, newest first; `query` looks at the actor's and the object's name and id."""
    rows = AuditEntry.objects.all()
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    if query:
        rows = rows.filter(
            Q(actor_label__icontains=query) | Q(object_label__icontains=query) | Q(object_id__icontains=query)
        )
    if action:
        rows = rows.filter(action__startswith=action)
    if from_on:
        rows = rows.filter(at__date__gte=from_on)
    if to_on:
        rows = rows.filter(at__date__lte=to_on)
    return rows


def list_actions() -> list[str]:
    """Return every action that occurs."""
    return list(AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct())


def list_entries_about(*, user_id: int, public_id: str, limit: int) -> list[AuditEntry]:
    """Return the latest entries about a person, or of what she did herself."""
    return list(AuditEntry.objects.filter(Q(actor_id=user_id) | Q(object_kind="user", object_id=public_id))[:limit])


def list_object_entries(*, object_kind: str, object_id: str) -> list[ObjectEntry]:
    """Return the acts on one object, the earliest first: one statement."""
    rows = AuditEntry.objects.filter(object_kind=object_kind, object_id=object_id).order_by("at", "id")
    return [
        ObjectEntry(
            at=row.at,
            action=row.action,
            label=str(action_label(row.action)),
            actor_label=row.actor_label,
            changes=row.changes,
        )
        for row in rows
    ]
