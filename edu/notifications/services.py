"""Telling people: a message behind the bell and, where wished, its copy by mail."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.utils import translation

from edu.core.clock import now_utc
from edu.jobs.services import enqueue
from edu.notifications.kinds import get_kind
from edu.notifications.models import Notification, NotificationPreference

__all__ = ["notify"]


def notify(
    *, user_id: int, kind: str, context: dict[str, Any], url: str = "", dedupe_key: str | None = None
) -> Notification | None:
    """Write a message to a person in her language and queue its mail copy, all in the caller's transaction.

    `context` holds plain JSON values for the templates of the kind (see `Kind`). With a `dedupe_key` that was used
    before nothing happens and None is returned, so that a handler may be called twice.
    """
    registered = get_kind(kind)
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    if dedupe_key is not None and Notification.objects.filter(dedupe_key=dedupe_key).exists():
        return None
    with translation.override(user.language or settings.LANGUAGE_CODE):
        values = {**context, "user": user, "url": url, "base_url": settings.BASE_URL}
        title, _newline, body = render_to_string(f"{registered.template}.txt", values).strip().partition("\n")
    row = Notification.objects.create(
        user=user,
        kind=kind,
        dedupe_key=dedupe_key,
        title=title[:200],
        body=body.strip(),
        url=url,
        context=context,
        created_at=now_utc(),
    )
    muted = (
        not registered.essential
        and NotificationPreference.objects.filter(user=user, category=registered.category).exists()
    )
    if user.email and not muted:
        enqueue(kind="notifications.mail", arguments={"notification_id": row.pk}, unique_key=f"mail:{row.pk}")
    return row
