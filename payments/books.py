"""Proving the books: the ledger sums to nothing, agrees with the orders, and paid implies opened."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from payments.domain.ledger import DEPOSITS, REFUNDS, REVENUE
from payments.models import LedgerEntry, LedgerPosting, Order, OrderLine, Payment, Refund


@dataclass(frozen=True, kw_only=True)
class LedgerFault:
    """Something in the books that cannot be; `subject` is an order number or an entry."""

    subject: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class LedgerReport:
    """How much was looked at, and the faults found."""

    entries: int
    orders: int
    faults: tuple[LedgerFault, ...]


def check_ledger() -> LedgerReport:
    """Check every entry and every order; the number of queries does not grow with theirs."""
    faults = [
        LedgerFault(subject=f"entry {row['entry_id']}", problem=f"sums to {row['total']}, not to 0")
        for row in LedgerPosting.objects.order_by()
        .values("entry_id")
        .annotate(total=Sum("amount_minor"))
        .exclude(total=0)
    ]
    booked: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = LedgerPosting.objects.order_by().values("entry__order_id", "account").annotate(total=Sum("amount_minor"))
    for row in rows:
        account = "clearing" if row["account"].startswith("clearing:") else row["account"]
        booked[row["entry__order_id"]][account] += row["total"]
    confirmed = _sum_by_order(Payment.objects.filter(state=Payment.State.CONFIRMED))
    sent = _sum_by_order(Refund.objects.filter(state=Refund.State.DONE))
    extra_sent = _sum_by_order(Refund.objects.filter(state=Refund.State.DONE, payment__is_extra=True))
    foreign = LedgerEntry.objects.exclude(currency=F("order__currency"))
    faults += [LedgerFault(subject=f"entry {entry.pk}", problem="is not in its order's currency") for entry in foreign]
    count = 0
    for order in Order.objects.iterator(chunk_size=2000):
        count += 1
        paid, back = confirmed.get(order.pk, 0), sent.get(order.pk, 0)
        earned = order.total_minor if order.fulfilled_at is not None else 0
        lost = back - extra_sent.get(order.pk, 0)
        expected = {
            "clearing": paid - back,
            DEPOSITS: -(paid - earned - extra_sent.get(order.pk, 0)),
            REVENUE: -earned,
            REFUNDS: lost,
        }
        found = booked.get(order.pk, {})
        faults += [
            LedgerFault(
                subject=f"order {order.number}", problem=f"{account} is {found.get(account, 0)}, should be {amount}"
            )
            for account, amount in expected.items()
            if found.get(account, 0) != amount
        ]
        if (order.paid_minor, order.refunded_minor) != (paid, back):
            faults.append(
                LedgerFault(
                    subject=f"order {order.number}",
                    problem=f"says {order.paid_minor} paid, {order.refunded_minor} refunded; rows say {paid}, {back}",
                )
            )
        if order.fulfilled_at is not None and paid < order.total_minor:
            faults.append(LedgerFault(subject=f"order {order.number}", problem="was opened without being paid"))
    unopened = (
        OrderLine.objects.filter(order__fulfilled_at__isnull=False, opened_at__isnull=True)
        .values("order__number")
        .annotate(n=Count("id"))
    )
    faults += [LedgerFault(subject=f"order {row['order__number']}", problem="has unopened lines") for row in unopened]
    wrongly = OrderLine.objects.filter(Q(opened_at__isnull=False), order__fulfilled_at__isnull=True)
    faults += [
        LedgerFault(subject=f"order {line.order.number}", problem="has lines opened too early")
        for line in wrongly.select_related("order")
    ]
    return LedgerReport(entries=LedgerEntry.objects.count(), orders=count, faults=tuple(faults))


def _sum_by_order(rows: QuerySet[Any]) -> dict[int, int]:
    """Return the sum of the amounts for each order id."""
    grouped = rows.order_by().values("order_id").annotate(total=Sum("amount_minor"))
    return {row["order_id"]: row["total"] for row in grouped}
