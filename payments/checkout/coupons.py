"""Coupons: making them, giving and claiming them, and taking a use within their limits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput
from payments.checkout.idempotency import run_once
from payments.models import Coupon, CouponGrant, CouponUse, Order
from payments.policies import require_operator


class CouponUnknown(InvalidInput):
    """No coupon of this code is open to this person."""

    code = "coupon_unknown"


class CouponTaken(Conflict):
    """The last use of a coupon went to somebody else in the same moment."""

    code = "coupon_taken"


def clean_code(code: str) -> str:
    """Return a code as it is stored: upper case, no spaces."""
    return "".join(code.split()).upper()[:40]


def create_coupon(*, actor: Any | None, code: str, title: str, **terms: Any) -> Coupon:
    """Make a coupon; `terms` are further columns of Coupon (kind, percent, amount_minor, limits, window, scope).

    InvalidInput when they do not fit together or the code is taken; NotAllowed for others than operators.
    """
    require_operator(actor)
    coupon = Coupon(code=clean_code(code), title=title, **terms)
    with transaction.atomic():
        try:
            coupon.full_clean()
        except ValidationError as error:
            raise InvalidInput(" ".join(error.messages)) from error
        coupon.save()
        record_edit(actor=actor, coupon=coupon, is_new=True)
    return coupon


def set_coupon_active(*, actor: Any | None, code: str, is_active: bool) -> Coupon:
    """Switch a coupon on or off; orders that have it keep it."""
    require_operator(actor)
    with transaction.atomic():
        coupon = Coupon.objects.select_for_update().filter(code=clean_code(code)).first()
        if coupon is None:
            raise CouponUnknown(_("There is no such coupon."), field="code")
        coupon.is_active = is_active
        coupon.save(update_fields=["is_active"])
        record_edit(actor=actor, coupon=coupon, is_new=False)
    return coupon


def record_edit(*, actor: Any | None, coupon: Coupon, is_new: bool) -> None:
    """Write the edit of a coupon into the audit log, in the caller's transaction."""
    record(
        actor=actor,
        action="coupon.create" if is_new else "coupon.edit",
        object_kind="coupon",
        object_id=coupon.public_id,
        object_label=str(coupon),
        changes={
            "kind": coupon.kind,
            "percent": coupon.percent,
            "amount_minor": coupon.amount_minor,
            "is_active": coupon.is_active,
        },
    )


def give_coupon(
    *, actor: Any | None, code: str, user_ids: Sequence[int], source: str = "staff", now: datetime | None = None
) -> int:
    """Put a coupon into people's purses; return how many had it not yet."""
    require_operator(actor)
    with transaction.atomic():
        coupon = Coupon.objects.filter(code=clean_code(code)).first()
        if coupon is None:
            raise CouponUnknown(_("There is no such coupon."), field="code")
        known = set(CouponGrant.objects.filter(coupon=coupon, user_id__in=user_ids).values_list("user_id", flat=True))
        fresh = sorted(set(user_ids) - known)
        CouponGrant.objects.bulk_create(
            [
                CouponGrant(coupon=coupon, user_id=user_id, source=source, granted_at=now or now_utc())
                for user_id in fresh
            ],
            ignore_conflicts=True,
        )
        record(
            actor=actor,
            action="coupon.give",
            object_kind="coupon",
            object_id=coupon.public_id,
            object_label=str(coupon),
            changes={"people": len(fresh)},
        )
    return len(fresh)


def claim_coupon(*, user: Any, code: str, idempotency_key: str, now: datetime | None = None) -> str:
    """Put a coupon into the person's own purse by its code; return its title.

    CouponUnknown when no coupon of this code is open to her; InvalidInput when it has ended.
    """
    moment = now or now_utc()
    wanted = clean_code(code)

    def claim() -> dict[str, Any]:
        coupon = open_coupons(user_id=user.pk, codes=[wanted]).first()
        if coupon is None or not coupon.is_active:
            raise CouponUnknown(_("There is no coupon with this code. Check the spelling."), field="code")
        if coupon.ends_at is not None and coupon.ends_at <= moment:
            raise InvalidInput(_("This coupon has ended."), code="coupon_ended", field="code")
        CouponGrant.objects.get_or_create(
            coupon=coupon, user=user, defaults={"source": "claimed", "granted_at": moment}
        )
        return {"title": coupon.title}

    answer = run_once(
        scope=f"claim_coupon:{user.pk}", key=idempotency_key, body={"code": wanted}, now=moment, action=claim
    )
    return str(answer["title"])


def open_coupons(*, user_id: int | None, codes: Sequence[str]) -> Any:
    """Return the coupons of these codes that are open to the person: to all, or in her purse. Ordered by code."""
    held = CouponGrant.objects.filter(coupon=OuterRef("pk"), user_id=user_id or 0)
    return Coupon.objects.filter(Q(is_claimable=True) | Q(Exists(held)), code__in=codes).order_by("code")


def take_use(*, coupon: Coupon, order: Order, now: datetime) -> None:
    """Take one use of a coupon for an order; CouponTaken when a limit is reached.

    The caller has locked the coupon; the unique slots hold even without the lock.
    """
    live = CouponUse.objects.filter(coupon=coupon, released_at__isnull=True)
    try:
        with transaction.atomic():
            CouponUse.objects.create(
                coupon=coupon,
                user_id=order.user_id,
                order=order,
                total_slot=_free_slot(coupon.total_limit, live, "total_slot"),
                learner_slot=_free_slot(coupon.per_learner_limit, live.filter(user_id=order.user_id), "learner_slot"),
                is_first_order=coupon.first_order_only,
                used_at=now,
            )
    except IntegrityError as error:
        raise _taken() from error


def release_uses(*, order: Order, now: datetime) -> None:
    """Give the uses of an order that was given up back; the coupons stay in the purse."""
    CouponUse.objects.filter(order=order, released_at__isnull=True).update(released_at=now)


def retake_uses(*, order: Order, now: datetime) -> None:
    """Take the uses of an order that was given up again, as far as their limits allow; the others stay released.

    The caller holds the order's lock.
    """
    released = order.coupon_uses.filter(released_at__isnull=False).select_related("coupon").order_by("coupon__code")
    for use in released:
        coupon = Coupon.objects.select_for_update().get(pk=use.coupon_id)
        live = CouponUse.objects.filter(coupon=coupon, released_at__isnull=True)
        own = live.filter(user_id=order.user_id)
        try:
            with transaction.atomic():
                CouponUse.objects.filter(pk=use.pk).update(
                    total_slot=_free_slot(coupon.total_limit, live, "total_slot"),
                    learner_slot=_free_slot(coupon.per_learner_limit, own, "learner_slot"),
                    used_at=now,
                    released_at=None,
                )
        except (CouponTaken, IntegrityError):
            continue


def _free_slot(limit: int | None, uses: Any, field: str) -> int | None:
    if limit is None:
        return None
    taken = set(uses.values_list(field, flat=True))
    for slot in range(1, limit + 1):
        if slot not in taken:
            return slot
    raise _taken()


def _taken() -> CouponTaken:
    return CouponTaken(_("This coupon has just been used up. Look at the new price and try again."), field="coupon")
