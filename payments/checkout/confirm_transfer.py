"""An operator has seen a bank transfer on the account: the same path as any provider's notification."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from payments.checkout.apply_event import apply_event
from payments.checkout.history import record_step
from payments.checkout.record_event import record_event
from payments.models import Order, Payment
from payments.policies import require_operator
from payments.providers.offline import OfflineTransfer
from payments.providers.registry import get_provider


def confirm_offline_payment(
    *,
    actor: Any | None,
    order_public_id: uuid.UUID,
    bank_reference: str,
    amount_minor: int,
    currency: str,
    now: datetime | None = None,
) -> str:
    """Confirm that a transfer for an order arrived; return the outcome (accepted, no_change or refused).

    `amount_minor` is what arrived, minor units: another amount than the order's is refused, and the outcome says so.
    The bank's reference makes repetition harmless. Money for an order given up is taken and flagged. NotAllowed for
    others than operators.
    """
    require_operator(actor)
    moment = now or now_utc()
    provider = get_provider(OfflineTransfer.name)
    assert isinstance(provider, OfflineTransfer)
    reference = bank_reference.strip()[:80]
    if not reference:
        raise InvalidInput(_("Give the bank's reference of the transfer."), field="bank_reference")
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(public_id=order_public_id).first()
        if order is None:
            raise NotFound(_("There is no such order."))
        payment = _find(order, provider, reference) or _begin(actor, order, provider.name, moment)
        record(
            actor=actor,
            action="order.confirm_transfer",
            object_kind="order",
            object_id=order.public_id,
            object_label=order.number,
            changes={"amount_minor": amount_minor, "currency": currency, "bank_reference": reference},
            organization_id=order.organization_id,
        )
        event = record_event(
            notice=provider.confirmed_by_hand(
                reference=payment.public_id,
                bank_reference=reference,
                amount_minor=amount_minor,
                currency=currency,
                now=moment,
            ),
            now=moment,
        )
    return apply_event(provider_event_id=event.pk, now=moment)


def _find(order: Order, provider: OfflineTransfer, bank_reference: str) -> Payment | None:
    """Return the payment that this transfer confirmed before, or else the latest one that waits for a transfer."""
    payments = list(order.payments.filter(provider=provider.name).order_by("-pk"))
    for payment in payments:
        known = provider.reference_of(reference=payment.public_id, bank_reference=bank_reference)
        if payment.provider_reference == known:
            return payment
    return next((payment for payment in payments if payment.state != Payment.State.CONFIRMED), None)


def _begin(actor: Any | None, order: Order, provider: str, now: datetime) -> Payment:
    """Make the payment of a buyer who transferred without saying so first."""
    payment = Payment.objects.create(
        order=order,
        provider=provider,
        amount_minor=order.total_minor,
        currency=order.currency,
        created_at=now,
    )
    record_step(
        order=order,
        subject="payment",
        subject_id=payment.pk,
        before="",
        after=Payment.State.CREATED,
        cause="begun",
        at=now,
        actor=actor,
    )
    return payment
