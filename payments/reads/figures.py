"""Reading figures: money by day, income by offer, coupons and their cost, and what needs a person."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from payments.models import Coupon, LedgerPosting, Order, OrderLine, ProviderEvent
from payments.reads.orders import needs_attention, start_of


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


def list_daily_totals(*, from_on: date, to_on: date) -> list[DailyTotals]:
    """Return each day's figures by currency; local days, both included. Days without any are left out."""
    start, end = start_of(from_on), start_of(to_on + timedelta(days=1))
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
            order__paid_at__gte=start_of(from_on), order__paid_at__lt=start_of(to_on + timedelta(days=1))
        )
        .order_by()
        .values("offer__title", "order__currency")
        .annotate(pieces=Sum("quantity"), net=Sum(F("total_minor") - F("refunded_minor")))
        .order_by("-net", "offer__title")[:limit]
    )
    return [(row["offer__title"], row["order__currency"], row["pieces"], row["net"]) for row in rows]


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
    """Return how many orders need a person and how many notifications contradict theirs, together."""
    refused = ProviderEvent.objects.filter(outcome__in=[ProviderEvent.Outcome.REFUSED, ProviderEvent.Outcome.UNKNOWN])
    return Order.objects.filter(needs_attention()).count() + refused.count()
