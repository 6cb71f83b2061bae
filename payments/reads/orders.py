"""Reading orders: one, a person's, or found by filters; and the rows of their export."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from payments.models import Order, OrderLine, Payment, Refund
from payments.providers.registry import provider_label
from payments.wording import to_major


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
    """An order with its lines; `organization_id` is set where it was bought for an organisation.

    `refundable_minor` is what may still be sent back: what was paid, less every refund that was done or is on its way.
    """

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
    has_refused_refund: bool
    currency: str
    list_minor: int
    discount_minor: int
    total_minor: int
    paid_minor: int
    refunded_minor: int
    refundable_minor: int
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
        has_refused_refund=any(refund.state == Refund.State.FAILED for refund in order.refunds.all()),
        currency=order.currency,
        list_minor=order.list_minor,
        discount_minor=order.discount_minor,
        total_minor=order.total_minor,
        paid_minor=order.paid_minor,
        refunded_minor=order.refunded_minor,
        refundable_minor=sum(
            payment.amount_minor - payment.refunded_minor
            for payment in order.payments.all()
            if payment.state == Payment.State.CONFIRMED
        ),
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
    return Order.objects.select_related("user").prefetch_related("lines", "payments", "refunds")


def needs_attention() -> Q:
    """Return the condition of orders that a person has to look at: flagged, or with a refund that was refused."""
    return ~Q(flag="") | Q(pk__in=Refund.objects.filter(state=Refund.State.FAILED).values("order_id"))


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
        rows = rows.filter(needs_attention()) if is_flagged else rows.exclude(needs_attention())
    if from_on is not None:
        rows = rows.filter(placed_at__gte=start_of(from_on))
    if to_on is not None:
        rows = rows.filter(placed_at__lt=start_of(to_on + timedelta(days=1)))
    return rows


def start_of(day: date) -> datetime:
    """Return the first moment of a local day."""
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
