"""Beginning a payment of an order at a provider."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import Conflict, NotFound
from payments.checkout.history import record_step
from payments.checkout.idempotency import run_once
from payments.domain.order_states import may_move_payment
from payments.models import Order, Payment
from payments.providers.base import PaymentRequest, ProviderUnavailable
from payments.providers.registry import get_provider

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PaymentPage:
    """Where the buyer goes to pay."""

    payment_public_id: uuid.UUID
    page_url: str


def start_payment(
    *, user: Any, order_public_id: uuid.UUID, provider: str, idempotency_key: str, now: datetime | None = None
) -> PaymentPage:
    """Begin a payment of the buyer's own unpaid order; a payment of the same kind that is open is taken up again.

    The row is committed before the provider is asked, so that nothing it says can be about a payment we do not know.
    NotFound for somebody else's order; Conflict when it is not awaiting payment or the provider cannot be reached.
    """
    moment = now or now_utc()
    way = get_provider(provider)

    def begin() -> dict[str, Any]:
        order = Order.objects.select_for_update().filter(public_id=order_public_id, user=user).first()
        if order is None:
            raise NotFound(_("There is no such order."))
        if order.state != Order.State.PENDING or (order.expires_at is not None and order.expires_at <= moment):
            raise Conflict(_("This order is not awaiting payment."), code="order_not_pending")
        payment = order.payments.filter(
            provider=provider, state__in=[Payment.State.CREATED, Payment.State.PENDING]
        ).first()
        if payment is None:
            payment = Payment.objects.create(
                order=order,
                provider=provider,
                amount_minor=order.total_minor,
                currency=order.currency,
                created_at=moment,
            )
            record_step(
                order=order,
                subject="payment",
                subject_id=payment.pk,
                before="",
                after=Payment.State.CREATED,
                cause="begun",
                at=moment,
                actor=user,
            )
        held_until = moment + timedelta(seconds=way.hold_seconds)
        if way.hold_seconds and order.expires_at is not None and held_until > order.expires_at:
            Order.objects.filter(pk=order.pk, state=Order.State.PENDING).update(expires_at=held_until)
        return {"payment_id": payment.pk}

    answer = run_once(
        scope=f"start_payment:{user.pk}",
        key=idempotency_key,
        body={"order": str(order_public_id), "provider": provider},
        now=moment,
        action=begin,
    )
    payment = Payment.objects.select_related("order").get(pk=answer["payment_id"])
    if payment.state == Payment.State.CREATED:
        _open_at_provider(payment, moment)
    return PaymentPage(payment_public_id=payment.public_id, page_url=payment.page_url)


def _open_at_provider(payment: Payment, now: datetime) -> None:
    """Ask the provider to open the payment, and note what it said; asking twice opens it once."""
    order = payment.order
    try:
        started = get_provider(payment.provider).start(
            PaymentRequest(
                reference=payment.public_id,
                order_number=order.number,
                title=", ".join(order.lines.values_list("title", flat=True))[:120],
                amount_minor=payment.amount_minor,
                currency=payment.currency,
                now=now,
            )
        )
    except ProviderUnavailable as error:
        logger.warning("provider %s is away: %s", payment.provider, error)
        raise Conflict(
            _("This way to pay does not answer at the moment. Try again or choose another one."),
            code="provider_unavailable",
        ) from error
    assert may_move_payment(before="created", after="pending")
    with transaction.atomic():
        changed = Payment.objects.filter(pk=payment.pk, state=Payment.State.CREATED).update(
            state=Payment.State.PENDING,
            page_url=started.page_url,
            provider_reference=started.provider_reference,
        )
        if changed:
            record_step(
                order=order,
                subject="payment",
                subject_id=payment.pk,
                before=Payment.State.CREATED,
                after=Payment.State.PENDING,
                cause="opened",
                at=now,
            )
    payment.page_url = started.page_url
