"""Applying a stored notification: the money is committed first, then what it bought is opened."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from edu.core.clock import now_utc
from edu.notifications.services import notify
from payments.checkout.close_order import close_payments
from payments.checkout.fulfil_order import fulfil_order
from payments.checkout.history import move_order, post, record_step
from payments.checkout.late_money import list_obstacles, open_late
from payments.checkout.settle_refund import RefundDoesNotFit, settle_refund
from payments.domain.ledger import payment_postings
from payments.domain.order_states import (
    Decision,
    PaymentConfirmed,
    PaymentEnded,
    RefundAnswered,
    decide,
    judge_answer,
)
from payments.fetch import to_order_facts, to_payment_facts, to_refund_facts
from payments.models import LedgerEntry, Order, Payment, ProviderEvent, Refund
from payments.wording import money_label

REFUND_KINDS = ("refund_done", "refund_failed")


def apply_event(*, provider_event_id: int, now: datetime | None = None) -> str:
    """Apply a notification once and return its outcome (ProviderEvent.Outcome); calling again changes nothing.

    Two transactions: the first takes the money, the second opens the goods. What lies between them after a crash is
    found by the sweep. An answer about a refund is booked in one.
    """
    moment = now or now_utc()
    if ProviderEvent.objects.filter(pk=provider_event_id, kind__in=REFUND_KINDS).exists():
        return _apply_answer(provider_event_id, moment)
    outcome, order_id = _commit_money(provider_event_id, moment)
    if order_id is not None and fulfil_order(order_id=order_id, now=moment):
        close_payments(order_id=order_id, now=moment)
    return outcome


def _commit_money(provider_event_id: int, now: datetime) -> tuple[str, int | None]:
    """Decide under the order's lock and write payment, order, ledger and outcome together."""
    with transaction.atomic(durable=True):
        event = ProviderEvent.objects.get(pk=provider_event_id)
        payment = _find_payment(event)
        if payment is None:
            return _close(event, ProviderEvent.Outcome.UNKNOWN, "", now), None
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        event = ProviderEvent.objects.select_for_update().get(pk=provider_event_id)
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        if event.applied_at is not None:
            return event.outcome, order.pk
        decision = decide(to_order_facts(order), _to_domain_event(event, order, payment, now))
        if decision.verdict == "accepted":
            _write(order, payment, event, decision, now)
        return _close(event, decision.verdict, decision.reason, now), order.pk


def _find_payment(event: ProviderEvent) -> Payment | None:
    """Return the payment that a notification is about; None when it names none of ours with this provider."""
    try:
        reference = uuid.UUID(event.reference)
    except ValueError:
        return None
    return Payment.objects.filter(public_id=reference, provider=event.provider).first()


def _apply_answer(provider_event_id: int, now: datetime) -> str:
    """Book what a provider said about a refund, under the order's lock, once."""
    with transaction.atomic(durable=True):
        event = ProviderEvent.objects.get(pk=provider_event_id)
        refund = _find_refund(event)
        if refund is None:
            return _close(event, ProviderEvent.Outcome.UNKNOWN, "", now)
        Order.objects.select_for_update().get(pk=refund.order_id)
        event = ProviderEvent.objects.select_for_update().get(pk=provider_event_id)
        if event.applied_at is not None:
            return event.outcome
        refund.refresh_from_db()
        outcome = "done" if event.kind == "refund_done" else "failed"
        answer = RefundAnswered(
            outcome=outcome,  # type: ignore[arg-type] # one of the literals
            amount_minor=event.amount_minor,
            currency=event.currency,
        )
        verdict, reason = judge_answer(to_refund_facts(refund), answer)
        if verdict == "accepted":
            try:
                with transaction.atomic():
                    settle_refund(
                        refund_id=refund.pk,
                        state=outcome,
                        provider_reference=event.provider_reference,
                        error="" if outcome == "done" else "refused_later",
                        now=now,
                    )
            except RefundDoesNotFit:
                # The money went out a second time: nothing here can undo that, so a person is shown it.
                verdict, reason = "refused", "does_not_fit"
        return _close(event, verdict, reason, now)


def _find_refund(event: ProviderEvent) -> Refund | None:
    """Return the refund that a notification is about; None when it names none of ours with this provider."""
    try:
        reference = uuid.UUID(event.reference)
    except ValueError:
        return None
    return Refund.objects.filter(public_id=reference, payment__provider=event.provider).first()


def _to_domain_event(
    event: ProviderEvent, order: Order, payment: Payment, now: datetime
) -> PaymentConfirmed | PaymentEnded:
    facts = to_payment_facts(payment)
    if event.kind == "payment_confirmed":
        # Only for an order whose time ran out it matters whether everything still stands.
        obstacles = list_obstacles(order=order, now=now) if order.state == Order.State.EXPIRED else ()
        return PaymentConfirmed(
            payment=facts, amount_minor=event.amount_minor, currency=event.currency, obstacles=obstacles
        )
    return PaymentEnded(payment=facts, outcome="failed" if event.kind == "payment_failed" else "cancelled")


def _write(order: Order, payment: Payment, event: ProviderEvent, decision: Decision, now: datetime) -> None:
    """Write an accepted decision: the payment's state, then the order's, then the books."""
    assert decision.payment_state is not None
    before = payment.state
    is_opening = decision.order_state != order.state
    is_extra = bool(decision.paid_delta_minor) and not is_opening
    payment.state = decision.payment_state
    payment.is_extra = is_extra
    payment.provider_reference = event.provider_reference or payment.provider_reference
    if decision.paid_delta_minor:
        payment.confirmed_at = now
    payment.save(update_fields=["state", "is_extra", "provider_reference", "confirmed_at"])
    record_step(
        order=order,
        subject="payment",
        subject_id=payment.pk,
        before=before,
        after=payment.state,
        cause=event.kind.removeprefix("payment_"),
        at=now,
        amount_minor=decision.paid_delta_minor or None,
    )
    if not decision.paid_delta_minor:
        return
    paid_minor = order.paid_minor + decision.paid_delta_minor
    if is_opening and order.state != Order.State.PENDING:
        open_late(order=order, flag=decision.flag, now=now, actor=None, paid_minor=paid_minor)
    else:
        fields: dict[str, Any] = {"paid_minor": paid_minor, "flag": decision.flag}
        if is_opening:
            fields |= {"paid_at": now, "open_key": None}
        move_order(order=order, after=decision.order_state, cause="confirmed", at=now, **fields)
    post(
        order=order,
        kind=LedgerEntry.Kind.PAYMENT,
        source=f"payment:{payment.pk}",
        postings=payment_postings(provider=payment.provider, amount_minor=decision.paid_delta_minor),
        at=now,
    )
    if is_extra:
        notify(
            user_id=order.user_id,
            kind="payments.kept",
            context={
                "number": order.number,
                "amount": money_label(decision.paid_delta_minor, order.currency, order.user.language),
                "is_second": decision.flag == "paid_twice",
            },
            url=reverse("payments:order", args=[order.public_id]),
            dedupe_key=f"money-kept:{payment.pk}",
        )


def _close(event: ProviderEvent, outcome: str, note: str, now: datetime) -> str:
    """Mark a notification as applied."""
    ProviderEvent.objects.filter(pk=event.pk, applied_at__isnull=True).update(
        outcome=outcome, note=note[:120], applied_at=now
    )
    return outcome
