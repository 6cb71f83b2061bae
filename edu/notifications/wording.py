"""Putting a message into words in the language of the moment."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from edu.notifications.kinds import Kind
from edu.notifications.models import Notification


def word_message(*, kind: Kind, context: dict[str, Any], user: Any, url: str) -> tuple[str, str]:
    """Return title and body of a message in the active language."""
    values = {**context, "user": user, "url": url, "base_url": settings.BASE_URL}
    title, _newline, body = render_to_string(f"{kind.template}.txt", values).strip().partition("\n")
    return title, body.strip()


def word_again(row: Notification, *, kind: Kind | None, user: Any) -> tuple[str, str]:
    """Return title and body of a kept message in the active language: the reader may have changed hers since.

    A message of a kind that is gone keeps the words with which it was sent.
    """
    if kind is None:
        return row.title, row.body
    title, body = word_message(kind=kind, context=row.context, user=user, url=row.url)
    return title[:200], body
