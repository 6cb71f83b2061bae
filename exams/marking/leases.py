"""Leases: an answer is in one marker's hands at a time, is hers while she works, and goes back when she leaves."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from exams.domain.marks import MarkState
from exams.models import ItemResult, ScriptFlag

LEASE_SECONDS = 300
"""How long an answer is held without a sign of life; the page gives one every minute."""
ResultKey = tuple[int, int]
"""Which answer: the attempt and the slot."""
PENDING = str(MarkState.PENDING)


def waiting_for(*, user: Any, exam_id: int, question_id: int) -> QuerySet[ItemResult]:
    """Return the answers that wait, those she put off at the end."""
    later = ScriptFlag.objects.filter(
        attempt_id=OuterRef("attempt_id"), slot=OuterRef("slot"), marker_id=user.pk, kind=ScriptFlag.Kind.LATER
    )
    rows = ItemResult.objects.filter(exam_id=exam_id, question_id=question_id, state=PENDING)
    return rows.annotate(is_later=Exists(later)).order_by("is_later", "pk")


def lease_next(
    *, user: Any, exam_id: int, question_id: int, now: datetime, beside: Collection[ResultKey] = ()
) -> ItemResult | None:
    """Return the next waiting answer and hold it for the person for LEASE_SECONDS; None when none is free.

    Her own held answer comes first, so that reloading the page shows the same script; those in `beside` she has
    before her already. The caller checked the exam.
    """
    waiting = waiting_for(user=user, exam_id=exam_id, question_id=question_id).exclude(pk__in=beside)
    own = waiting.filter(marker_id=user.pk, lease_until_at__gt=now).first()
    if own is not None and take_lease(user=user, row=own, now=now):
        return own
    free = waiting.filter(Q(lease_until_at__isnull=True) | Q(lease_until_at__lte=now))[:20]
    return next((row for row in free if take_lease(user=user, row=row, now=now)), None)


def take_lease(*, user: Any, row: ItemResult, now: datetime) -> bool:
    """Hold an answer for the person; False when another marker holds it or it is marked. One conditional UPDATE."""
    until = now + timedelta(seconds=LEASE_SECONDS)
    free = Q(lease_until_at__isnull=True) | Q(lease_until_at__lte=now) | Q(marker_id=user.pk)
    changed = ItemResult.objects.filter(free, pk=row.pk, state=PENDING).update(lease_until_at=until, marker_id=user.pk)
    if changed:
        row.lease_until_at, row.marker_id = until, user.pk
    return bool(changed)


def extend_leases(*, user: Any, keys: Collection[ResultKey], now: datetime) -> int:
    """Hold what she has in hand for LEASE_SECONDS from now; return how many of them are still hers."""
    own = ItemResult.objects.filter(pk__in=keys, marker_id=user.pk, state=PENDING)
    return own.update(lease_until_at=now + timedelta(seconds=LEASE_SECONDS))


def release_leases(*, user: Any, keys: Collection[ResultKey]) -> int:
    """Give answers back unmarked; return how many of them she had."""
    return ItemResult.objects.filter(pk__in=keys, marker_id=user.pk, state=PENDING).update(
        lease_until_at=None, marker_id=None
    )
