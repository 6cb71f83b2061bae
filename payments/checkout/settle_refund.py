"""Sending a refund and booking the provider's answer, whenever and however often it comes."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.access.services import revoke_grants
from edu.core.clock import now_utc
from edu.core.errors import Conflict
from edu.events.publish import publish
from edu.events.types import OrderRefunded
from edu.notifications.services import notify
from payments.checkout.history import move_order, post, record_step
from payments.domain.ledger import refund_postings
from payments.domain.order_states import RefundDone, decide, may_move_refund
from payments.fetch import to_order_facts
from payments.models import LedgerEntry, Order, OrderLine, Payment, Refund
from payments.providers.base import ProviderUnavailable, RefundRequest
from payments.providers.registry import get_known_provider
from payments.wording import money_label

logger = logging.getLogger(__name__)


class RefundDoesNotFit(Conflict):
    """The money of a refund is no longer there: it went back by another refund, or the order moved on."""

    code = "refund_does_not_fit"


UNRESERVED = (Refund.State.FAILED, Refund.State.CANCELLED)
"""States in which no money is set aside for a refund."""


def send_refund(*, refund_id: int, now: datetime | None = None) -> str:
    """Ask the provider to send one refund and book the answer; return its state. Repeating it sends nothing twice."""
    moment = now or now_utc()
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state != Refund.State.CREATED:
        return refund.state
    try:
        answer = get_known_provider(refund.payment.provider).refund(
            RefundRequest(
                refund_reference=refund.public_id,
                payment_reference=refund.payment.public_id,
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                reason=refund.reason,
                now=moment,
                tries=refund.tries,
            )
        )
    except ProviderUnavailable as error:
        logger.warning("provider %s is away; the sweep will send the refund: %s", refund.payment.provider, error)
        return refund.state
    return settle_refund(
        refund_id=refund_id,
        state=answer.state,
        provider_reference=answer.provider_reference,
        error=answer.error,
        now=moment,
    )


def settle_refund(
    *, refund_id: int, state: str, provider_reference: str = "", error: str = "", now: datetime | None = None
) -> str:
    """Book what the provider said about a refund: done, pending or failed; return the state it is in then."""
    moment = now or now_utc()
    with transaction.atomic():
        order_id = Refund.objects.values_list("order_id", flat=True).get(pk=refund_id)
        order = Order.objects.select_for_update().get(pk=order_id)
        refund = Refund.objects.select_for_update().select_related("payment").get(pk=refund_id)
        before = refund.state
        if not may_move_refund(before=before, after=state):  # type: ignore[arg-type] # columns hold the literals
            return before
        if before in UNRESERVED:
            reserve_again(refund)
        refund.state = state
        refund.provider_reference = provider_reference or refund.provider_reference
        refund.error = error[:300]
        refund.done_at = moment if state == Refund.State.DONE else None
        refund.save(update_fields=["state", "provider_reference", "error", "done_at"])
        record_step(
            order=order,
            subject="refund",
            subject_id=refund.pk,
            before=before,
            after=state,
            cause=state,
            at=moment,
            amount_minor=refund.amount_minor if state == Refund.State.DONE else None,
        )
        if state == Refund.State.DONE:
            _book(order, refund, moment)
        elif state == Refund.State.FAILED:
            _release(refund)
    return state


def reserve_again(refund: Refund) -> None:
    """Reserve the money of a refused refund anew; RefundDoesNotFit when it is no longer there.

    The caller holds the order's lock. The lines that it now gives back in full are those whose access ends with it.
    """
    fits = Payment.objects.filter(
        pk=refund.payment_id, refunded_minor__lte=F("amount_minor") - refund.amount_minor
    ).update(refunded_minor=F("refunded_minor") + refund.amount_minor)
    ended = []
    for line in OrderLine.objects.filter(pk__in=map(int, refund.by_line)):
        part = refund.by_line[str(line.pk)]
        fits = fits and line.refunded_minor + part <= line.total_minor
        OrderLine.objects.filter(pk=line.pk).update(refunded_minor=F("refunded_minor") + part)
        if line.refunded_minor + part == line.total_minor:
            ended.append(line.pk)
    if not fits:
        raise RefundDoesNotFit(_("The money of this refund went back another way. Look at the order again."))
    refund.ended_line_ids = ended
    refund.save(update_fields=["ended_line_ids"])


def _release(refund: Refund) -> None:
    """Free the money that a failed refund had reserved."""
    Payment.objects.filter(pk=refund.payment_id).update(refunded_minor=F("refunded_minor") - refund.amount_minor)
    for line_id, amount in refund.by_line.items():
        OrderLine.objects.filter(pk=int(line_id)).update(refunded_minor=F("refunded_minor") - amount)


def _book(order: Order, refund: Refund, now: datetime) -> None:
    """Move the order, post the books, end access, and tell everybody."""
    decision = decide(to_order_facts(order), RefundDone(amount_minor=refund.amount_minor, currency=refund.currency))
    if decision.verdict != "accepted":
        raise RefundDoesNotFit(
            _("A refund of order %(number)s does not fit it: %(reason)s.")
            % {"number": order.number, "reason": decision.reason}
        )
    move_order(
        order=order,
        after=decision.order_state,
        cause="refunded",
        at=now,
        actor=refund.requested_by,
        refunded_minor=order.refunded_minor + decision.refunded_delta_minor,
        flag=decision.flag,
    )
    is_extra = refund.payment.is_extra
    post(
        order=order,
        kind=LedgerEntry.Kind.REFUND,
        source=f"refund:{refund.pk}",
        postings=refund_postings(
            provider=refund.payment.provider,
            earned_minor=0 if is_extra else refund.amount_minor,
            unearned_minor=refund.amount_minor if is_extra else 0,
        ),
        at=now,
    )
    for line_id in refund.ended_line_ids:
        OrderLine.objects.filter(pk=line_id, ended_at__isnull=True).update(ended_at=now)
        revoke_grants(source_kind="order", source_id=str(line_id), reason=f"refund of order {order.number}")
    publish(
        OrderRefunded(
            order_id=order.pk, user_id=order.user_id, refund_minor=refund.amount_minor, currency=refund.currency
        )
    )
    notify(
        user_id=order.user_id,
        kind="payments.refunded",
        context={
            "number": order.number,
            "amount": money_label(refund.amount_minor, refund.currency, order.user.language),
            "reason": refund.reason,
            "ended": list(OrderLine.objects.filter(pk__in=refund.ended_line_ids).values_list("title", flat=True)),
        },
        url=reverse("payments:order", args=[order.public_id]),
        dedupe_key=f"refund-done:{refund.pk}",
    )
