"""Taking in what a provider says: verified, stored once, answered; applying it is a job of its own."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from edu.core.clock import now_utc
from edu.jobs.services import enqueue
from payments.models import ProviderEvent
from payments.providers.base import ProviderNotice
from payments.providers.registry import get_provider

logger = logging.getLogger(__name__)


def receive_notification(
    *, provider: str, headers: Mapping[str, str], body: bytes, now: datetime | None = None
) -> ProviderEvent:
    """Verify and store a notification; the same one again returns the row of the first.

    BadNotification when it is not authentic: nothing is stored. NotFound when the provider is not offered.
    """
    notice = get_provider(provider).read_notification(headers=headers, body=body)
    return record_event(notice=notice, now=now)


def record_event(*, notice: ProviderNotice, now: datetime | None = None) -> ProviderEvent:
    """Store a verified notice under unique (provider, event id) and ask for its application, in one transaction."""
    moment = now or now_utc()
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = ProviderEvent.objects.create(
                    provider=notice.provider,
                    event_id=notice.event_id,
                    kind=notice.kind,
                    reference=notice.reference,
                    provider_reference=notice.provider_reference,
                    amount_minor=notice.amount_minor,
                    currency=notice.currency,
                    occurred_at=notice.occurred_at,
                    received_at=moment,
                    body=notice.body,
                )
        except IntegrityError:
            known = ProviderEvent.objects.get(provider=notice.provider, event_id=notice.event_id)
            if (known.amount_minor, known.currency, known.kind) != (
                notice.amount_minor,
                notice.currency,
                notice.kind,
            ):
                logger.warning("%s sent event %s again with other contents", notice.provider, notice.event_id)
            return known
        enqueue(
            kind="payments.apply_event",
            arguments={"provider_event_id": row.pk},
            unique_key=f"payments.apply_event:{row.pk}",
        )
    return row
