"""Coupons as terms: what each takes off, and the one reason why it may or may not be used. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Reason = Literal[
    "applied",
    "inactive",
    "not_started",
    "ended",
    "wrong_currency",
    "out_of_scope",
    "below_floor",
    "used_up",
    "used_by_you",
    "not_first_order",
    "nothing_to_discount",
    "other_better",
]
"""Why a coupon takes something off, or why not; `other_better` means that others together save more."""


@dataclass(frozen=True, kw_only=True)
class CouponTerms:
    """What a coupon promises.

    `percent` is whole per cent (1 to 100) when `kind` is percent; `amount_minor` minor units when it is fixed.
    `floor_minor` is the least price of the goods in scope, before any coupon; `ceiling_minor` the most it takes off.
    Empty `product_keys` and `kinds` mean everything. A coupon that is not stackable stands alone.
    """

    code: str
    kind: Literal["percent", "fixed"]
    currency: str
    percent: int = 0
    amount_minor: int = 0
    floor_minor: int = 0
    ceiling_minor: int | None = None
    product_keys: frozenset[str] = field(default=frozenset())
    kinds: frozenset[str] = field(default=frozenset())
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    total_limit: int | None = None
    per_learner_limit: int | None = None
    is_stackable: bool = False
    first_order_only: bool = False
    is_active: bool = True

    def __post_init__(self) -> None:
        if self.kind == "percent" and not 1 <= self.percent <= 100:
            raise ValueError("A percentage lies between 1 and 100.")
        if self.kind == "fixed" and self.amount_minor <= 0:
            raise ValueError("A fixed coupon takes off at least one minor unit.")

    def covers(self, *, product_key: str, kind: str) -> bool:
        """Whether a line of this product and kind is in scope."""
        return (not self.product_keys or product_key in self.product_keys) and (not self.kinds or kind in self.kinds)

    def discount_on(self, base_minor: int) -> int:
        """Return what it takes off `base_minor`: never more than the base or the ceiling; half a unit rounds up."""
        share = (base_minor * self.percent * 2 + 100) // 200
        amount = share if self.kind == "percent" else self.amount_minor
        if self.ceiling_minor is not None:
            amount = min(amount, self.ceiling_minor)
        return max(0, min(amount, base_minor))


@dataclass(frozen=True, kw_only=True)
class LearnerFacts:
    """What is known of the buyer: uses count orders that are unpaid, paid or refunded, never those given up."""

    is_first_order: bool
    own_uses: Mapping[str, int] = field(default_factory=dict)
    total_uses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a coupon may be used on goods worth `base_minor`; `missing_minor` is what the floor still lacks."""

    reason: Reason
    missing_minor: int = 0

    @property
    def is_usable(self) -> bool:
        """Whether nothing stands against it."""
        return self.reason == "applied"


def judge_coupon(
    *, coupon: CouponTerms, base_minor: int, in_scope: bool, currency: str, facts: LearnerFacts, now: datetime
) -> Verdict:
    """Say whether `coupon` may be used now by this buyer on goods in its scope worth `base_minor`.

    The first reason against it is given, in the order in which a person would want to hear it.
    """
    own = facts.own_uses.get(coupon.code, 0)
    total = facts.total_uses.get(coupon.code, 0)
    checks: tuple[tuple[bool, Reason], ...] = (
        (not coupon.is_active, "inactive"),
        (coupon.starts_at is not None and now < coupon.starts_at, "not_started"),
        (coupon.ends_at is not None and now >= coupon.ends_at, "ended"),
        (coupon.currency != currency, "wrong_currency"),
        (coupon.per_learner_limit is not None and own >= coupon.per_learner_limit, "used_by_you"),
        (coupon.total_limit is not None and total >= coupon.total_limit, "used_up"),
        (coupon.first_order_only and not facts.is_first_order, "not_first_order"),
        (not in_scope, "out_of_scope"),
        (base_minor < coupon.floor_minor, "below_floor"),
        (base_minor == 0, "nothing_to_discount"),
    )
    for stands_against, reason in checks:
        if stands_against:
            missing = coupon.floor_minor - base_minor if reason == "below_floor" else 0
            return Verdict(reason=reason, missing_minor=missing)
    return Verdict(reason="applied")
