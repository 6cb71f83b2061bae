"""Reading what happened to one order: its steps and its refunds, in words."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from payments.checkout.late_money import find_late_payment, list_obstacles
from payments.models import Order, OrderTransition, Refund
from payments.providers.offline import OfflineTransfer
from payments.wording import obstacle_label, refund_error_label, step_title


@dataclass(frozen=True, kw_only=True)
class OrderStep:
    """A step of an order, its payments or refunds, in words; `actor` is empty for buyers' and providers' steps."""

    title: str
    at: datetime
    amount_minor: int | None
    actor: str
    is_bad: bool


@dataclass(frozen=True, kw_only=True)
class RefundView:
    """A refund of an order; `error` says in words why the provider refused it, if it did.

    `waits_for_transfer`: an operator has to send it by hand and say so.
    """

    public_id: uuid.UUID
    amount_minor: int
    currency: str
    state: str
    state_label: str
    reason: str
    error: str
    waits_for_transfer: bool


@dataclass(frozen=True, kw_only=True)
class LateMoneyView:
    """Late money that could open an order, and what speaks against it in words; nothing when all still stands."""

    amount_minor: int
    currency: str
    obstacles: tuple[str, ...]


def find_late_money(*, order_id: int, now: datetime) -> LateMoneyView | None:
    """Return the late money that an operator may accept for an order; None when there is none."""
    order = Order.objects.get(pk=order_id)
    payment = find_late_payment(order=order)
    if payment is None:
        return None
    with transaction.atomic():
        obstacles = list_obstacles(order=order, now=now)
    return LateMoneyView(
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        obstacles=tuple(obstacle_label(code) for code in obstacles),
    )


def list_order_steps(*, order_id: int) -> list[OrderStep]:
    """Return what happened to an order, oldest first."""
    rows = OrderTransition.objects.filter(order_id=order_id).exclude(to_state="draft").select_related("actor")
    return [
        OrderStep(
            title=step_title(subject=row.subject, state=row.to_state, cause=row.cause),
            at=row.at,
            amount_minor=row.amount_minor,
            actor=str(row.actor) if row.actor_id else "",
            is_bad=row.to_state in {"failed", "expired"},
        )
        for row in rows.order_by("pk")
    ]


def list_refunds(*, order_id: int) -> list[RefundView]:
    """Return the refunds of an order, oldest first."""
    return [
        RefundView(
            public_id=row.public_id,
            amount_minor=row.amount_minor,
            currency=row.currency,
            state=row.state,
            state_label=str(row.get_state_display()),
            reason=row.reason,
            error=refund_error_label(row.error) if row.state == Refund.State.FAILED else "",
            waits_for_transfer=row.state == Refund.State.PENDING and row.payment.provider == OfflineTransfer.name,
        )
        for row in Refund.objects.filter(order_id=order_id).select_related("payment").order_by("pk")
    ]
