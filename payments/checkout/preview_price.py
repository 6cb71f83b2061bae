"""What an offer would cost a person now, with which coupons and why, and which coupon she holds would save most."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from payments.checkout.coupons import clean_code, open_coupons
from payments.domain.pricing import PricedOrder, price_order
from payments.fetch import fetch_learner_facts, to_cart, to_terms
from payments.models import Coupon, CouponGrant, Offer

MAX_SEATS = 10_000
MAX_COUPONS = 5


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A coupon in the purse that would lower the total, and by how much (minor units)."""

    code: str
    title: str
    saving_minor: int


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A priced offer. `coupons` maps each code that was tried to its row; `unknown_codes` are open to nobody here."""

    offer: Offer
    quantity: int
    priced: PricedOrder
    coupons: dict[str, Coupon]
    unknown_codes: tuple[str, ...]
    suggestion: Suggestion | None


def get_offer_on_sale(*, offer_public_id: uuid.UUID) -> Offer:
    """Return an offer that can be bought; NotFound otherwise."""
    offer = Offer.objects.filter(public_id=offer_public_id, status=Offer.Status.ON_SALE).first()
    if offer is None:
        raise NotFound(_("This offer is not on sale."))
    return offer


def check_quantity(*, offer: Offer, quantity: int) -> None:
    """Let one piece pass, and any number of seats up to MAX_SEATS; InvalidInput otherwise."""
    most = MAX_SEATS if offer.kind == Offer.Kind.SEATS else 1
    if not 1 <= quantity <= most:
        raise InvalidInput(_("Choose between 1 and %(most)d.") % {"most": most}, field="quantity")


def clean_codes(codes: Sequence[str]) -> list[str]:
    """Return codes as stored, each once, at most MAX_COUPONS."""
    return list(dict.fromkeys(code for code in map(clean_code, codes) if code))[:MAX_COUPONS]


def preview_price(
    *,
    user_id: int | None,
    offer: Offer,
    quantity: int = 1,
    coupon_codes: Sequence[str] = (),
    now: datetime | None = None,
) -> Preview:
    """Price an offer for a person (None for a stranger) and look for a better coupon in her purse.

    Nothing is written. InvalidInput for a quantity that cannot be had.
    """
    moment = now or now_utc()
    check_quantity(offer=offer, quantity=quantity)
    codes = clean_codes(coupon_codes)
    coupons = {coupon.code: coupon for coupon in open_coupons(user_id=user_id, codes=codes)} if codes else {}
    held: dict[str, Coupon] = {}
    if user_id is not None:
        rows = CouponGrant.objects.filter(user_id=user_id, coupon__is_active=True).select_related("coupon")
        held = {row.coupon.code: row.coupon for row in rows}
    everything = {**held, **coupons}
    facts = fetch_learner_facts(user_id=user_id, coupons=everything.values())
    cart = to_cart(items=[(offer, quantity)])
    priced = price_order(cart=cart, promotions=map(to_terms, coupons.values()), facts=facts, now=moment)
    best: Suggestion | None = None
    for code in sorted(set(held) - set(coupons)):
        tried = price_order(
            cart=cart,
            promotions=[to_terms(coupon) for coupon in (*coupons.values(), held[code])],
            facts=facts,
            now=moment,
        )
        saving = priced.total_minor - tried.total_minor
        if saving > (best.saving_minor if best else 0):
            best = Suggestion(code=code, title=held[code].title, saving_minor=saving)
    return Preview(
        offer=offer,
        quantity=quantity,
        priced=priced,
        coupons=coupons,
        unknown_codes=tuple(code for code in codes if code not in coupons),
        suggestion=best,
    )
