"""Seats: added when bought, taken by people, returned; a count never passes what was bought.

The pool's `used_count` moves by a conditional update together with the Seat row, so two trainers who give the last
seat at the same moment cannot both succeed, on either database.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.access.services import give_grant, revoke_grants
from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.jobs.services import enqueue
from edu.organizations.queries import list_current_members
from edu.training.models import Seat, SeatPool, SeatPurchase
from edu.training.policies import require_trainer


class SeatsMissing(Conflict):
    """There are fewer free seats than people; nothing was changed. `missing` says how many are wanted."""

    code = "seats_missing"

    def __init__(self, *, title: str, missing: int) -> None:
        super().__init__(
            ngettext(
                "%(count)d seat is missing for “%(title)s”. Buy more seats or choose fewer people.",
                "%(count)d seats are missing for “%(title)s”. Buy more seats or choose fewer people.",
                missing,
            )
            % {"count": missing, "title": title}
        )
        self.missing = missing


def add_seats(
    *,
    actor: User | None,
    organization_id: int,
    product_key: str,
    title: str,
    quantity: int,
    source_key: str,
    access_days: int | None = None,
    now: datetime | None = None,
) -> SeatPool:
    """Add bought seats to the organisation's pool of a product, once per `source_key`; return the pool.

    `access_days` is how long a seat opens the product once taken (None: for ever). People who waited for a seat get
    theirs by a job. Callers are the payment of an order, operators (staff at their desk), and the system.
    """
    if actor is not None and not (actor.is_superuser or actor.is_operator):
        raise NotFound(_("There is no such organisation."))
    if quantity < 1:
        raise InvalidInput(_("The number of seats must be at least 1."), field="quantity")
    with transaction.atomic():
        pool, _made = SeatPool.objects.get_or_create(
            organization_id=organization_id, product_key=product_key, defaults={"title": title[:300]}
        )
        _purchase, created = SeatPurchase.objects.get_or_create(
            source_key=source_key, defaults={"pool": pool, "quantity": quantity, "added_at": now or now_utc()}
        )
        if created:
            SeatPool.objects.filter(pk=pool.pk).update(
                bought_count=F("bought_count") + quantity, access_days=access_days, title=title[:300] or pool.title
            )
            record(
                actor=actor,
                action="seats.add",
                object_kind="seat_pool",
                object_id=pool.public_id,
                object_label=title,
                changes={"quantity": quantity, "source": source_key},
                organization_id=organization_id,
            )
            enqueue(
                kind="training.serve_waiting",
                arguments={"organization_id": organization_id},
                unique_key=f"serve-waiting:{source_key}",
                title="",
            )
        pool.refresh_from_db()
    return pool


def take_off_seats(*, source_key: str) -> int:
    """Take refunded seats off their pool once, as far as they are free; return how many went.

    Nobody loses the place she sits on: what is in use stays until an operator decides.
    """
    with transaction.atomic():
        purchase = SeatPurchase.objects.filter(source_key=source_key).select_related("pool").first()
        if purchase is None or not SeatPurchase.objects.filter(pk=purchase.pk, refunded_at__isnull=True).update(
            refunded_at=now_utc()
        ):
            return 0
        pool = SeatPool.objects.select_for_update().get(pk=purchase.pool_id)
        gone = min(purchase.quantity, pool.free_count)
        if gone and not SeatPool.objects.filter(pk=pool.pk, bought_count__gte=F("used_count") + gone).update(
            bought_count=F("bought_count") - gone
        ):
            raise Conflict(_("Seats were taken at this moment."))  # the event is delivered again
        record(
            actor=None,
            action="seats.refund",
            object_kind="seat_pool",
            object_id=pool.public_id,
            object_label=pool.title,
            changes={"refunded": purchase.quantity, "taken_off": gone},
            organization_id=pool.organization_id,
        )
    return gone


def take_seat(*, pool: SeatPool, user_id: int, assignment_id: int | None, now: datetime) -> Seat | None:
    """Give the person a seat of the pool and the grant that comes with it; None when none is free.

    Who sits on one already keeps it. Joins the caller's transaction.
    """
    present = Seat.objects.filter(pool=pool, user_id=user_id, released_at__isnull=True).first()
    if present is not None:
        return present
    if not SeatPool.objects.filter(pk=pool.pk, used_count__lt=F("bought_count")).update(used_count=F("used_count") + 1):
        return None
    try:
        with transaction.atomic():
            seat = Seat.objects.create(pool=pool, user_id=user_id, assignment_id=assignment_id, assigned_at=now)
    except IntegrityError:  # another request seated her a moment ago
        SeatPool.objects.filter(pk=pool.pk).update(used_count=F("used_count") - 1)
        return Seat.objects.get(pool=pool, user_id=user_id, released_at__isnull=True)
    give_grant(
        user_id=user_id,
        product_key=pool.product_key,
        source_kind="seat",
        source_id=str(seat.pk),
        from_at=now,
        until_at=now + timedelta(days=pool.access_days) if pool.access_days else None,
        reason=pool.title,
    )
    return seat


def return_seat(*, seat: Seat, reason: str, now: datetime) -> bool:
    """End the seat and its grant and count it free; False when it was returned before. Joins the transaction."""
    if not Seat.objects.filter(pk=seat.pk, released_at__isnull=True).update(released_at=now, release_reason=reason):
        return False
    SeatPool.objects.filter(pk=seat.pool_id).update(used_count=F("used_count") - 1)
    revoke_grants(source_kind="seat", source_id=str(seat.pk), reason=reason)
    return True


def assign_seats(
    *,
    actor: User | None,
    organization_id: int,
    pool_id: int,
    user_ids: Sequence[int],
    now: datetime | None = None,
) -> int:
    """Give each of the members a seat; return how many got one now (who had one keeps it).

    SeatsMissing, with nothing changed, when there are not enough for all. NotFound for people of elsewhere.
    """
    require_trainer(actor=actor, organization_id=organization_id)
    moment = now or now_utc()
    wanted = sorted(set(user_ids))
    if not wanted:
        raise InvalidInput(_("Choose at least one person."))
    with transaction.atomic():
        pool = _get_pool(organization_id, pool_id)
        members = list_current_members(organization_id=organization_id, user_ids=wanted)
        if len(members) != len(wanted):
            raise NotFound(_("There is no such member."))
        seated = set(
            Seat.objects.filter(pool=pool, released_at__isnull=True, user_id__in=wanted).values_list(
                "user_id", flat=True
            )
        )
        new = [user_id for user_id in wanted if user_id not in seated]
        if len(new) > pool.free_count:
            raise SeatsMissing(title=pool.title, missing=len(new) - pool.free_count)
        given = sum(
            take_seat(pool=pool, user_id=user_id, assignment_id=None, now=moment) is not None for user_id in new
        )
        if given < len(new):  # others took seats since the count above; the transaction gives all back
            raise SeatsMissing(title=pool.title, missing=len(new) - given)
        if given:
            record(
                actor=actor,
                action="seats.assign",
                object_kind="seat_pool",
                object_id=pool.public_id,
                object_label=pool.title,
                changes={"people": [member.real_name for member in members if member.user_id in new][:50]},
                organization_id=organization_id,
            )
    return given


def take_back_seats(
    *, actor: User | None, organization_id: int, pool_id: int, seat_ids: Sequence[int], now: datetime | None = None
) -> int:
    """Return seats to the pool, ending the access they gave; return how many. NotFound for seats of elsewhere."""
    require_trainer(actor=actor, organization_id=organization_id)
    moment = now or now_utc()
    with transaction.atomic():
        pool = _get_pool(organization_id, pool_id)
        seats = list(
            Seat.objects.select_related("user").filter(pool=pool, pk__in=set(seat_ids), released_at__isnull=True)
        )
        if len(seats) != len(set(seat_ids)):
            raise NotFound(_("There is no such seat."))
        for seat in seats:
            return_seat(seat=seat, reason=Seat.ReleaseReason.TAKEN_BACK, now=moment)
        if seats:
            record(
                actor=actor,
                action="seats.take_back",
                object_kind="seat_pool",
                object_id=pool.public_id,
                object_label=pool.title,
                changes={"people": [seat.user.get_full_name() for seat in seats][:50]},
                organization_id=organization_id,
            )
    return len(seats)


def return_seats_of_leaver(*, organization_id: int, user_id: int, now: datetime) -> int:
    """Return every seat of a person who left; return how many."""
    seats = Seat.objects.filter(pool__organization_id=organization_id, user_id=user_id, released_at__isnull=True)
    return sum(return_seat(seat=seat, reason=Seat.ReleaseReason.LEFT, now=now) for seat in seats)


def seat_again(*, organization_id: int, user_id: int, since: datetime, now: datetime) -> int:
    """Give a person whose removal was undone the seats back that it returned after `since`, as far as any is free."""
    lost = Seat.objects.filter(
        pool__organization_id=organization_id,
        user_id=user_id,
        release_reason=Seat.ReleaseReason.LEFT,
        released_at__gte=since,
    ).select_related("pool")
    return sum(
        take_seat(pool=seat.pool, user_id=user_id, assignment_id=seat.assignment_id, now=now) is not None
        for seat in lost
    )


def _get_pool(organization_id: int, pool_id: int) -> SeatPool:
    pool = SeatPool.objects.filter(organization_id=organization_id, pk=pool_id).first()
    if pool is None:
        raise NotFound(_("There are no such seats."))
    return pool
