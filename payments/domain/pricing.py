"""The price of an order: cart, coupons and facts in; lines, discounts with their reasons, and the total out. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from payments.domain.promotions import CouponTerms, LearnerFacts, Reason, Verdict, judge_coupon


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """So many of one offer. `key` names the offer within the cart.

    Prices are minor units a piece: `unit_list_minor` is the price struck through, `unit_price_minor` what is asked now,
    taxes included, before coupons. ValueError when the price is negative or above the list, or the quantity below one.
    """

    key: str
    product_key: str
    kind: str
    unit_price_minor: int
    unit_list_minor: int
    quantity: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.unit_price_minor <= self.unit_list_minor:
            raise ValueError("A price is not negative and not above the list price.")
        if self.quantity < 1:
            raise ValueError("A cart line holds at least one piece.")


@dataclass(frozen=True, kw_only=True)
class Cart:
    """What a buyer wants, all in one currency (ISO 4217); each key stands in it once (ValueError otherwise)."""

    currency: str
    lines: tuple[CartLine, ...]

    def __post_init__(self) -> None:
        if len({line.key for line in self.lines}) != len(self.lines):
            raise ValueError("An offer stands in a cart once, with its quantity.")


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """A line with its money, all in minor units and for the whole quantity.

    `list_minor` before anything; `price_minor` at the offer's present price; `discount_minor` what coupons take off;
    `total_minor` what is to be paid.
    """

    key: str
    product_key: str
    kind: str
    quantity: int
    list_minor: int
    price_minor: int
    discount_minor: int
    total_minor: int


@dataclass(frozen=True, kw_only=True)
class PricedDiscount:
    """A coupon that was tried: what it takes off (0 when it does not apply) and why."""

    code: str
    amount_minor: int
    reason: Reason
    missing_minor: int = 0

    @property
    def is_applied(self) -> bool:
        """Whether it takes something off."""
        return self.reason == "applied"


@dataclass(frozen=True, kw_only=True)
class PricedOrder:
    """A priced cart: 0 <= total_minor = price_minor - discount_minor <= price_minor <= list_minor."""

    currency: str
    lines: tuple[PricedLine, ...]
    discounts: tuple[PricedDiscount, ...]
    list_minor: int
    price_minor: int
    discount_minor: int
    total_minor: int


def allocate(amount_minor: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split an amount over keys by weight so that the parts add up and none exceeds its weight.

    Largest remainder first, then by key. `amount_minor` must not exceed the sum of the weights (ValueError).
    """
    whole = sum(weights.values())
    if not 0 <= amount_minor <= whole:
        raise ValueError("The amount must lie between nothing and the sum of the weights.")
    if whole == 0:
        return dict.fromkeys(weights, 0)
    parts = {key: amount_minor * weight // whole for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(amount_minor * weights[key] % whole), key))
    for key in by_remainder[: amount_minor - sum(parts.values())]:
        parts[key] += 1
    return parts


def price_order(*, cart: Cart, promotions: Iterable[CouponTerms], facts: LearnerFacts, now: datetime) -> PricedOrder:
    """Price a cart with the coupons that were offered; the same whatever the order of lines and coupons.

    Stackable coupons apply together, percentages before fixed amounts, each on what the earlier ones left. A coupon
    that does not stack stands alone. Of all these choices the one that saves most is taken; among equals the stack,
    then the first code. Scope and floor are judged on the offers' present prices.
    """
    lines = sorted(cart.lines, key=lambda line: line.key)
    prices = {line.key: line.unit_price_minor * line.quantity for line in lines}
    coupons = sorted({coupon.code: coupon for coupon in promotions}.values(), key=lambda coupon: coupon.code)
    scopes = {
        coupon.code: [line.key for line in lines if coupon.covers(product_key=line.product_key, kind=line.kind)]
        for coupon in coupons
    }
    verdicts: dict[str, Verdict] = {
        coupon.code: judge_coupon(
            coupon=coupon,
            base_minor=sum(prices[key] for key in scopes[coupon.code]),
            in_scope=bool(scopes[coupon.code]),
            currency=cart.currency,
            facts=facts,
            now=now,
        )
        for coupon in coupons
    }
    usable = [coupon for coupon in coupons if verdicts[coupon.code].is_usable]
    stack = sorted(
        (coupon for coupon in usable if coupon.is_stackable), key=lambda coupon: (coupon.kind == "fixed", coupon.code)
    )
    choices = [stack, *([coupon] for coupon in usable if not coupon.is_stackable)]
    outcomes = [_apply(choice, prices, scopes) for choice in choices]
    taken, rest = max(outcomes, key=lambda outcome: sum(outcome[0].values()))
    priced = tuple(
        PricedLine(
            key=line.key,
            product_key=line.product_key,
            kind=line.kind,
            quantity=line.quantity,
            list_minor=line.unit_list_minor * line.quantity,
            price_minor=prices[line.key],
            discount_minor=prices[line.key] - rest[line.key],
            total_minor=rest[line.key],
        )
        for line in lines
    )
    discount_minor = sum(taken.values())
    price_minor = sum(prices.values())
    return PricedOrder(
        currency=cart.currency,
        lines=priced,
        discounts=tuple(_explain(coupon, verdicts[coupon.code], taken) for coupon in coupons),
        list_minor=sum(line.list_minor for line in priced),
        price_minor=price_minor,
        discount_minor=discount_minor,
        total_minor=price_minor - discount_minor,
    )


def _apply(
    coupons: list[CouponTerms], prices: Mapping[str, int], scopes: Mapping[str, list[str]]
) -> tuple[dict[str, int], dict[str, int]]:
    """Take the coupons off one after another; return what each took, and what is left of each line."""
    rest = dict(prices)
    taken: dict[str, int] = {}
    for coupon in coupons:
        weights = {key: rest[key] for key in scopes[coupon.code]}
        amount = coupon.discount_on(sum(weights.values()))
        for key, part in allocate(amount, weights).items():
            rest[key] -= part
        taken[coupon.code] = amount
    return taken, rest


def _explain(coupon: CouponTerms, verdict: Verdict, taken: Mapping[str, int]) -> PricedDiscount:
    """Say what became of one coupon."""
    amount = taken.get(coupon.code, 0)
    if not verdict.is_usable:
        return PricedDiscount(
            code=coupon.code, amount_minor=0, reason=verdict.reason, missing_minor=verdict.missing_minor
        )
    if coupon.code not in taken:
        reason: Reason = "other_better" if any(taken.values()) else "nothing_to_discount"
        return PricedDiscount(code=coupon.code, amount_minor=0, reason=reason)
    return PricedDiscount(code=coupon.code, amount_minor=amount, reason="applied" if amount else "nothing_to_discount")
