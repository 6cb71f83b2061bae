"""Money that came after its order had been given up: whether everything still stands, and accepting it."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.access.queries import why_not
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from payments.checkout.coupons import retake_uses
from payments.checkout.fulfil_order import fulfil_order
from payments.checkout.history import move_order, record_step
from payments.checkout.preview_price import check_quantity
from payments.domain.order_states import LateMoneyAccepted, decide
from payments.domain.pricing import price_order
from payments.fetch import fetch_learner_facts, to_cart, to_order_facts, to_payment_facts, to_terms
from payments.models import Coupon, Offer, Order, OrderLine, Payment, Refund
from payments.policies import list_buying_organizations, require_operator


class LateMoneyGone(Conflict):
    """There is no late money on the order that could open it (any more)."""

    code = "no_late_money"


def list_obstacles(*, order: Order, now: datetime) -> tuple[str, ...]:
    """Return why what was ordered does not stand any more as it was ordered; nothing when it does.

    Codes: off_sale, terms_changed (price or duration), bought_again, owned, no_trainer, coupon_gone. Reads only; under
    the order's lock the answer is the one by which late money is judged.
    """
    lines = list(order.lines.select_related("offer"))
    offers = [(line.offer, line.quantity) for line in lines]
    if any(offer.status != Offer.Status.ON_SALE for offer, _quantity in offers):
        return ("off_sale",)
    found = []
    if any(
        line.offer.price_minor * line.quantity != line.price_minor
        or line.offer.access_days != line.access_days
        or line.offer.currency != order.currency
        for line in lines
    ):
        found.append("terms_changed")
    for offer, quantity in offers:
        try:
            check_quantity(offer=offer, quantity=quantity)
        except InvalidInput:
            found.append("terms_changed")
    if order.organization_id is not None:
        if order.organization_id not in {
            row.organization_id for row in list_buying_organizations(user_id=order.user_id)
        }:
            found.append("no_trainer")
    else:
        found += _list_repeats(order, lines, now)
    if not found and order.discount_minor and _total_now(order, offers, now) != order.total_minor:
        found.append("coupon_gone")
    return tuple(dict.fromkeys(found))


def _list_repeats(order: Order, lines: list[OrderLine], now: datetime) -> list[str]:
    """Return whether the buyer has ordered or got the same meanwhile."""
    live = (Order.State.PENDING, Order.State.PAID, Order.State.PARTIALLY_REFUNDED)
    again = OrderLine.objects.filter(
        order__user_id=order.user_id,
        order__state__in=live,
        order__placed_at__gte=order.placed_at,
        offer_id__in=[line.offer_id for line in lines],
    ).exclude(order=order)
    found = ["bought_again"] if again.exists() else []
    for line in lines:
        present = why_not(user_id=order.user_id, product_key=line.product_key, now=now)
        if present.allowed and present.until_at is None:
            found.append("owned")
    return found


def _total_now(order: Order, goods: list[tuple[Offer, int]], now: datetime) -> int:
    """Return what the order would cost now with the coupons that applied to it, minor units."""
    ids = order.discounts.filter(amount_minor__gt=0).values_list("coupon_id", flat=True)
    coupons = list(Coupon.objects.filter(pk__in=list(ids)).order_by("code").select_for_update())
    return price_order(
        cart=to_cart(items=goods),
        promotions=map(to_terms, coupons),
        facts=fetch_learner_facts(user_id=order.user_id, coupons=coupons),
        now=now,
    ).total_minor


def accept_late_payment(*, actor: Any | None, order_public_id: uuid.UUID, now: datetime | None = None) -> None:
    """Open an order that was given up with the money that came too late, at the price it was ordered for.

    Whether the offer still stands is for the operator to judge here. Doing it again changes nothing. Coupons that are
    free are taken again; the others are given. NotAllowed for others than operators, NotFound, LateMoneyGone when there
    is no whole payment that is kept and not on its way back.
    """
    require_operator(actor)
    moment = now or now_utc()
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().filter(public_id=order_public_id).first()
        if order is None:
            raise NotFound(_("There is no such order."))
        payment = find_late_payment(order=order)
        if payment is None and order.state != Order.State.PAID:
            raise LateMoneyGone(_("There is no late money on this order that could open it."))
        if payment is not None:
            _accept(actor, order, payment, moment)
    fulfil_order(order_id=order.pk, now=moment)


def find_late_payment(*, order: Order) -> Payment | None:
    """Return the late payment that could open the order: over its whole total, and nothing of it going back."""
    if order.state not in {Order.State.CANCELLED, Order.State.EXPIRED}:
        return None
    return order.payments.filter(
        state=Payment.State.CONFIRMED, is_extra=True, refunded_minor=0, amount_minor=order.total_minor
    ).first()


def _accept(actor: Any | None, order: Order, payment: Payment, now: datetime) -> None:
    decision = decide(
        to_order_facts(order),
        LateMoneyAccepted(payment=to_payment_facts(payment), reserved_minor=payment.refunded_minor),
    )
    if decision.verdict == "no_change":
        return
    if decision.verdict == "refused":
        raise LateMoneyGone(_("There is no late money on this order that could open it."))
    Payment.objects.filter(pk=payment.pk).update(is_extra=False)
    # A refund of this money that the provider had refused is not to be sent again: it has bought something now.
    for refund in Refund.objects.filter(payment=payment, state=Refund.State.FAILED):
        refund.state = Refund.State.CANCELLED
        refund.save(update_fields=["state"])
        record_step(
            order=order,
            subject="refund",
            subject_id=refund.pk,
            before=Refund.State.FAILED,
            after=refund.state,
            cause="late_accepted",
            at=now,
            actor=actor,
        )
    open_late(order=order, flag=decision.flag, now=now, actor=actor)


def open_late(*, order: Order, flag: str, now: datetime, actor: Any | None, paid_minor: int | None = None) -> None:
    """Move an order that was given up to paid, with its coupons and a trace; the caller has decided and holds its lock.

    `paid_minor` is the order's money when more of it has come with this step. `actor` is None when the system accepted
    the money by itself.
    """
    retake_uses(order=order, now=now)
    money = {} if paid_minor is None else {"paid_minor": paid_minor}
    move_order(
        order=order,
        after=Order.State.PAID,
        cause="late_accepted",
        at=now,
        actor=actor,
        paid_at=now,
        closed_at=None,
        flag=flag,
        **money,
    )
    record(
        actor=actor,
        action="order.accept_late",
        object_kind="order",
        object_id=order.public_id,
        object_label=order.number,
        changes={"amount_minor": order.total_minor, "currency": order.currency},
        organization_id=order.organization_id,
    )
