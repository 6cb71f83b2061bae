"""Orders of the history, placed and paid through the use cases at their own moments."""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from edu.access.models import Grant
from edu.accounts.models import User
from edu.core.errors import DomainError
from edu.demo.learners import Learner
from edu.demo.shelves import Shelf
from payments import services as payments
from payments.models import Offer

PAYING = timedelta(minutes=2)
"""How long after the order the payment comes."""


def buy(
    user: User,
    offer: Offer,
    *,
    at: datetime,
    key: str,
    coupon_codes: Sequence[str] = (),
    choice: str | None = "success",
) -> uuid.UUID | None:
    """Place an order and pay it with the outcome `choice` of the sandbox (None: it is never paid).

    Return the order's public id; None where the person may not buy it. The grant begins with the payment.
    """
    try:
        placed = payments.place_order(
            user=user,
            items=[(offer.public_id, 1)],
            idempotency_key=key,
            accept_terms=True,
            coupon_codes=list(coupon_codes),
            now=at,
        )
    except DomainError:
        return None
    if choice is not None:
        payments.pay_in_sandbox(user=user, order_public_id=placed.public_id, choice=choice, now=at + PAYING)
        Grant.objects.filter(user=user, from_at__gt=at + PAYING).update(from_at=at + PAYING)
    return placed.public_id


def buy_course(person: Learner, shelf: Shelf, *, at: datetime, chance: random.Random) -> bool:
    """Buy a course; now and then it is not paid, and rarely the money goes back. True when owned in the end."""
    roll, coupons = chance.random(), ["WELCOME20"] if chance.random() < 0.4 else []
    choice = None if roll < 0.08 else "failure" if roll < 0.12 else "success"
    name = f"{person.user.pk}-{shelf.course.pk}"
    order = buy(person.user, shelf.offer, at=at, key=f"history-{name}", coupon_codes=coupons, choice=choice)
    if order is not None and 0.12 <= roll < 0.15:
        payments.refund_order(
            actor=None,
            order_public_id=order,
            reason="不符合预期",
            idempotency_key=f"history-refund-{name}",
            now=at + timedelta(days=2),
        )
    return order is not None and roll >= 0.15
