"""Rows to values of the domain: the only place where the payments room does that."""

from collections.abc import Iterable, Sequence

from django.db.models import Count

from payments.domain.order_states import OrderFacts, PaymentFacts, RefundFacts
from payments.domain.pricing import Cart, CartLine
from payments.domain.promotions import CouponTerms, LearnerFacts
from payments.domain.refunds import RefundableLine, RefundablePayment
from payments.models import Coupon, CouponUse, Offer, Order, OrderLine, Payment, Refund

COUNTED_STATES = (Order.State.PENDING, Order.State.PAID, Order.State.PARTIALLY_REFUNDED, Order.State.REFUNDED)


def to_cart(*, items: Sequence[tuple[Offer, int]]) -> Cart:
    """Return the cart of these offers and quantities; they share the currency of the first."""
    return Cart(
        currency=items[0][0].currency,
        lines=tuple(
            CartLine(
                key=str(offer.public_id),
                product_key=offer.product_key,
                kind=offer.kind,
                unit_price_minor=offer.price_minor,
                unit_list_minor=offer.unit_list_minor,
                quantity=quantity,
            )
            for offer, quantity in items
        ),
    )


def to_terms(coupon: Coupon) -> CouponTerms:
    """Return what a coupon promises."""
    return CouponTerms(
        code=coupon.code,
        kind="percent" if coupon.kind == Coupon.Kind.PERCENT else "fixed",
        currency=coupon.currency,
        percent=coupon.percent,
        amount_minor=coupon.amount_minor,
        floor_minor=coupon.floor_minor,
        ceiling_minor=coupon.ceiling_minor,
        product_keys=frozenset(coupon.product_keys),
        kinds=frozenset(coupon.kinds),
        starts_at=coupon.starts_at,
        ends_at=coupon.ends_at,
        total_limit=coupon.total_limit,
        per_learner_limit=coupon.per_learner_limit,
        is_stackable=coupon.is_stackable,
        first_order_only=coupon.first_order_only,
        is_active=coupon.is_active,
    )


def fetch_learner_facts(*, user_id: int | None, coupons: Iterable[Coupon]) -> LearnerFacts:
    """Return what is known of a buyer and of these coupons' uses, in three queries at most."""
    ids = [coupon.pk for coupon in coupons]
    if not ids:
        return LearnerFacts(is_first_order=False)
    uses = CouponUse.objects.filter(coupon_id__in=ids, released_at__isnull=True).order_by()
    total = {row["coupon__code"]: row["n"] for row in uses.values("coupon__code").annotate(n=Count("id"))}
    if user_id is None:
        return LearnerFacts(is_first_order=True, total_uses=total)
    mine = uses.filter(user_id=user_id).values("coupon__code").annotate(n=Count("id"))
    return LearnerFacts(
        is_first_order=not Order.objects.filter(user_id=user_id, state__in=COUNTED_STATES).exists(),
        own_uses={row["coupon__code"]: row["n"] for row in mine},
        total_uses=total,
    )


def to_order_facts(order: Order) -> OrderFacts:
    """Return an order as decisions see it."""
    return OrderFacts(
        state=order.state,  # type: ignore[arg-type] # the column holds one of the literals
        currency=order.currency,
        total_minor=order.total_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
        flag=order.flag,  # type: ignore[arg-type] # the column holds one of the literals
    )


def to_payment_facts(payment: Payment) -> PaymentFacts:
    """Return a payment as decisions see it."""
    return PaymentFacts(
        state=payment.state,  # type: ignore[arg-type] # the column holds one of the literals
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )


def to_refund_facts(refund: Refund) -> RefundFacts:
    """Return a refund as decisions see it."""
    return RefundFacts(
        state=refund.state,  # type: ignore[arg-type] # the column holds one of the literals
        amount_minor=refund.amount_minor,
        currency=refund.currency,
    )


def to_refundable_lines(lines: Iterable[OrderLine]) -> list[RefundableLine]:
    """Return lines with what may still go back for them."""
    return [
        RefundableLine(line_id=line.pk, total_minor=line.total_minor, refunded_minor=line.refunded_minor)
        for line in lines
    ]


def to_refundable_payments(payments: Iterable[Payment]) -> list[RefundablePayment]:
    """Return confirmed payments with what may still go back by them, newest first."""
    return [
        RefundablePayment(
            payment_id=payment.pk,
            amount_minor=payment.amount_minor,
            refunded_minor=payment.refunded_minor,
            is_extra=payment.is_extra,
        )
        for payment in sorted(payments, key=lambda payment: -payment.pk)
        if payment.state == Payment.State.CONFIRMED
    ]
