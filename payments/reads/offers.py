"""Reading offers: what is sold, at which price."""

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from payments.models import Offer


@dataclass(frozen=True, kw_only=True)
class OfferView:
    """An offer as other rooms see it; prices in minor units a piece, taxes included, before coupons."""

    public_id: uuid.UUID
    title: str
    kind: str
    product_key: str
    price_minor: int
    list_price_minor: int | None
    currency: str
    status: str
    access_days: int | None
    organization_only: bool


def _to_offer_view(offer: Offer) -> OfferView:
    return OfferView(
        public_id=offer.public_id,
        title=offer.title,
        kind=offer.kind,
        product_key=offer.product_key,
        price_minor=offer.price_minor,
        list_price_minor=offer.list_price_minor,
        currency=offer.currency,
        status=offer.status,
        access_days=offer.access_days,
        organization_only=offer.organization_only,
    )


def list_offers(*, status: str = "", kind: str = "", query: str = "", product_key: str = "") -> list[OfferView]:
    """Return offers by title; empty filters let everything pass."""
    rows = Offer.objects.all()
    if status:
        rows = rows.filter(status=status)
    if kind:
        rows = rows.filter(kind=kind)
    if query.strip():
        rows = rows.filter(title__icontains=query.strip())
    if product_key:
        rows = rows.filter(product_key=product_key)
    return [_to_offer_view(offer) for offer in rows]


def list_seat_offers() -> list[OfferView]:
    """Return the offers of seats that are on sale, for the trainer's desk."""
    return list_offers(status=Offer.Status.ON_SALE, kind=Offer.Kind.SEATS)


def find_offer_for(*, product_key: str) -> OfferView | None:
    """Return the offer by which a learner buys this product itself, if one is on sale."""
    offer = Offer.objects.filter(product_key=product_key, status=Offer.Status.ON_SALE, organization_only=False).first()
    return _to_offer_view(offer) if offer else None


def get_offer(*, public_id: uuid.UUID) -> OfferView:
    """Return an offer whatever its status; NotFound when there is none."""
    offer = Offer.objects.filter(public_id=public_id).first()
    if offer is None:
        raise NotFound(_("There is no such offer."))
    return _to_offer_view(offer)
