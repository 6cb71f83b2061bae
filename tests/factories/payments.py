"""Small makers of offers, coupons and orders. Each makes what it needs and no more."""

import itertools
import uuid

from edu.access.services import register_door
from edu.accounts.models import User
from payments.models import Order
from payments.services import create_coupon, create_offer, place_order, publish_offer, start_payment

_numbers = itertools.count(1)


def make_user(**fields):
    number = next(_numbers)
    fields.setdefault("email", f"buyer{number}@example.com")
    fields.setdefault("display_name", f"Buyer {number}")
    return User.objects.create_user(**fields)


def make_operator(**fields):
    return make_user(is_operator=True, **fields)


def make_offer(*, price_minor=10000, kind="course", title=None, product_key=None, on_sale=True, door=True, **fields):
    number = next(_numbers)
    key = product_key if product_key is not None else ("" if kind == "bundle" else f"course:{uuid.uuid4()}")
    if door and key:
        register_door(product_key=key, title=f"Product {number}", url=f"/courses/product-{number}/")
    offer = create_offer(
        actor=None, title=title or f"Offer {number}", kind=kind, product_key=key, price_minor=price_minor, **fields
    )
    return publish_offer(actor=None, offer_public_id=offer.public_id) if on_sale else offer


def make_coupon(*, code=None, kind="fixed", amount_minor=2000, percent=0, **terms):
    number = next(_numbers)
    return create_coupon(
        actor=None,
        code=code or f"CODE{number}",
        title=f"Coupon {number}",
        kind=kind,
        amount_minor=0 if kind == "percent" else amount_minor,
        percent=percent,
        **terms,
    )


def make_order(*, user=None, offer=None, quantity=1, codes=(), now=None, organization_id=None, key=None) -> Order:
    placed = place_order(
        user=user or make_user(),
        items=[((offer or make_offer()).public_id, quantity)],
        coupon_codes=codes,
        accept_terms=True,
        idempotency_key=key or str(uuid.uuid4()),
        organization_id=organization_id,
        now=now,
    )
    return Order.objects.get(pk=placed.order_id)


def begin_payment(order, *, provider="sandbox", now=None):
    page = start_payment(
        user=order.user,
        order_public_id=order.public_id,
        provider=provider,
        idempotency_key=str(uuid.uuid4()),
        now=now,
    )
    return order.payments.get(public_id=page.payment_public_id)
