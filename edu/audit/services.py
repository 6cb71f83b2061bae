"""Writing the audit log; every use case that changes something of weight calls `record` in its transaction."""

from typing import Any

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.request_id import current_request_id

__all__ = ["record"]


def record(
    *,
    actor: Any | None,
    action: str,
    object_kind: str,
    object_id: object,
    object_label: str = "",
    changes: dict[str, Any] | None = None,
    organization_id: int | None = None,
    ip_address: str | None = None,
) -> None:
    """Add one entry: `actor` (None = the system) did `action` to the object.

    `changes` maps a field to [before, after], or holds details; it must be JSON and hold no secrets. Joins the
    caller's transaction, so that an act and its trace stand or fall together.
    """
    AuditEntry.objects.create(
        at=now_utc(),
        actor=actor,
        actor_label=str(actor) if actor is not None else "system",
        action=action,
        object_kind=object_kind,
        object_id=str(object_id),
        object_label=object_label[:300],
        organization_id=organization_id,
        changes=changes or {},
        ip_address=ip_address,
        request_id=current_request_id(),
    )
