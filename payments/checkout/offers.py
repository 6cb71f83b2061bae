"""Making offers, putting them on sale and taking them off. What was bought stays with its buyers."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.access.services import register_door, set_opens
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from payments.models import BundleItem, Offer
from payments.policies import require_operator


def create_offer(
    *,
    actor: Any | None,
    title: str,
    kind: str,
    product_key: str = "",
    price_minor: int,
    list_price_minor: int | None = None,
    currency: str = "CNY",
    access_days: int | None = None,
    description: str = "",
    organization_only: bool = False,
    item_keys: Sequence[str] = (),
) -> Offer:
    """Make a draft. Prices are minor units, taxes included; `item_keys` are the products inside a bundle.

    A bundle gets a product key of its own. InvalidInput when it is not complete; NotAllowed for others than operators.
    """
    require_operator(actor)
    offer = Offer(
        title=title,
        kind=kind,
        product_key=product_key,
        price_minor=price_minor,
        list_price_minor=list_price_minor,
        currency=currency,
        access_days=access_days,
        description=description,
        organization_only=organization_only or kind == Offer.Kind.SEATS,
    )
    if kind == Offer.Kind.BUNDLE and not product_key:
        offer.product_key = f"bundle:{offer.public_id}"
    with transaction.atomic():
        try:
            offer.full_clean()
        except ValidationError as error:
            raise InvalidInput(" ".join(error.messages)) from error
        offer.save()
        BundleItem.objects.bulk_create(
            BundleItem(offer=offer, product_key=key, position=place) for place, key in enumerate(item_keys)
        )
        _record(actor, "offer.create", offer, {"price_minor": [None, price_minor]})
    return offer


def set_bundle_items(*, actor: Any | None, offer_public_id: uuid.UUID, product_keys: Sequence[str]) -> None:
    """Make a bundle hold exactly these products, in this order; its buyers get what is new and lose what is gone."""
    require_operator(actor)
    with transaction.atomic():
        offer = _lock(offer_public_id)
        if offer.kind != Offer.Kind.BUNDLE:
            raise InvalidInput(_("Only a bundle holds other products."))
        before = list(offer.items.values_list("product_key", flat=True))
        offer.items.all().delete()
        BundleItem.objects.bulk_create(
            BundleItem(offer=offer, product_key=key, position=place)
            for place, key in enumerate(dict.fromkeys(product_keys))
        )
        sync_offer(offer=offer)
        _record(actor, "offer.set_items", offer, {"items": [before, list(product_keys)]})


def publish_offer(*, actor: Any | None, offer_public_id: uuid.UUID, now: datetime | None = None) -> Offer:
    """Put an offer on sale, set the price on its product's door and what a bundle opens.

    Conflict when another offer of the product is on sale; InvalidInput for a bundle with nothing in it.
    """
    require_operator(actor)
    with transaction.atomic():
        offer = _lock(offer_public_id)
        before = offer.status
        offer.status = Offer.Status.ON_SALE
        offer.published_at = now or now_utc()
        try:
            offer.validate_constraints()
        except ValidationError as error:
            raise Conflict(" ".join(error.messages), code="another_on_sale") from error
        offer.save(update_fields=["status", "published_at"])
        sync_offer(offer=offer)
        _record(actor, "offer.publish", offer, {"status": [before, offer.status]})
    return offer


def take_off_sale(*, actor: Any | None, offer_public_id: uuid.UUID) -> Offer:
    """Take an offer off sale. Its buyers keep what they have; nobody new can buy it."""
    require_operator(actor)
    with transaction.atomic():
        offer = _lock(offer_public_id)
        before = offer.status
        offer.status = Offer.Status.OFF_SALE
        offer.save(update_fields=["status"])
        sync_offer(offer=offer)
        _record(actor, "offer.take_off_sale", offer, {"status": [before, offer.status]})
    return offer


def sync_offer(*, offer: Offer) -> None:
    """Bring the product's door and what a bundle opens in line with the offer, in the caller's transaction.

    The price on a door is the one a learner pays; offers for organisations set none.
    """
    if offer.kind == Offer.Kind.BUNDLE:
        keys = list(offer.items.values_list("product_key", flat=True))
        if offer.status == Offer.Status.ON_SALE and not keys:
            raise InvalidInput(_("Put at least one product into the bundle first."), code="empty_bundle")
        set_opens(product_key=offer.product_key, opened_keys=keys)
    if offer.organization_only:
        return
    if offer.status == Offer.Status.ON_SALE:
        url = reverse("payments:offer", args=[offer.public_id])
        # A bundle is a thing of this room, so that its name and page are ours to register.
        is_ours = offer.kind == Offer.Kind.BUNDLE
        register_door(
            product_key=offer.product_key,
            title=offer.title if is_ours else None,
            url=url if is_ours else None,
            offer_url=url,
            price_minor=offer.price_minor,
            currency=offer.currency,
        )
    elif offer.status == Offer.Status.OFF_SALE:
        register_door(product_key=offer.product_key, clear_price=True)


def record_edit(*, actor: Any, offer: Offer, is_new: bool) -> None:
    """Finish an edit that was saved by the site editor: doors and the audit log, in the caller's transaction."""
    sync_offer(offer=offer)
    _record(actor, "offer.create" if is_new else "offer.edit", offer, {"price_minor": offer.price_minor})


def _lock(public_id: uuid.UUID) -> Offer:
    offer = Offer.objects.select_for_update().filter(public_id=public_id).first()
    if offer is None:
        raise NotFound(_("There is no such offer."))
    return offer


def _record(actor: Any | None, action: str, offer: Offer, changes: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="offer",
        object_id=offer.public_id,
        object_label=offer.title,
        changes=changes,
    )
