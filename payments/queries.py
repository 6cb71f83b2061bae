"""Reads of the payments room for other rooms: offers, orders, figures. Nothing here writes."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from payments.models import (
    Coupon,
    LedgerPosting,
    Offer,
    Order,
    OrderLine,
    OrderTransition,
    Payment,
    ProviderEvent,
    Refund,
)
from payments.providers.registry import provider_label
from payments.wording import step_title, to_major


@dataclass(frozen=True, kw_only=True)
class OfferView:
    """An offer as other rooms see it; prices in minor units a piece, taxes included, before coupons."""

    public_id: uuid.UUID
    title: str
    kind: str
    product_key: str
    price_minor: int
    list_price_minor: int | None
    currency: str
    status: str
    access_days: int | None
    organization_only: bool


@dataclass(frozen=True, kw_only=True)
class OrderLineView:
    """A line of an order; `quantity` counts seats where `kind` is seats. `is_ended`: a refund took it back."""

    line_id: int
    public_id: uuid.UUID
    title: str
    kind: str
    product_key: str
    quantity: int
    access_days: int | None
    total_minor: int
    refunded_minor: int
    is_ended: bool


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order with its lines; `organization_id` is set where it was bought for an organisation."""

    order_id: int
    public_id: uuid.UUID
    number: str
    user_id: int
    buyer: str
    organization_id: int | None
    state: str
    state_label: str
    flag: str
    flag_label: str
    currency: str
    list_minor: int
    discount_minor: int
    total_minor: int
    paid_minor: int
    refunded_minor: int
    placed_at: datetime
    paid_at: datetime | None
    providers: tuple[str, ...]
    lines: tuple[OrderLineView, ...]


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """One page of orders, and how many there are in all."""

    orders: tuple[OrderView, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class DailyTotals:
    """A day's money in one currency, minor units: orders paid that day, money in and out that day."""

    day: date
    currency: str
    orders: int
    buyers: int
    paid_minor: int
    refunded_minor: int

    @property
    def net_minor(self) -> int:
        """Return what is left of the day's money."""
        return self.paid_minor - self.refunded_minor


@dataclass(frozen=True, kw_only=True)
class CouponCost:
    """A coupon with its uses that count and what it took off paid orders, minor units."""

    code: str
    title: str
    is_active: bool
    uses: int
    cost_minor: int
    currency: str


def _to_offer_view(offer: Offer) -> OfferView:
    return OfferView(
        public_id=offer.public_id,
        title=offer.title,
        kind=offer.kind,
        product_key=offer.product_key,
        price_minor=offer.price_minor,
        list_price_minor=offer.list_price_minor,
        currency=offer.currency,
        status=offer.status,
        access_days=offer.access_days,
        organization_only=offer.organization_only,
    )


def _to_order_view(order: Order) -> OrderView:
    return OrderView(
        order_id=order.pk,
        public_id=order.public_id,
        number=order.number,
        user_id=order.user_id,
        buyer=str(order.user),
        organization_id=order.organization_id,
        state=order.state,
        state_label=str(order.get_state_display()),
        flag=order.flag,
        flag_label=str(order.get_flag_display()) if order.flag else "",
        currency=order.currency,
        list_minor=order.list_minor,
        discount_minor=order.discount_minor,
        total_minor=order.total_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        providers=tuple(sorted({provider_label(payment.provider) for payment in order.payments.all()})),
        lines=tuple(
            OrderLineView(
                line_id=line.pk,
                public_id=line.public_id,
                title=line.title,
                kind=line.kind,
                product_key=line.product_key,
                quantity=line.quantity,
                access_days=line.access_days,
                total_minor=line.total_minor,
                refunded_minor=line.refunded_minor,
                is_ended=line.ended_at is not None,
            )
            for line in order.lines.all()
        ),
    )


def _orders() -> QuerySet[Order]:
    return Order.objects.select_related("user").prefetch_related("lines", "payments")


def get_order(*, order_id: int) -> OrderView:
    """Return an order by its database id, as events name it; NotFound when there is none."""
    order = _orders().filter(pk=order_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return _to_order_view(order)


def get_order_by_public_id(*, public_id: uuid.UUID) -> OrderView:
    """Return an order by its public id, whoever bought it: for operators. NotFound when there is none."""
    order = _orders().filter(public_id=public_id).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    return _to_order_view(order)


def list_orders_of(*, user_id: int) -> list[OrderView]:
    """Return a person's orders, newest first."""
    return [_to_order_view(order) for order in _orders().filter(user_id=user_id)]


def find_orders(
    *,
    query: str = "",
    state: str = "",
    provider: str = "",
    kind: str = "",
    is_flagged: bool | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    page: int = 1,
    page_size: int = 25,
) -> OrderPage:
    """Find orders by number, phone, mail or name of the buyer, and by filters; days are local and both included."""
    rows = _filtered(
        query=query,
        state=state,
        provider=provider,
        kind=kind,
        is_flagged=is_flagged,
        from_on=from_on,
        to_on=to_on,
    )
    pages = Paginator(rows, page_size)
    shown = pages.get_page(page)
    return OrderPage(
        orders=tuple(_to_order_view(order) for order in shown.object_list),
        total=pages.count,
        page=shown.number,
        pages=pages.num_pages,
    )


def _filtered(
    *,
    query: str = "",
    state: str = "",
    provider: str = "",
    kind: str = "",
    is_flagged: bool | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> QuerySet[Order]:
    rows = _orders()
    words = query.strip()
    if words:
        rows = rows.filter(
            Q(number__icontains=words)
            | Q(user__phone__icontains=words)
            | Q(user__email__icontains=words)
            | Q(user__display_name__icontains=words)
            | Q(user__real_name__icontains=words)
        )
    if state:
        rows = rows.filter(state=state)
    if provider:
        rows = rows.filter(pk__in=Payment.objects.filter(provider=provider).values("order_id"))
    if kind:
        rows = rows.filter(pk__in=OrderLine.objects.filter(kind=kind).values("order_id"))
    if is_flagged is not None:
        rows = rows.exclude(flag="") if is_flagged else rows.filter(flag="")
    if from_on is not None:
        rows = rows.filter(placed_at__gte=_start_of(from_on))
    if to_on is not None:
        rows = rows.filter(placed_at__lt=_start_of(to_on + timedelta(days=1)))
    return rows


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def list_export_headers() -> list[str]:
    """Return the column names of an export of orders, in the current language."""
    return [
        _("Order number"),
        _("Placed at"),
        _("Paid at"),
        _("State"),
        _("Buyer"),
        _("Phone"),
        _("E-mail"),
        _("Goods"),
        _("List price"),
        _("Discount"),
        _("Total"),
        _("Refunded"),
        _("Currency"),
        _("Paid by"),
        _("To check"),
    ]


def list_export_rows(
    *,
    query: str = "",
    state: str = "",
    is_flagged: bool | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> Iterator[list[object]]:
    """Yield a row for each order found, as list_export_headers names them; amounts are decimals in major units."""
    rows = _filtered(query=query, state=state, is_flagged=is_flagged, from_on=from_on, to_on=to_on)
    for order in rows.iterator(chunk_size=500):
        yield [
            order.number,
            timezone.localtime(order.placed_at),
            timezone.localtime(order.paid_at) if order.paid_at else None,
            str(order.get_state_display()),
            str(order.user),
            order.user.phone or "",
            order.user.email or "",
            "; ".join(f"{line.title} × {line.quantity}" for line in order.lines.all()),
            to_major(order.list_minor, order.currency),
            to_major(order.list_minor - order.total_minor, order.currency),
            to_major(order.total_minor, order.currency),
            to_major(order.refunded_minor, order.currency),
            order.currency,
            ", ".join(sorted({payment.provider for payment in order.payments.all() if payment.confirmed_at})),
            str(order.get_flag_display()) if order.flag else "",
        ]


def list_daily_totals(*, from_on: date, to_on: date) -> list[DailyTotals]:
    """Return each day's figures by currency; local days, both included. Days without any are left out."""
    start, end = _start_of(from_on), _start_of(to_on + timedelta(days=1))
    figures: dict[tuple[date, str], dict[str, int]] = {}
    money = (
        LedgerPosting.objects.filter(
            account__startswith="clearing:", entry__posted_at__gte=start, entry__posted_at__lt=end
        )
        .order_by()
        .annotate(day=TruncDate("entry__posted_at"))
        .values("day", "entry__currency")
        .annotate(
            paid=Sum("amount_minor", filter=Q(amount_minor__gt=0)),
            back=Sum("amount_minor", filter=Q(amount_minor__lt=0)),
        )
    )
    for row in money:
        figures[row["day"], row["entry__currency"]] = {"paid": row["paid"] or 0, "back": -(row["back"] or 0)}
    orders = (
        Order.objects.filter(paid_at__gte=start, paid_at__lt=end)
        .order_by()
        .annotate(day=TruncDate("paid_at"))
        .values("day", "currency")
        .annotate(orders=Count("id"), buyers=Count("user", distinct=True))
    )
    for count in orders:
        entry = figures.setdefault((count["day"], count["currency"]), {"paid": 0, "back": 0})
        entry |= {"orders": count["orders"], "buyers": count["buyers"]}
    return [
        DailyTotals(
            day=day,
            currency=currency,
            orders=entry.get("orders", 0),
            buyers=entry.get("buyers", 0),
            paid_minor=entry["paid"],
            refunded_minor=entry["back"],
        )
        for (day, currency), entry in sorted(figures.items())
    ]


def list_income_by_offer(*, from_on: date, to_on: date, limit: int = 20) -> list[tuple[str, str, int, int]]:
    """Return title, currency, pieces and net income (minor units) of the offers that earned most in these days."""
    rows = (
        OrderLine.objects.filter(
            order__paid_at__gte=_start_of(from_on), order__paid_at__lt=_start_of(to_on + timedelta(days=1))
        )
        .order_by()
        .values("offer__title", "order__currency")
        .annotate(pieces=Sum("quantity"), net=Sum(F("total_minor") - F("refunded_minor")))
        .order_by("-net", "offer__title")[:limit]
    )
    return [(row["offer__title"], row["order__currency"], row["pieces"], row["net"]) for row in rows]


def list_offers(*, status: str = "", kind: str = "", query: str = "", product_key: str = "") -> list[OfferView]:
    """Return offers by title; empty filters let everything pass."""
    rows = Offer.objects.all()
    if status:
        rows = rows.filter(status=status)
    if kind:
        rows = rows.filter(kind=kind)
    if query.strip():
        rows = rows.filter(title__icontains=query.strip())
    if product_key:
        rows = rows.filter(product_key=product_key)
    return [_to_offer_view(offer) for offer in rows]


def list_seat_offers() -> list[OfferView]:
    """Return the offers of seats that are on sale, for the trainer's desk."""
    return list_offers(status=Offer.Status.ON_SALE, kind=Offer.Kind.SEATS)


def find_offer_for(*, product_key: str) -> OfferView | None:
    """Return the offer by which a learner buys this product itself, if one is on sale."""
    offer = Offer.objects.filter(product_key=product_key, status=Offer.Status.ON_SALE, organization_only=False).first()
    return _to_offer_view(offer) if offer else None


def list_coupon_costs() -> list[CouponCost]:
    """Return every coupon with its uses and what it cost, newest first; two queries."""
    spent = {
        row["discounts__coupon_id"]: row["cost"]
        for row in Order.objects.filter(paid_at__isnull=False, discounts__amount_minor__gt=0)
        .order_by()
        .values("discounts__coupon_id")
        .annotate(cost=Sum("discounts__amount_minor"))
    }
    rows = Coupon.objects.annotate(n=Count("uses", filter=Q(uses__released_at__isnull=True)))
    return [
        CouponCost(
            code=coupon.code,
            title=coupon.title,
            is_active=coupon.is_active,
            uses=coupon.n,
            cost_minor=spent.get(coupon.pk, 0),
            currency=coupon.currency,
        )
        for coupon in rows.order_by("-id")
    ]


def count_needing_attention() -> int:
    """Return how many orders are flagged and how many notifications contradict theirs, together."""
    refused = ProviderEvent.objects.filter(outcome__in=[ProviderEvent.Outcome.REFUSED, ProviderEvent.Outcome.UNKNOWN])
    return Order.objects.exclude(flag="").count() + refused.count()


# -- one order as the operator's desk shows it ----------------------------------------------------------
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


def get_offer(*, public_id: uuid.UUID) -> OfferView:
    """Return an offer whatever its status; NotFound when there is none."""
    offer = Offer.objects.filter(public_id=public_id).first()
    if offer is None:
        raise NotFound(_("There is no such offer."))
    return _to_offer_view(offer)
