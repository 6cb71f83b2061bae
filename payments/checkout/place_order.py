"""Placing an order: the price of the moment is fixed, coupons are taken, and the clock to pay starts."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edu.access.queries import list_accessible, why_not
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from payments.checkout.coupons import CouponUnknown, open_coupons, take_use
from payments.checkout.fulfil_order import fulfil_order
from payments.checkout.history import move_order, record_step
from payments.checkout.idempotency import run_once
from payments.checkout.preview_price import check_quantity, clean_codes
from payments.domain.order_states import FreeOrderPlaced, decide
from payments.domain.pricing import PricedOrder, price_order
from payments.fetch import fetch_learner_facts, to_cart, to_order_facts, to_terms
from payments.models import BundleItem, Coupon, Offer, Order, OrderDiscount, OrderLine
from payments.policies import list_buying_organizations


class AlreadyOwned(Conflict):
    """The buyer has all of it already, for ever."""

    code = "already_owned"


class OrderOpenAlready(Conflict):
    """The same goods are in an order of the buyer's that is not paid yet; `order_public_id` names it."""

    code = "order_open_already"

    def __init__(self, message: str, *, order_public_id: uuid.UUID | None) -> None:
        super().__init__(message)
        self.order_public_id = order_public_id


class PriceChanged(Conflict):
    """The total is not the one the buyer agreed to."""

    code = "price_changed"


@dataclass(frozen=True, kw_only=True)
class PlacedOrder:
    """The order that was placed, or that this key placed before."""

    order_id: int
    public_id: uuid.UUID
    number: str
    total_minor: int
    currency: str


def place_order(
    *,
    user: Any,
    items: Sequence[tuple[uuid.UUID, int]],
    idempotency_key: str,
    accept_terms: bool,
    coupon_codes: Sequence[str] = (),
    organization_id: int | None = None,
    expected_total_minor: int | None = None,
    now: datetime | None = None,
) -> PlacedOrder:
    """Place an order over offers (public id, quantity) at their prices now.

    `expected_total_minor` is the total that the buyer saw: PriceChanged when it is another now. An order over nothing
    is paid and opened at once. Further errors: InvalidInput (terms, quantity, currency), CouponUnknown, CouponTaken,
    AlreadyOwned, OrderOpenAlready, NotFound (an offer not on sale), NotAllowed (seats for an organisation where the
    buyer is no trainer). Coupons are locked in the order of their codes.
    """
    moment = now or now_utc()
    codes = clean_codes(coupon_codes)
    wanted = sorted((str(public_id), quantity) for public_id, quantity in items)
    body = {"items": wanted, "codes": sorted(codes), "organization": organization_id, "total": expected_total_minor}

    def place() -> dict[str, Any]:
        if not accept_terms:
            raise InvalidInput(_("Agree to the terms of service to place the order."), field="accept_terms")
        order = _place(user, wanted, codes, organization_id, expected_total_minor, moment)
        return {"order_id": order.pk}

    answer = run_once(scope=f"place_order:{user.pk}", key=idempotency_key, body=body, now=moment, action=place)
    order = Order.objects.get(pk=answer["order_id"])
    if order.state == Order.State.PAID and order.fulfilled_at is None:
        fulfil_order(order_id=order.pk, now=moment)
    return PlacedOrder(
        order_id=order.pk,
        public_id=order.public_id,
        number=order.number,
        total_minor=order.total_minor,
        currency=order.currency,
    )


def _place(
    user: Any,
    wanted: Sequence[tuple[str, int]],
    codes: Sequence[str],
    organization_id: int | None,
    expected_total_minor: int | None,
    now: datetime,
) -> Order:
    """Write the order with its lines, discounts and coupon uses."""
    offers = {
        str(offer.public_id): offer
        for offer in Offer.objects.filter(
            public_id__in=[public_id for public_id, _quantity in wanted], status=Offer.Status.ON_SALE
        )
    }
    if not wanted or len(offers) != len(wanted):
        raise NotFound(_("This offer is not on sale."))
    goods = [(offers[public_id], quantity) for public_id, quantity in wanted]
    _check_goods(user, goods, organization_id, now)
    coupons = list(open_coupons(user_id=user.pk, codes=codes).select_for_update()) if codes else []
    missing = set(codes) - {coupon.code for coupon in coupons}
    if missing:
        raise CouponUnknown(
            _("There is no coupon with the code %(code)s. Check the spelling.") % {"code": min(missing)}, field="coupon"
        )
    priced = price_order(
        cart=to_cart(items=goods),
        promotions=map(to_terms, coupons),
        facts=fetch_learner_facts(user_id=user.pk, coupons=coupons),
        now=now,
    )
    if expected_total_minor is not None and priced.total_minor != expected_total_minor:
        raise PriceChanged(_("The price has changed since you opened this page. Look at it and confirm again."))
    order = _write_order(user, goods, priced, organization_id, now)
    _write_parts(order, goods, priced, coupons, now)
    if order.total_minor == 0:
        decision = decide(to_order_facts(order), FreeOrderPlaced())
        move_order(
            order=order, after=decision.order_state, cause="free", at=now, actor=user, paid_at=now, open_key=None
        )
    else:
        move_order(order=order, after=Order.State.PENDING, cause="placed", at=now, actor=user)
    return order


