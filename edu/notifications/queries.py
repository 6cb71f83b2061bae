"""Reads of messages for pages and other rooms."""

from typing import Any

from edu.notifications.models import Notification, NotificationPreference


def count_unread(*, user_id: int) -> int:
    """Return how many messages the person has not seen, in one query."""
    return Notification.objects.filter(user_id=user_id, read_at__isnull=True).count()


def list_muted_categories(*, user_id: int) -> set[str]:
    """Return the categories of which the person gets no mails."""
    return set(NotificationPreference.objects.filter(user_id=user_id).values_list("category", flat=True))


def describe_messages(*, user_id: int) -> list[dict[str, Any]]:
    """Return every message to the person, for the download of her data."""
    return [
        {"at": row.created_at.isoformat(), "title": row.title, "body": row.body}
        for row in Notification.objects.filter(user_id=user_id)
    ]
