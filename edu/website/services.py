"""Writes of the website room."""

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotAllowed, NotFound
from edu.events.publish import publish
from edu.events.types import EnquiryReceived
from edu.website.models.enquiry import Enquiry

__all__ = ["follow_up_enquiry", "receive_enquiry"]


def receive_enquiry(*, values: dict[str, Any], source: str) -> Enquiry:
    """Store an enquiry and tell the operators; `values` are the cleaned fields of EnquiryForm."""
    fields = {name: values.get(name) or "" for name in ("company", "name", "phone", "email", "message")}
    with transaction.atomic():
        row = Enquiry.objects.create(
            **fields, staff_count=values.get("staff_count"), source=source[:200], created_at=now_utc()
        )
        publish(EnquiryReceived(enquiry_id=row.pk))
    return row


def follow_up_enquiry(*, actor: Any, public_id: uuid.UUID, state: str, note: str) -> Enquiry:
    """Write how far the follow-up of an enquiry is; the actor becomes who handles it.

    NotAllowed for others than operators, NotFound, InvalidInput for an unknown state.
    """
    if not (actor.is_active and (actor.is_operator or actor.is_superuser)):
        raise NotAllowed(_("Only an operator may do this."))
    if state not in Enquiry.State.values:
        raise InvalidInput(_("There is no such state."), field="state")
    with transaction.atomic():
        row = Enquiry.objects.select_for_update().filter(public_id=public_id).first()
        if row is None:
            raise NotFound(_("There is no such enquiry."))
        before, row.state = row.state, state
        row.note = note.strip()
        row.handled_by = actor
        row.save(update_fields=["state", "note", "handled_by", "updated_at"])
        record(
            actor=actor,
            action="enquiry.follow_up",
            object_kind="enquiry",
            object_id=row.public_id,
            object_label=str(row),
            changes={"state": [before, state]},
        )
    return row
