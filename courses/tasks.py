"""Periodic work of the courses room."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_scheduled_pages() -> None:
    """Publish the pages whose time has come and take back those whose time is over; repeating it changes nothing."""
    call_command("publish_scheduled", verbosity=0)
