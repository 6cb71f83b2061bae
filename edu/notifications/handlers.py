"""What notifications do when news arrives."""

from django.urls import reverse

from edu.events.types import AccountDeleted, JobFinished, UserRegistered
from edu.jobs.queries import find_job
from edu.notifications.models import Notification, NotificationPreference
from edu.notifications.services import notify

MAIL_AFTER_SECONDS = 60
"""Whoever asked for shorter work is still looking at its page; a mail would only be noise."""


def welcome(event: UserRegistered) -> None:
    """Greet a person who has just registered."""
    notify(
        user_id=event.user_id,
        kind="notifications.welcome",
        context={},
        url=reverse("accounts:profile"),
        dedupe_key=f"welcome:{event.user_id}",
    )


def tell_job_finished(event: JobFinished) -> None:
    """Tell a person that work she asked for is done or has failed; by mail too when it took long."""
    job = find_job(job_id=event.job_id)
    if job is None:
        return
    notify(
        user_id=event.owner_id,
        kind="notifications.job_finished" if event.state == "done" else "notifications.job_failed",
        context={"title": job.title, "error": job.error},
        url=reverse("jobs:detail", args=[job.public_id]),
        dedupe_key=f"job:{event.job_id}",
        mail=event.seconds >= MAIL_AFTER_SECONDS,
    )


def empty_messages(event: AccountDeleted) -> None:
    """Delete the messages of a person who has left."""
    Notification.objects.filter(user_id=event.user_id).delete()
    NotificationPreference.objects.filter(user_id=event.user_id).delete()
