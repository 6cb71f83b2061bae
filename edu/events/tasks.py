"""Celery's way into event delivery: a hint after each commit, and the sweep every few seconds."""

from celery import shared_task

from edu.events.dispatch import deliver_due


@shared_task(name="edu.events.tasks.deliver_events")  # type: ignore[untyped-decorator] # Celery has no types
def deliver_events() -> int:
    """Deliver what is due; return how many events were completed."""
    return deliver_due()
