"""Writes of the website room."""

from typing import Any

from django.db import transaction

from edu.core.clock import now_utc
from edu.events.publish import publish
from edu.events.types import EnquiryReceived
from edu.website.models.enquiry import Enquiry

__all__ = ["receive_enquiry"]


def receive_enquiry(*, values: dict[str, Any], source: str) -> Enquiry:
    """Store an enquiry and tell the operators; `values` are the cleaned fields of EnquiryForm."""
    fields = {name: values.get(name) for name in ("company", "name", "phone", "email", "staff_count", "message")}
    with transaction.atomic():
        row = Enquiry.objects.create(**fields, source=source[:200], created_at=now_utc())
        publish(EnquiryReceived(enquiry_id=row.pk))
    return row
