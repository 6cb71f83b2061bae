"""Writing steps into the history of an order, and postings into the ledger. Callers hold the order's lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edu.core.errors import Conflict
from payments.domain.ledger import Posting, balanced
from payments.models import LedgerEntry, LedgerPosting, Order, OrderTransition


class OrderMovedOn(Conflict):
    """Somebody else changed the order in the same moment; what was asked may be tried again."""

    code = "order_moved_on"


def record_step(
    *,
    order: Order,
    subject: str,
    subject_id: int,
    before: str,
    after: str,
    cause: str,
    at: datetime,
    amount_minor: int | None = None,
    actor: Any | None = None,
) -> None:
    """Add one step; `amount_minor` is the money that moved with it."""
    OrderTransition.objects.create(
        order=order,
        subject=subject,
        subject_id=subject_id,
        from_state=before,
        to_state=after,
        cause=cause,
        amount_minor=amount_minor,
        actor=actor,
        at=at,
    )


def move_order(*, order: Order, after: str, cause: str, at: datetime, actor: Any | None = None, **fields: Any) -> None:
    """Change an order by a conditional UPDATE from the state it was read in; OrderMovedOn when it has changed since.

    `fields` are further columns. A step is added when the state changes.
    """
    before = order.state
    changed = Order.objects.filter(
        pk=order.pk, state=before, paid_minor=order.paid_minor, refunded_minor=order.refunded_minor
    ).update(state=after, **fields)
    if not changed:
        raise OrderMovedOn(_("The order has changed in the same moment. Try again."))
    for name, value in {"state": after, **fields}.items():
        setattr(order, name, value)
    if after != before:
        record_step(
            order=order,
            subject="order",
            subject_id=order.pk,
            before=before,
            after=after,
            cause=cause,
            at=at,
            actor=actor,
        )


def post(*, order: Order, kind: str, source: str, postings: Sequence[Posting], at: datetime) -> None:
    """Book balanced postings under `source` (such as payment:12), which can be booked once.

    An entry over nothing is left out. UnbalancedEntry and IntegrityError are faults of the program.
    """
    kept = balanced(postings)
    if not kept:
        return
    with transaction.atomic():
        entry = LedgerEntry.objects.create(kind=kind, source=source, order=order, currency=order.currency, posted_at=at)
        LedgerPosting.objects.bulk_create(
            LedgerPosting(entry=entry, account=posting.account, amount_minor=posting.amount_minor) for posting in kept
        )
