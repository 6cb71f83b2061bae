"""The nightly roll-up, and today's figures every quarter of an hour."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from edu.analytics.services import roll_up


@shared_task(name="edu.analytics.tasks.roll_up_recent")
def roll_up_recent() -> None:
    """Compute yesterday and today anew: late payments and late saves belong to their day."""
    today = timezone.localdate()
    roll_up(day=today - timedelta(days=1))
    roll_up(day=today)
