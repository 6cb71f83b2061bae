"""What a person decides about a refund that is not done: sent by hand, ordered again, or given up."""

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
from payments.checkout.settle_refund import reserve_again, send_refund
from payments.models import Order, Refund
from payments.policies import require_operator
from payments.providers.offline import OfflineTransfer


def retry_refund(*, actor: Any | None, refund_public_id: uuid.UUID, now: datetime | None = None) -> str:
    """Order a refund again that the provider had refused; return the state it is in then.

    It goes under the same reference, so that money which went back all the same goes back once. A refund that is not
    refused is left as it is. RefundDoesNotFit when its money went back another way; NotAllowed for others than
    operators; NotFound.
    """
    require_operator(actor)
    moment = now or now_utc()
    with transaction.atomic():
        order, refund = _lock(refund_public_id)
        if refund.state != Refund.State.FAILED:
            return refund.state
        reserve_again(refund)
        _move(order, refund, Refund.State.CREATED, "ordered_again", moment, actor, tries=refund.tries + 1, error="")
        _trace(actor, "refund.retry", order, refund)
    return send_refund(refund_id=refund.pk, now=moment)


def give_up_refund(*, actor: Any | None, refund_public_id: uuid.UUID, now: datetime | None = None) -> None:
    """Close a refund that the provider had refused; its money stays with the order and may be refunded anew.

    A refund that is not refused is left as it is. NotAllowed for others than operators; NotFound.
    """
    require_operator(actor)
    with transaction.atomic():
        order, refund = _lock(refund_public_id)
        if refund.state == Refund.State.FAILED:
            _move(order, refund, Refund.State.CANCELLED, "given_up", now or now_utc(), actor)
            _trace(actor, "refund.give_up", order, refund)


def confirm_offline_refund(
    *,
    actor: Any | None,
    refund_public_id: uuid.UUID,
    is_sent: bool,
    bank_reference: str = "",
    now: datetime | None = None,
) -> str:
    """Book that a refund was transferred by hand, or that it could not be; return the outcome of that news.

    The same path as any provider's notification, so saying it twice changes nothing. InvalidInput without the bank's
    reference of a transfer that was sent; NotAllowed for others than operators; NotFound when the refund waits for no
    transfer.
    """
    require_operator(actor)
    moment = now or now_utc()
    reference = bank_reference.strip()[:80]
    if is_sent and not reference:
        raise InvalidInput(_("Give the bank's reference of the transfer."), field="bank_reference")
    with transaction.atomic():
        order, refund = _lock(refund_public_id)
        if refund.payment.provider != OfflineTransfer.name:
            raise NotFound(_("There is no such refund."))
        _trace(actor, "refund.confirm_transfer" if is_sent else "refund.refuse_transfer", order, refund, reference)
        event = record_event(
            notice=OfflineTransfer().refunded_by_hand(
                refund_reference=refund.public_id,
                tries=refund.tries,
                is_sent=is_sent,
                bank_reference=reference,
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                now=moment,
            ),
            now=moment,
        )
    return apply_event(provider_event_id=event.pk, now=moment)


def _lock(refund_public_id: uuid.UUID) -> tuple[Order, Refund]:
    """Lock a refund's order, then the refund; NotFound when there is none."""
    order_id = Refund.objects.filter(public_id=refund_public_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(_("There is no such refund."))
    order = Order.objects.select_for_update().get(pk=order_id)
    return order, Refund.objects.select_related("payment").get(public_id=refund_public_id)


def _move(
    order: Order, refund: Refund, after: str, cause: str, now: datetime, actor: Any | None, **fields: Any
) -> None:
    """Change a refund's state and further columns, and add the step."""
    before = refund.state
    Refund.objects.filter(pk=refund.pk, state=before).update(state=after, **fields)
    record_step(
        order=order,
        subject="refund",
        subject_id=refund.pk,
        before=before,
        after=after,
        cause=cause,
        at=now,
        actor=actor,
    )


def _trace(actor: Any | None, action: str, order: Order, refund: Refund, reference: str = "") -> None:
    record(
        actor=actor,
        action=action,
        object_kind="order",
        object_id=order.public_id,
        object_label=order.number,
        changes={"amount_minor": refund.amount_minor, "currency": refund.currency}
        | ({"bank_reference": reference} if reference else {}),
        organization_id=order.organization_id,
    )