def _check_goods(user: Any, goods: Sequence[tuple[Offer, int]], organization_id: int | None, now: datetime) -> None:
    """Check quantities, currency, who may buy, and that it is not owned for ever already."""
    for offer, quantity in goods:
        check_quantity(offer=offer, quantity=quantity)
    if len({offer.currency for offer, _quantity in goods}) > 1:
        raise InvalidInput(_("Goods in different currencies need an order each."))
    for_organizations = [offer for offer, _quantity in goods if offer.organization_only]
    if for_organizations or organization_id is not None:
        allowed = {row.organization_id for row in list_buying_organizations(user_id=user.pk)}
        if organization_id not in allowed:
            raise NotAllowed(_("Only a trainer of an organisation may buy this, for the organisation."))
        if len(for_organizations) != len(goods):
            raise InvalidInput(_("Buy for the organisation and for yourself in separate orders."))
        return
    for offer, _quantity in goods:
        answer = why_not(user_id=user.pk, product_key=offer.product_key, now=now)
        keys = list(BundleItem.objects.filter(offer=offer).values_list("product_key", flat=True))
        has_all = bool(keys) and len(list_accessible(user_id=user.pk, product_keys=keys, now=now)) == len(set(keys))
        if has_all or (answer.allowed and answer.until_at is None):
            raise AlreadyOwned(_("You have this already. There is nothing to pay."))


def _write_order(
    user: Any,
    goods: Sequence[tuple[Offer, int]],
    priced: PricedOrder,
    organization_id: int | None,
    now: datetime,
) -> Order:
    """Insert the order's row; OrderOpenAlready when the same goods wait for payment."""
    basis = f"{user.pk}:{organization_id}:{sorted(str(offer.public_id) for offer, _quantity in goods)}"
    open_key = hashlib.sha256(basis.encode()).hexdigest()
    order = Order(
        number=_new_number(now),
        user=user,
        organization_id=organization_id,
        currency=priced.currency,
        list_minor=priced.list_minor,
        price_minor=priced.price_minor,
        discount_minor=priced.discount_minor,
        total_minor=priced.total_minor,
        open_key=open_key,
        terms_accepted_at=now,
        placed_at=now,
        expires_at=now + timedelta(seconds=settings.ORDER_EXPIRES_SECONDS) if priced.total_minor else None,
    )
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError as error:
        other = Order.objects.filter(open_key=open_key).values_list("public_id", flat=True).first()
        if other is None:
            raise
        raise OrderOpenAlready(
            _("You have an unpaid order for this. Pay it or cancel it first."), order_public_id=other
        ) from error
    return order


def _write_parts(
    order: Order, goods: Sequence[tuple[Offer, int]], priced: PricedOrder, coupons: Sequence[Coupon], now: datetime
) -> None:
    """Insert lines and discounts, and take the coupons that applied."""
    by_key = {str(offer.public_id): offer for offer, _quantity in goods}
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            offer=by_key[line.key],
            title=by_key[line.key].title,
            kind=line.kind,
            product_key=line.product_key,
            access_days=by_key[line.key].access_days,
            quantity=line.quantity,
            list_minor=line.list_minor,
            price_minor=line.price_minor,
            discount_minor=line.discount_minor,
            total_minor=line.total_minor,
        )
        for line in priced.lines
    )
    rows = {coupon.code: coupon for coupon in coupons}
    for discount in priced.discounts:
        coupon = rows[discount.code]
        OrderDiscount.objects.create(
            order=order,
            coupon=coupon,
            title=coupon.title,
            code=coupon.code,
            amount_minor=discount.amount_minor,
            reason=discount.reason,
        )
        if discount.is_applied:
            take_use(coupon=coupon, order=order, now=now)
    record_step(
        order=order,
        subject="order",
        subject_id=order.pk,
        before="",
        after=Order.State.DRAFT,
        cause="begun",
        at=now,
        actor=order.user,
    )


def _new_number(now: datetime) -> str:
    """Return a number that is not used yet: the day in local time and eight random digits."""
    day = timezone.localtime(now).strftime("%Y%m%d")
    while True:
        digits = f"{secrets.randbelow(10**8):08d}"
        number = f"{day}-{digits[:4]}-{digits[4:]}"
        if not Order.objects.filter(number=number).exists():
            return number
