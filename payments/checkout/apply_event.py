"""Applying a stored notification: the money is committed first, then what it bought is opened."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from edu.core.clock import now_utc
from payments.checkout.close_order import close_payments
from payments.checkout.fulfil_order import fulfil_order
from payments.checkout.history import move_order, post, record_step
from payments.domain.ledger import payment_postings
from payments.domain.order_states import Decision, PaymentConfirmed, PaymentEnded, decide
from payments.fetch import to_order_facts, to_payment_facts
from payments.models import LedgerEntry, Order, Payment, ProviderEvent


def apply_event(*, provider_event_id: int, now: datetime | None = None) -> str:
    """Apply a notification once and return its outcome (ProviderEvent.Outcome); calling again changes nothing.

    Two transactions: the first takes the money, the second opens the goods. What lies between them after a crash is
    found by the sweep.
    """
    moment = now or now_utc()
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
        decision = decide(to_order_facts(order), _to_domain_event(event, payment))
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


def _to_domain_event(event: ProviderEvent, payment: Payment) -> PaymentConfirmed | PaymentEnded:
    facts = to_payment_facts(payment)
    if event.kind == "payment_confirmed":
        return PaymentConfirmed(payment=facts, amount_minor=event.amount_minor, currency=event.currency)
    return PaymentEnded(payment=facts, outcome="failed" if event.kind == "payment_failed" else "cancelled")


def _write(order: Order, payment: Payment, event: ProviderEvent, decision: Decision, now: datetime) -> None:
    """Write an accepted decision: the payment's state, then the order's, then the books."""
    assert decision.payment_state is not None
    before = payment.state
    is_extra = bool(decision.paid_delta_minor) and not (
        order.state == Order.State.PENDING and decision.order_state == "paid"
    )
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
    fields: dict[str, Any] = {"paid_minor": order.paid_minor + decision.paid_delta_minor, "flag": decision.flag}
    if decision.order_state != order.state:
        fields |= {"paid_at": now, "open_key": None}
    move_order(order=order, after=decision.order_state, cause="confirmed", at=now, **fields)
    post(
        order=order,
        kind=LedgerEntry.Kind.PAYMENT,
        source=f"payment:{payment.pk}",
        postings=payment_postings(provider=payment.provider, amount_minor=decision.paid_delta_minor),
        at=now,
    )


def _close(event: ProviderEvent, outcome: str, note: str, now: datetime) -> str:
    """Mark a notification as applied."""
    ProviderEvent.objects.filter(pk=event.pk, applied_at__isnull=True).update(
        outcome=outcome, note=note[:120], applied_at=now
    )
    return outcome
