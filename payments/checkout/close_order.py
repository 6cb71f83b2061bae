"""Giving up an unpaid order: by its buyer, by an operator, or because its time ran out."""

import uuid
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, NotFound
from payments.checkout.coupons import release_uses
from payments.checkout.history import move_order, record_step
from payments.checkout.idempotency import run_once
from payments.domain.order_states import Closed, PaymentEnded, decide
from payments.fetch import to_order_facts, to_payment_facts
from payments.models import Order, Payment
from payments.policies import is_shop_operator
from payments.providers.registry import get_known_provider


class OrderNotOpen(Conflict):
    """The order is not awaiting payment any more."""

    code = "order_not_pending"


def cancel_order(*, user: Any, order_public_id: uuid.UUID, idempotency_key: str, now: datetime | None = None) -> None:
    """Cancel an unpaid order of one's own, or as an operator any; coupons come back, open payments are closed.

    NotFound for somebody else's order; OrderNotOpen when it is paid or closed already.
    """
    moment = now or now_utc()

    def cancel() -> dict[str, Any]:
        order = Order.objects.select_for_update().filter(public_id=order_public_id).first()
        if order is None or (order.user_id != user.pk and not is_shop_operator(user)):
            raise NotFound(_("There is no such order."))
        _close(order, "cancelled", moment, user)
        if order.user_id != user.pk:
            record(
                actor=user,
                action="order.cancel",
                object_kind="order",
                object_id=order.public_id,
                object_label=order.number,
            )
        return {"order_id": order.pk}

    answer = run_once(
        scope=f"cancel_order:{user.pk}",
        key=idempotency_key,
        body={"order": str(order_public_id)},
        now=moment,
        action=cancel,
    )
    close_payments(order_id=answer["order_id"], now=moment)


def expire_order(*, order_id: int, now: datetime) -> bool:
    """Expire one order whose time has run out; False when it was paid or closed meanwhile."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.state != Order.State.PENDING or order.expires_at is None or order.expires_at > now:
            return False
        _close(order, "expired", now, None)
    close_payments(order_id=order_id, now=now)
    return True


def _close(order: Order, outcome: Literal["cancelled", "expired"], now: datetime, actor: Any | None) -> None:
    decision = decide(to_order_facts(order), Closed(outcome=outcome))
    if decision.verdict != "accepted":
        raise OrderNotOpen(_("This order is not awaiting payment any more."))
    move_order(
        order=order, after=decision.order_state, cause=outcome, at=now, actor=actor, closed_at=now, open_key=None
    )
    release_uses(order=order, now=now)


def close_payments(*, order_id: int, now: datetime) -> None:
    """Tell the providers that no more money is wanted; what comes too late to be stopped is flagged."""
    open_states = [Payment.State.CREATED, Payment.State.PENDING]
    for payment in Payment.objects.filter(order_id=order_id, state__in=open_states):
        if not get_known_provider(payment.provider).close(payment.public_id):
            continue
        with transaction.atomic():
            order = Order.objects.select_for_update().get(pk=order_id)
            payment.refresh_from_db()
            decision = decide(
                to_order_facts(order), PaymentEnded(payment=to_payment_facts(payment), outcome="cancelled")
            )
            if decision.verdict != "accepted" or decision.payment_state is None:
                continue
            before = payment.state
            changed = Payment.objects.filter(pk=payment.pk, state=before).update(state=decision.payment_state)
            if changed:
                record_step(
                    order=order,
                    subject="payment",
                    subject_id=payment.pk,
                    before=before,
                    after=decision.payment_state,
                    cause="closed",
                    at=now,
                )
