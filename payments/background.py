"""Jobs of the payments room: applying notifications, and the sandbox's delayed ones."""

import uuid
from typing import Any

from edu.jobs.registry import job
from edu.jobs.run import JobContext
from payments.checkout.apply_event import apply_event
from payments.checkout.record_event import receive_notification
from payments.models import SandboxCharge
from payments.providers.sandbox import Sandbox


@job("payments.apply_event")
def apply_provider_event(context: JobContext, *, provider_event_id: int) -> dict[str, Any]:
    """Apply one stored notification."""
    return {"outcome": apply_event(provider_event_id=provider_event_id)}


@job("payments.sandbox_notification")
def send_sandbox_notification(context: JobContext, *, reference: str) -> dict[str, Any]:
    """Send what the sandbox has to say about a settled charge, as a signed notification."""
    charge = SandboxCharge.objects.exclude(outcome="open").get(reference=uuid.UUID(reference))
    headers, body = Sandbox().notification_for(charge)
    event = receive_notification(provider=Sandbox.name, headers=headers, body=body)
    return {"event_id": event.event_id}
