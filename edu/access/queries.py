"""One question, one answer: may this person use this product, and if not, why not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from edu.access.models import Door, Grant, Opens
from edu.core.clock import now_utc

MAX_DEPTH = 4
"""How many Opens steps are followed: membership, bundle, course, lesson."""


@dataclass(frozen=True, kw_only=True)
class DoorView:
    """A product that would open the door, and where it is had."""

    product_key: str
    title: str
    url: str
    offer_url: str
    price_minor: int | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class AccessAnswer:
    """Whether a door is open, by which grant, or what would open it.

    `reason` is one of: granted, revoked, expired, not_yet, not_owned.
    """

    allowed: bool
    reason: str
    product_key: str
    source_kind: str = ""
    source_id: str = ""
    until_at: datetime | None = None
    from_at: datetime | None = None
    doors: tuple[DoorView, ...] = field(default=())


def _door_view(door: Door) -> DoorView:
    return DoorView(
        product_key=door.product_key,
        title=door.title,
        url=door.url,
        offer_url=door.offer_url,
        price_minor=door.price_minor,
        currency=door.currency,
    )


def list_doors(*, product_keys: Iterable[str]) -> dict[str, DoorView]:
    """Return how each of these products is shown, by key; products without a door are left out. One query."""
    return {door.product_key: _door_view(door) for door in Door.objects.filter(product_key__in=list(product_keys))}


def list_opener_keys(*, product_keys: list[str]) -> dict[str, set[str]]:
    """Return for each product all products that open it, itself included (at most MAX_DEPTH steps up)."""
    openers: dict[str, set[str]] = {key: {key} for key in product_keys}
    frontier = set(product_keys)
    parents: dict[str, set[str]] = {}
    for _step in range(MAX_DEPTH):
        if not frontier:
            break
        rows = Opens.objects.filter(opened_key__in=frontier).values_list("product_key", "opened_key")
        frontier = set()
        for owner, opened in rows:
            if owner not in parents.setdefault(opened, set()):
                parents[opened].add(owner)
                frontier.add(owner)
    for key in product_keys:
        todo = [key]
        while todo:
            for owner in parents.get(todo.pop(), ()):
                if owner not in openers[key]:
                    openers[key].add(owner)
                    todo.append(owner)
    return openers


def list_opened_keys(*, product_keys: list[str]) -> dict[str, set[str]]:
    """Return for each product all products that it opens, itself included (at most MAX_DEPTH steps down)."""
    opened: dict[str, set[str]] = {key: {key} for key in product_keys}
    children: dict[str, set[str]] = {}
    frontier = set(product_keys)
    for _step in range(MAX_DEPTH):
        if not frontier:
            break
        rows = Opens.objects.filter(product_key__in=frontier).values_list("product_key", "opened_key")
        frontier = set()
        for owner, inner in rows:
            if inner not in children.setdefault(owner, set()):
                children[owner].add(inner)
                frontier.add(inner)
    for key in product_keys:
        todo = [key]
        while todo:
            for inner in children.get(todo.pop(), ()):
                if inner not in opened[key]:
                    opened[key].add(inner)
                    todo.append(inner)
    return opened


def _live(now: datetime) -> Q:
    return Q(revoked_at__isnull=True, from_at__lte=now) & (Q(until_at__isnull=True) | Q(until_at__gt=now))


def has_access(*, user_id: int | None, product_key: str, now: datetime | None = None) -> bool:
    """Whether the person holds a live grant of the product or of one that opens it."""
    return product_key in list_accessible(user_id=user_id, product_keys=[product_key], now=now)


def list_accessible(*, user_id: int | None, product_keys: list[str], now: datetime | None = None) -> set[str]:
    """Return those of `product_keys` that the person may use now. Queries do not grow with their number."""
    if user_id is None or not product_keys:
        return set()
    openers = list_opener_keys(product_keys=product_keys)
    every = set().union(*openers.values())
    owned = set(
        Grant.objects.filter(_live(now or now_utc()), user_id=user_id, product_key__in=every).values_list(
            "product_key", flat=True
        )
    )
    return {key for key, keys in openers.items() if keys & owned}


def why_not(*, user_id: int | None, product_key: str, now: datetime | None = None) -> AccessAnswer:
    """Explain the door: the grant that opens it, or the latest that did and what would open it, cheapest first."""
    moment = now or now_utc()
    keys = list_opener_keys(product_keys=[product_key])[product_key]
    grants = list(Grant.objects.filter(user_id=user_id, product_key__in=keys).order_by("-id")) if user_id else []
    for grant in grants:
        started = grant.from_at <= moment
        ended = grant.until_at is not None and grant.until_at <= moment
        if grant.revoked_at is None and started and not ended:
            return AccessAnswer(
                allowed=True,
                reason="granted",
                product_key=product_key,
                source_kind=grant.source_kind,
                source_id=grant.source_id,
                until_at=grant.until_at,
                from_at=grant.from_at,
            )
    doors = tuple(
        _door_view(door)
        for door in Door.objects.filter(product_key__in=keys, price_minor__isnull=False).order_by("price_minor")
    )
    if not grants:
        return AccessAnswer(allowed=False, reason="not_owned", product_key=product_key, doors=doors)
    last = grants[0]
    if last.revoked_at is not None:
        reason = "revoked"
    elif last.from_at > moment:
        reason = "not_yet"
    else:
        reason = "expired"
    return AccessAnswer(
        allowed=False,
        reason=reason,
        product_key=product_key,
        source_kind=last.source_kind,
        source_id=last.source_id,
        until_at=last.until_at,
        from_at=last.from_at,
        doors=doors,
    )
