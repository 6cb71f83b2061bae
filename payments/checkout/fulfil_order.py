"""Opening what a paid order bought: grants, revenue, and the news of it. Repeating it changes nothing."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from edu.access.queries import why_not
from edu.access.services import give_grant
from edu.core.clock import now_utc
from edu.events.publish import publish
from edu.events.types import OrderPaid
from edu.notifications.services import notify
from payments.checkout.history import post
from payments.domain.ledger import revenue_postings
from payments.models import LedgerEntry, Offer, Order, OrderLine
from payments.wording import money_label


def fulfil_order(*, order_id: int, now: datetime | None = None) -> bool:
    """Write the grants of a paid order, earn its revenue and publish OrderPaid; True when this call did it.

    Locks the order. An order that is not paid or was opened before is left alone, so a sweep may call it at any time.
    Access counts from the payment; a product that the buyer has for a time is prolonged from the end of that time.
    Seats write no grants: the training room hands them out.
    """
    moment = now or now_utc()
    with transaction.atomic():
        claimed = Order.objects.filter(pk=order_id, state=Order.State.PAID, fulfilled_at__isnull=True).update(
            fulfilled_at=moment
        )
        if not claimed:
            return False
        order = Order.objects.select_related("user").get(pk=order_id)
        for line in order.lines.all():
            if line.kind != Offer.Kind.SEATS:
                _grant(order, line, moment)
        OrderLine.objects.filter(order=order).update(opened_at=moment)
        post(
            order=order,
            kind=LedgerEntry.Kind.REVENUE,
            source=f"revenue:{order.pk}",
            postings=revenue_postings(amount_minor=order.total_minor),
            at=moment,
        )
        publish(
            OrderPaid(order_id=order.pk, user_id=order.user_id, total_minor=order.total_minor, currency=order.currency)
        )
        notify(
            user_id=order.user_id,
            kind="payments.paid",
            context={
                "number": order.number,
                "total": money_label(order.total_minor, order.currency, order.user.language),
                "titles": [line.title for line in order.lines.all()],
            },
            url=reverse("payments:order", args=[order.public_id]),
            dedupe_key=f"order-paid:{order.pk}",
        )
    return True


def _grant(order: Order, line: OrderLine, now: datetime) -> None:
    """Give the buyer what one line opens."""
    until_at = None
    if line.access_days is not None:
        start = order.paid_at or now
        present = why_not(user_id=order.user_id, product_key=line.product_key, now=now)
        if present.allowed and present.until_at is not None:
            start = max(start, present.until_at)
        until_at = start + timedelta(days=line.access_days)
    give_grant(
        user_id=order.user_id,
        product_key=line.product_key,
        source_kind="order",
        source_id=str(line.pk),
        from_at=order.paid_at,
        until_at=until_at,
        reason=f"order {order.number}",
    )
