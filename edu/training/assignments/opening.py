"""Giving the people of an assignment their access and telling them; repeating it changes nothing."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from edu.access.services import give_grant, revoke_grants
from edu.core.clock import now_utc
from edu.events.publish import publish
from edu.events.types import TrainingAssigned
from edu.notifications.services import notify
from edu.training.assignments.progress import refresh_targets
from edu.training.learning import Product, list_assignable
from edu.training.models import Assignment, AssignmentTarget, Seat, SeatPool
from edu.training.seats.pools import return_seat, take_seat

BATCH = 50


def open_targets(
    *, assignment: Assignment, now: datetime | None = None, report: Callable[[int, int], None] | None = None
) -> int:
    """Open the assignment to those of its people whom it is not open to; return how many.

    Each batch commits on its own, so a crash repeats at most one batch, and a repeated batch writes nothing twice.
    `report(done, total)` is called after each.
    """
    moment = now or now_utc()
    waiting = AssignmentTarget.objects.filter(assignment=assignment, opened_at__isnull=True, ended_at__isnull=True)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    products = products_of(assignment)
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            rows = list(
                AssignmentTarget.objects.filter(pk__in=ids[start : start + BATCH], opened_at__isnull=True).order_by(
                    "pk"
                )
            )
            for row in rows:
                _open(assignment, row, products, moment)
            refresh_targets(targets=rows, now=moment)
        if report is not None:
            report(min(start + BATCH, len(ids)), len(ids))
    return len(ids)


def products_of(assignment: Assignment) -> list[Product]:
    """Return what is assigned with the pool that opens each now; what went out of reach is left out."""
    keys = assignment.product_keys
    return [product for product in list_assignable(organization_id=assignment.organization_id) if product.key in keys]


def _open(assignment: Assignment, target: AssignmentTarget, products: Sequence[Product], now: datetime) -> None:
    target.waits_for_seat = not give_access(assignment=assignment, user_id=target.user_id, products=products, now=now)
    target.opened_at = now
    target.save(update_fields=["waits_for_seat", "opened_at"])
    publish(TrainingAssigned(assignment_id=assignment.pk, user_id=target.user_id))
    notify(
        user_id=target.user_id,
        kind="training.assigned",
        context=notice_context(assignment),
        url=reverse("training:task", args=[target.public_id]),
        dedupe_key=f"training.assigned:{target.pk}",
    )


def give_access(*, assignment: Assignment, user_id: int, products: Iterable[Product], now: datetime) -> bool:
    """Write the grants of an assignment, taking seats where it needs them; False when a seat was missing."""
    complete = True
    pools = {pool.pk: pool for pool in SeatPool.objects.filter(organization_id=assignment.organization_id)}
    for product in products:
        if product.pool_id is None:
            give_grant(
                user_id=user_id,
                product_key=product.key,
                source_kind="assignment",
                source_id=str(assignment.pk),
                from_at=now,
                reason=assignment.title,
            )
        elif take_seat(pool=pools[product.pool_id], user_id=user_id, assignment_id=assignment.pk, now=now) is None:
            complete = False
    return complete


def end_access(*, assignment: Assignment, now: datetime, user_id: int | None = None) -> None:
    """End the grants of an assignment and return the seats it took (of one person, if given)."""
    revoke_grants(source_kind="assignment", source_id=str(assignment.pk), user_id=user_id, reason=assignment.title)
    seats = Seat.objects.filter(assignment=assignment, released_at__isnull=True)
    if user_id is not None:
        seats = seats.filter(user_id=user_id)
    for seat in seats:
        return_seat(seat=seat, reason=Seat.ReleaseReason.UNASSIGNED, now=now)


def serve_waiting(*, organization_id: int, now: datetime | None = None) -> int:
    """Give seats to those who wait for one, who was assigned first comes first; return how many wait no longer."""
    moment = now or now_utc()
    served = 0
    waiting = AssignmentTarget.objects.filter(
        assignment__organization_id=organization_id,
        assignment__closed_at__isnull=True,
        assignment__deleted_at__isnull=True,
        waits_for_seat=True,
        ended_at__isnull=True,
    ).select_related("assignment")
    products: dict[int, list[Product]] = {}
    for target in waiting.order_by("pk"):
        own = products.setdefault(target.assignment_id, products_of(target.assignment))
        with transaction.atomic():
            if give_access(assignment=target.assignment, user_id=target.user_id, products=own, now=moment):
                served += AssignmentTarget.objects.filter(pk=target.pk, waits_for_seat=True).update(
                    waits_for_seat=False
                )
    return served


def notice_context(assignment: Assignment) -> dict[str, object]:
    """Return the plain values that the messages about an assignment are filled with."""
    return {
        "title": assignment.title,
        "message": assignment.message,
        "products": [product["title"] for product in assignment.products],
        "due_on": timezone.localtime(assignment.due_at).date().isoformat(),
        "due_time": timezone.localtime(assignment.due_at).strftime("%H:%M"),
    }
