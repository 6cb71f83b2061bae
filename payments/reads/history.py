"""Reading what happened to one order: its steps and its refunds, in words."""

from dataclasses import dataclass
from datetime import datetime

from payments.models import OrderTransition, Refund
from payments.wording import step_title


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
    """A refund of an order."""

    amount_minor: int
    currency: str
    state: str
    state_label: str
    reason: str


def list_order_steps(*, order_id: int) -> list[OrderStep]:
    """Return what happened to an order, oldest first."""
    rows = OrderTransition.objects.filter(order_id=order_id).exclude(to_state="draft").select_related("actor")
    return [
        OrderStep(
            title=step_title(subject=row.subject, state=row.to_state),
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
            amount_minor=row.amount_minor,
            currency=row.currency,
            state=row.state,
            state_label=str(row.get_state_display()),
            reason=row.reason,
        )
        for row in Refund.objects.filter(order_id=order_id).order_by("pk")
    ]
