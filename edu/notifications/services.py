"""Telling people: a message behind the bell and, where wished, its copy by mail."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.events.publish import publish, publish_all
from edu.events.types import MailsSwitchedOff
from edu.jobs.services import enqueue
from edu.notifications.kinds import CATEGORIES, get_kind
from edu.notifications.models import Notification, NotificationPreference
from edu.notifications.wording import word_message

__all__ = ["mark_all_read", "mark_read", "notify", "set_muted_categories", "switch_off_mails", "switch_on_mails"]


def notify(
    *,
    user_id: int,
    kind: str,
    context: dict[str, Any],
    url: str = "",
    dedupe_key: str | None = None,
    mail: bool = True,
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
        title, body = word_message(kind=registered, context=context, user=user, url=url)
    row = Notification.objects.create(
        user=user,
        kind=kind,
        dedupe_key=dedupe_key,
        title=title[:200],
        body=body,
        url=url,
        context=context,
        created_at=now_utc(),
    )
    muted = (
        not registered.essential
        and NotificationPreference.objects.filter(user=user, category=registered.category).exists()
    )
    if mail and user.email and not muted:
        enqueue(kind="notifications.mail", arguments={"notification_id": row.pk}, unique_key=f"mail:{row.pk}")
    return row


def mark_read(*, user_id: int, public_id: uuid.UUID) -> Notification:
    """Note that the person has seen the message and return it; NotFound when it is not hers."""
    row = Notification.objects.filter(user_id=user_id, public_id=public_id).first()
    if row is None:
        raise NotFound(_("There is no such message."))
    Notification.objects.filter(pk=row.pk, read_at__isnull=True).update(read_at=now_utc())
    return row


def mark_all_read(*, user_id: int) -> int:
    """Note that the person has seen every message; return how many were new."""
    return Notification.objects.filter(user_id=user_id, read_at__isnull=True).update(read_at=now_utc())


@transaction.atomic
def set_muted_categories(*, user_id: int, categories: Iterable[str]) -> None:
    """Send the person no mails of exactly these categories; InvalidInput for one that does not exist."""
    wanted = set(categories)
    if wanted - set(CATEGORIES):
        raise InvalidInput(_("There is no such category."), field="categories")
    NotificationPreference.objects.filter(user_id=user_id).exclude(category__in=wanted).delete()
    before = set(NotificationPreference.objects.filter(user_id=user_id).values_list("category", flat=True))
    new = sorted(wanted - before)
    NotificationPreference.objects.bulk_create(
        [NotificationPreference(user_id=user_id, category=name) for name in new], ignore_conflicts=True
    )
    publish_all([MailsSwitchedOff(user_id=user_id, category=name) for name in new])


@transaction.atomic
def switch_off_mails(*, user_id: int, category: str) -> None:
    """Send the person no more mails of one category; calling it again changes nothing. Rooms that send by the clock
    hear of it (MailsSwitchedOff) and may stop altogether."""
    if category not in CATEGORIES:
        raise InvalidInput(_("There is no such category."), field="category")
    _row, is_new = NotificationPreference.objects.get_or_create(user_id=user_id, category=category)
    if is_new:
        publish(MailsSwitchedOff(user_id=user_id, category=category))


def switch_on_mails(*, user_id: int, category: str) -> None:
    """Send the person mails of one category again, at her own wish; calling it again changes nothing."""
    if category not in CATEGORIES:
        raise InvalidInput(_("There is no such category."), field="category")
    NotificationPreference.objects.filter(user_id=user_id, category=category).delete()
