"""Finding what a crash, a lost message or a silent provider left behind. Every sweep may run at any time."""

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q

from payments.checkout.apply_event import apply_event
from payments.checkout.close_order import expire_order
from payments.checkout.fulfil_order import fulfil_order
from payments.checkout.record_event import record_event
from payments.checkout.settle_refund import send_refund
from payments.models import IdempotencyKey, Order, Payment, ProviderEvent, Refund
from payments.providers.base import ProviderUnavailable
from payments.providers.registry import get_known_provider

logger = logging.getLogger(__name__)

ASK_AFTER_SECONDS = 30
ASK_EVERY_SECONDS = 60
ASK_FOR_DAYS = 7
KEEP_KEYS_DAYS = 7
BATCH = 200


def finish_interrupted(*, now: datetime, grace_seconds: int = 10) -> int:
    """Apply notifications that wait, open orders that are paid, send refunds that were ordered; return how many."""
    before = now - timedelta(seconds=grace_seconds)
    done = 0
    events = ProviderEvent.objects.filter(applied_at__isnull=True, received_at__lte=before)
    for pk in list(events.values_list("pk", flat=True)[:BATCH]):
        apply_event(provider_event_id=pk, now=now)
        done += 1
    paid = Order.objects.filter(state=Order.State.PAID, fulfilled_at__isnull=True, paid_at__lte=before)
    for pk in list(paid.values_list("pk", flat=True)[:BATCH]):
        done += fulfil_order(order_id=pk, now=now)
    refunds = Refund.objects.filter(state=Refund.State.CREATED, created_at__lte=before)
    for pk in list(refunds.values_list("pk", flat=True)[:BATCH]):
        done += send_refund(refund_id=pk, now=now) != Refund.State.CREATED
    return done


def poll_payments(*, now: datetime, order_id: int | None = None) -> int:
    """Ask providers about payments that stay silent (of one order: about all of them); return how many had news."""
    # A payment closed on our side is asked about too: its buyer may have paid in the same moment.
    due = Payment.objects.exclude(state=Payment.State.CONFIRMED).filter(
        created_at__gte=now - timedelta(days=ASK_FOR_DAYS)
    )
    if order_id is not None:
        due = due.filter(order_id=order_id)
    else:
        due = due.filter(
            Q(asked_at__isnull=True) | Q(asked_at__lte=now - timedelta(seconds=ASK_EVERY_SECONDS)),
            created_at__lte=now - timedelta(seconds=ASK_AFTER_SECONDS),
            state__in=[Payment.State.CREATED, Payment.State.PENDING],
        )
    news = 0
    for payment in due.order_by(F("asked_at").asc(nulls_first=True), "pk")[:BATCH]:
        Payment.objects.filter(pk=payment.pk).update(asked_at=now)
        try:
            notice = get_known_provider(payment.provider).ask(payment.public_id)
        except ProviderUnavailable as error:
            logger.warning("provider %s is away: %s", payment.provider, error)
            continue
        if notice is None:
            continue
        event = record_event(notice=notice, now=now)
        if event.applied_at is None:
            apply_event(provider_event_id=event.pk, now=now)
            news += 1
    return news


def poll_refunds(*, now: datetime) -> int:
    """Ask providers about refunds that are on their way; return about how many there was news."""
    due = Refund.objects.filter(
        Q(asked_at__isnull=True) | Q(asked_at__lte=now - timedelta(seconds=ASK_EVERY_SECONDS)),
        state=Refund.State.PENDING,
    ).select_related("payment")
    news = 0
    for refund in due.order_by(F("asked_at").asc(nulls_first=True), "pk")[:BATCH]:
        Refund.objects.filter(pk=refund.pk).update(asked_at=now)
        try:
            notice = get_known_provider(refund.payment.provider).ask_refund(refund.public_id)
        except ProviderUnavailable as error:
            logger.warning("provider %s is away: %s", refund.payment.provider, error)
            continue
        if notice is None:
            continue
        event = record_event(notice=notice, now=now)
        if event.applied_at is None:
            apply_event(provider_event_id=event.pk, now=now)
            news += 1
    return news


def expire_orders(*, now: datetime) -> int:
    """Expire unpaid orders whose time ran out, after asking their providers once more; return how many."""
    due = Order.objects.filter(state=Order.State.PENDING, expires_at__lte=now)
    expired = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        poll_payments(now=now, order_id=pk)
        expired += expire_order(order_id=pk, now=now)
    return expired


def forget_keys(*, now: datetime) -> int:
    """Delete idempotency keys that are older than KEEP_KEYS_DAYS; return how many."""
    old = IdempotencyKey.objects.filter(created_at__lt=now - timedelta(days=KEEP_KEYS_DAYS))
    return old.delete()[0]
