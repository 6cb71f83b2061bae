"""The public writes of the payments room. Each authorises, states its errors, and is safe to repeat."""

import uuid
from datetime import datetime
from typing import Any

from payments.checkout.answer_refund import confirm_offline_refund, give_up_refund, retry_refund
from payments.checkout.apply_event import apply_event
from payments.checkout.close_order import cancel_order
from payments.checkout.confirm_transfer import confirm_offline_payment
from payments.checkout.coupons import claim_coupon, create_coupon, give_coupon, set_coupon_active
from payments.checkout.late_money import accept_late_payment
from payments.checkout.offers import create_offer, publish_offer, set_bundle_items, take_off_sale
from payments.checkout.place_order import PlacedOrder, place_order
from payments.checkout.record_event import receive_notification
from payments.checkout.refund_order import RefundResult, refund_order
from payments.checkout.start_payment import PaymentPage, start_payment
from payments.providers.sandbox import Choice, Sandbox

__all__ = [
    "PaymentPage",
    "PlacedOrder",
    "RefundResult",
    "accept_late_payment",
    "cancel_order",
    "claim_coupon",
    "confirm_offline_payment",
    "confirm_offline_refund",
    "create_coupon",
    "create_offer",
    "give_coupon",
    "give_up_refund",
    "pay_in_sandbox",
    "place_order",
    "publish_offer",
    "refund_order",
    "retry_refund",
    "set_bundle_items",
    "set_coupon_active",
    "start_payment",
    "take_off_sale",
]


def pay_in_sandbox(
    *, user: Any, order_public_id: uuid.UUID, choice: Choice = "success", now: datetime | None = None
) -> str:
    """Pay an order through the sandbox as a buyer would who chooses `choice`; return the notification's outcome.

    The whole path is walked: payment, signed notification, money, grants. Not inside another transaction, since the
    money is committed on its own. NotFound where the sandbox is not offered.
    """
    page = start_payment(
        user=user,
        order_public_id=order_public_id,
        provider=Sandbox.name,
        idempotency_key=f"sandbox:{order_public_id}:{uuid.uuid4()}",
        now=now,
    )
    sandbox = Sandbox()
    charge = sandbox.choose(reference=page.payment_public_id, choice=choice, now=now)
    headers, body = sandbox.notification_for(charge)
    event = receive_notification(provider=Sandbox.name, headers=headers, body=body, now=now)
    return apply_event(provider_event_id=event.pk, now=now)
