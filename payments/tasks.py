"""Celery's way to the sweeps of the payments room; each may run twice without harm."""

from celery import shared_task

from edu.core.clock import now_utc
from payments.checkout.sweeps import expire_orders, finish_interrupted, forget_keys, poll_payments, poll_refunds


@shared_task(name="payments.tasks.finish_interrupted_orders")
def finish_interrupted_orders() -> int:
    """Finish what a crash left between money and grant."""
    return finish_interrupted(now=now_utc())


@shared_task(name="payments.tasks.poll_silent_payments")
def poll_silent_payments() -> int:
    """Ask providers about payments, and refunds, of which nothing was heard."""
    now = now_utc()
    return poll_payments(now=now) + poll_refunds(now=now)


@shared_task(name="payments.tasks.expire_unpaid_orders")
def expire_unpaid_orders() -> int:
    """Give up orders whose time to pay ran out."""
    return expire_orders(now=now_utc())


@shared_task(name="payments.tasks.forget_idempotency_keys")
def forget_idempotency_keys() -> int:
    """Delete old idempotency keys."""
    return forget_keys(now=now_utc())
