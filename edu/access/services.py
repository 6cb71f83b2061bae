"""Writing grants, doors and openings. Callers are use cases of other rooms, inside their transactions."""

from collections.abc import Iterable
from datetime import datetime

from edu.access.models import Door, Grant, Opens
from edu.core.clock import now_utc
from edu.events.publish import publish
from edu.events.types import AccessGranted, AccessRevoked

__all__ = ["give_grant", "register_door", "revoke_grants", "set_opens"]


def give_grant(
    *,
    user_id: int,
    product_key: str,
    source_kind: str,
    source_id: str,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    reason: str = "",
) -> bool:
    """Write the grant once per (user, product, source); True when it is new or was revoked and is live again.

    `until_at` None means for ever. A repeated call with the same source moves `until_at` and changes nothing else.
    """
    grant, created = Grant.objects.get_or_create(
        user_id=user_id,
        product_key=product_key,
        source_kind=source_kind,
        source_id=str(source_id),
        defaults={"from_at": from_at or now_utc(), "until_at": until_at, "reason": reason[:200]},
    )
    revived = not created and grant.revoked_at is not None
    if not created and (revived or grant.until_at != until_at):
        grant.revoked_at = None
        grant.until_at = until_at
        grant.save(update_fields=["revoked_at", "until_at"])
    if created or revived:
        publish(
            AccessGranted(user_id=user_id, product_key=product_key, source_kind=source_kind, source_id=str(source_id))
        )
    return created or revived


def revoke_grants(*, source_kind: str, source_id: str, user_id: int | None = None, reason: str = "") -> int:
    """End every live grant of one source (of one person, if given); return how many ended."""
    rows = Grant.objects.filter(source_kind=source_kind, source_id=str(source_id), revoked_at__isnull=True)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    ended = 0
    for grant in rows:
        done = Grant.objects.filter(pk=grant.pk, revoked_at__isnull=True).update(
            revoked_at=now_utc(), reason=reason[:200]
        )
        if done:
            ended += 1
            publish(
                AccessRevoked(
                    user_id=grant.user_id,
                    product_key=grant.product_key,
                    source_kind=source_kind,
                    source_id=str(source_id),
                )
            )
    return ended


def register_door(
    *,
    product_key: str,
    title: str | None = None,
    url: str | None = None,
    offer_url: str | None = None,
    price_minor: int | None = None,
    currency: str | None = None,
    clear_price: bool = False,
) -> None:
    """Write or update how a product is shown; None leaves a field as it is.

    The room that owns the thing sets title and url; the one that sells it sets offer_url, price_minor (minor units,
    what a buyer pays before coupons) and currency. `clear_price` takes it off sale.
    """
    fields = {
        "title": title,
        "url": url,
        "offer_url": offer_url,
        "price_minor": price_minor,
        "currency": currency,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    if clear_price:
        given = {**given, "offer_url": ""}
    Door.objects.update_or_create(
        product_key=product_key, defaults={**given, "price_minor": None} if clear_price else given
    )


def set_opens(*, product_key: str, opened_keys: Iterable[str]) -> None:
    """Make `product_key` open exactly `opened_keys`."""
    wanted = set(opened_keys)
    present = set(Opens.objects.filter(product_key=product_key).values_list("opened_key", flat=True))
    Opens.objects.filter(product_key=product_key, opened_key__in=present - wanted).delete()
    Opens.objects.bulk_create(
        [Opens(product_key=product_key, opened_key=key) for key in sorted(wanted - present)],
        ignore_conflicts=True,
    )
