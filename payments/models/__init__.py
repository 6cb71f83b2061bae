"""The tables of the payments room; private to it."""

from payments.models.coupon import Coupon, CouponGrant, CouponUse
from payments.models.idempotency import IdempotencyKey
from payments.models.ledger import LedgerEntry, LedgerPosting
from payments.models.offer import BundleItem, Offer
from payments.models.order import Order, OrderDiscount, OrderLine, OrderTransition
from payments.models.payment import Payment, ProviderEvent, Refund, SandboxCharge

__all__ = [
    "BundleItem",
    "Coupon",
    "CouponGrant",
    "CouponUse",
    "IdempotencyKey",
    "LedgerEntry",
    "LedgerPosting",
    "Offer",
    "Order",
    "OrderDiscount",
    "OrderLine",
    "OrderTransition",
    "Payment",
    "ProviderEvent",
    "Refund",
    "SandboxCharge",
]
