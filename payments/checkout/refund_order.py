"""Ordering a refund: planned and reserved under the order's lock, before the provider is asked to send it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from payments.checkout.history import record_step
from payments.checkout.idempotency import run_once
from payments.checkout.settle_refund import send_refund
from payments.domain.refunds import RefundImpossible, RefundPlan, plan_refund
from payments.fetch import to_refundable_lines, to_refundable_payments
from payments.models import Order, OrderLine, Payment, Refund
from payments.policies import require_operator


@dataclass(frozen=True, kw_only=True)
class RefundResult:
    """What became of a refund: each part's state (Refund.State), and the sum in minor units."""

    amount_minor: int
    currency: str
    states: tuple[str, ...]


def refund_order(
    *,
    actor: Any | None,
    order_public_id: uuid.UUID,
    reason: str,
    idempotency_key: str,
    amount_minor: int | None = None,
    line_public_ids: Sequence[uuid.UUID] | None = None,
    now: datetime | None = None,
) -> RefundResult:
    """Refund whole lines, an amount in minor units, or (neither given) everything that is left.

    Access to a line ends when all of it went back (domain/refunds.py states the policy); used coupons do not come back.
    NotAllowed for others than operators, NotFound, InvalidInput when it does not fit what was paid, Conflict while the
    order is still being opened.
    """
    require_operator(actor)
    moment = now or now_utc()
    if not reason.strip():
        raise InvalidInput(_("Give a reason; the buyer reads it."), field="reason")
    lines = None if line_public_ids is None else sorted(map(str, line_public_ids))
    answer = run_once(
        scope=f"refund_order:{getattr(actor, 'pk', 'system')}",
        key=idempotency_key,
        body={"order": str(order_public_id), "amount": amount_minor, "lines": lines, "reason": reason},
        now=moment,
        action=lambda: _reserve(actor, order_public_id, reason.strip(), amount_minor, lines, moment),
    )
    for refund_id in answer["refund_ids"]:
        send_refund(refund_id=refund_id, now=moment)
    states = Refund.objects.filter(pk__in=answer["refund_ids"]).values_list("state", flat=True)
    return RefundResult(amount_minor=answer["amount_minor"], currency=answer["currency"], states=tuple(states))


def _reserve(
    actor: Any | None,
    order_public_id: uuid.UUID,
    reason: str,
    amount_minor: int | None,
    lines: Sequence[str] | None,
    now: datetime,
) -> dict[str, Any]:
    """Plan the refund and reserve its money on payments and lines, so that it cannot be promised twice."""
    order = Order.objects.select_for_update().filter(public_id=order_public_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    if order.state == Order.State.PAID and order.fulfilled_at is None:
        raise Conflict(_("This order is just being opened. Try again in a minute."), code="order_in_progress")
    rows = list(order.lines.all())
    chosen = None if lines is None else [row.pk for row in rows if str(row.public_id) in lines]
    try:
        plan = plan_refund(
            lines=to_refundable_lines(rows),
            payments=to_refundable_payments(order.payments.all()),
            line_ids=chosen,
            amount_minor=amount_minor,
        )
    except RefundImpossible as error:
        raise InvalidInput(_explain(str(error)), code=f"refund_{error}", field="amount_minor") from error
    refund_ids = _write_refunds(actor, order, plan, reason, now)
    record(
        actor=actor,
        action="order.refund",
        object_kind="order",
        object_id=order.public_id,
        object_label=order.number,
        changes={"amount_minor": plan.amount_minor, "currency": order.currency, "reason": reason},
        organization_id=order.organization_id,
    )
    return {"refund_ids": refund_ids, "amount_minor": plan.amount_minor, "currency": order.currency}


def _explain(code: str) -> str:
    texts = {
        "nothing_left": _("There is nothing to refund."),
        "too_much": _("That is more than was paid and not yet refunded."),
        "unknown_line": _("Choose at least one line of this order."),
        "extra_first": _("Refund the money that came late or twice first."),
    }
    return texts[code]


def _write_refunds(actor: Any | None, order: Order, plan: RefundPlan, reason: str, now: datetime) -> list[int]:
    """Insert one refund a payment; the lines' shares go with the last of them, which ends their access."""
    ids: list[int] = []
    parts = list(plan.by_payment.items())
    for index, (payment_id, part) in enumerate(parts):
        is_last = index == len(parts) - 1
        Payment.objects.filter(pk=payment_id).update(refunded_minor=F("refunded_minor") + part)
        refund = Refund.objects.create(
            order=order,
            payment_id=payment_id,
            amount_minor=part,
            currency=order.currency,
            by_line={str(line_id): amount for line_id, amount in plan.by_line.items()} if is_last else {},
            ended_line_ids=list(plan.ended_line_ids) if is_last else [],
            reason=reason[:300],
            requested_by=actor,
            created_at=now,
        )
        record_step(
            order=order,
            subject="refund",
            subject_id=refund.pk,
            before="",
            after=Refund.State.CREATED,
            cause="ordered",
            at=now,
            amount_minor=part,
            actor=actor,
        )
        ids.append(refund.pk)
    for line_id, amount in plan.by_line.items():
        OrderLine.objects.filter(pk=line_id).update(refunded_minor=F("refunded_minor") + amount)
    return ids
