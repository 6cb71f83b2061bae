"""Marking by hand: leases, the next script, and giving a mark by rubric or by points."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.domain.marks import MarkState, pending_paths, settle
from exams.domain.scoring import item_mark
from exams.fetch import mark_from_parts, parts_as_json, policy_of
from exams.marking.regrade import lock_attempts, record_change, regrade_total
from exams.models import Attempt, ItemResult
from exams.permissions import managed_exams

LEASE_SECONDS = 900
MANUAL = "manual"


class HeldByAnother(Conflict):
    """Another marker has this answer open. Take the next one."""

    code = "held_by_another"


@dataclass(frozen=True, kw_only=True)
class WaitingQuestion:
    """A question of an exam with answers that wait for a person."""

    exam_id: int
    exam_public_id: str
    exam_title: str
    question_id: int
    waiting: int
    held: int


def list_waiting(*, user: Any, now: datetime) -> list[WaitingQuestion]:
    """Return what waits for the person, by exam and question: three statements at most."""
    exams = {exam.pk: exam for exam in managed_exams(user).only("id", "public_id", "title")}
    rows = (
        ItemResult.objects.filter(exam_id__in=list(exams), state=str(MarkState.PENDING))
        .values("exam_id", "question_id")
        .annotate(waiting=Count("id"), held=Count("id", filter=Q(lease_until_at__gt=now) & ~Q(marker_id=user.pk)))
        .order_by("exam_id", "question_id")
    )
    return [
        WaitingQuestion(
            exam_id=row["exam_id"],
            exam_public_id=str(exams[row["exam_id"]].public_id),
            exam_title=exams[row["exam_id"]].title,
            question_id=row["question_id"],
            waiting=row["waiting"],
            held=row["held"],
        )
        for row in rows
    ]


def count_waiting(*, exam_id: int) -> int:
    """Return how many answers of an exam wait for a person."""
    return ItemResult.objects.filter(exam_id=exam_id, state=str(MarkState.PENDING)).count()


def lease_next(*, user: Any, exam_id: int, question_id: int, now: datetime) -> ItemResult | None:
    """Return the next waiting answer and hold it for the person for LEASE_SECONDS; None when none is free.

    Her own held answer comes first, so that reloading the page shows the same script. The caller checked the exam.
    """
    waiting = ItemResult.objects.filter(exam_id=exam_id, question_id=question_id, state=str(MarkState.PENDING))
    own = waiting.filter(marker_id=user.pk, lease_until_at__gt=now).order_by("id").first()
    candidates = [own] if own else []
    candidates += list(waiting.filter(Q(lease_until_at__isnull=True) | Q(lease_until_at__lte=now)).order_by("id")[:20])
    return next((row for row in candidates if take_lease(user=user, row=row, now=now)), None)


def take_lease(*, user: Any, row: ItemResult, now: datetime) -> bool:
    """Hold an answer for the person; False when another marker holds it or it is marked."""
    until = now + timedelta(seconds=LEASE_SECONDS)
    free = Q(lease_until_at__isnull=True) | Q(lease_until_at__lte=now) | Q(marker_id=user.pk)
    changed = ItemResult.objects.filter(free, pk=row.pk, state=str(MarkState.PENDING)).update(
        lease_until_at=until, marker_id=user.pk
    )
    if changed:
        row.lease_until_at, row.marker_id = until, user.pk
    return bool(changed)


def release_lease(*, user: Any, row_id: int) -> None:
    """Give an answer back unmarked, so that another may take it."""
    ItemResult.objects.filter(pk=row_id, marker_id=user.pk, state=str(MarkState.PENDING)).update(
        lease_until_at=None, marker_id=None
    )


def mark_by_hand(
    *,
    user: Any,
    attempt_id: int,
    slot: int,
    now: datetime,
    fractions: Mapping[str, float] | None = None,
    points: Decimal | None = None,
    comment: str = "",
    reason: str = "",
) -> ItemResult:
    """Give an answer its mark: `fractions` (0 to 1 by pending part) or `points` of the question's marks. Adds up the
    attempt.

    A mark may also be changed later, with a reason, by points. Raises NotFound (not the person's exam),
    HeldByAnother, and InvalidInput for marks outside the range.
    """
    attempt = (
        Attempt.objects.select_related("exam").filter(pk=attempt_id, exam__in=managed_exams(user).values("pk")).first()
    )
    if attempt is None:
        raise NotFound(_("There is no such answer."))
    with transaction.atomic():
        lock_attempts([attempt.pk])
        row = ItemResult.objects.filter(attempt_id=attempt_id, slot=slot).first()
        if row is None:
            raise NotFound(_("There is no such answer."))
        _give(row, attempt, user, now, fractions=fractions, points=points, comment=comment, reason=reason)
    return row


def _give(
    row: ItemResult,
    attempt: Attempt,
    user: Any,
    now: datetime,
    *,
    fractions: Mapping[str, float] | None,
    points: Decimal | None,
    comment: str,
    reason: str,
) -> None:
    """Write the mark of a result that the caller holds, with its history, and add up."""
    if row.lease_until_at and row.lease_until_at > now and row.marker_id not in (None, user.pk):
        raise HeldByAnother
    if row.state != str(MarkState.PENDING) and not reason.strip():
        raise InvalidInput(_("Say why the mark changes."), field="reason")
    old = row.mark
    _apply(row, attempt, fractions, points)
    row.comment, row.grader, row.marker_id = comment.strip()[:5000], MANUAL, user.pk
    row.lease_until_at, row.graded_at = None, now
    row.save()
    record_change(row=row, old=old, marker_id=user.pk, reason=reason, now=now)
    regrade_total(attempt=attempt, now=now)


def _apply(row: ItemResult, attempt: Attempt, fractions: Mapping[str, float] | None, points: Decimal | None) -> None:
    """Put the marker's decision into the row."""
    policy = policy_of(attempt.exam.grading_policy)
    mark = mark_from_parts(fraction=row.fraction, state=row.state, parts=row.parts)
    if fractions is not None and pending_paths(mark):
        missing = set(pending_paths(mark)) - set(fractions)
        if missing:
            raise InvalidInput(_("Give every criterion its points."), field=min(missing))
        try:
            settled = settle(mark, fractions=fractions, policy=policy)
        except ValueError as error:
            raise InvalidInput(_("A criterion earns between nothing and all of its points.")) from error
        row.fraction, row.parts = settled.fraction, parts_as_json(settled.parts)
    elif points is not None:
        if not points.is_finite() or not 0 <= points <= row.maximum:
            raise InvalidInput(_("Give between 0 and %(maximum)s marks.") % {"maximum": row.maximum}, field="points")
        row.fraction = float(points / row.maximum) if row.maximum else 0.0
        paths = pending_paths(mark)
        if paths:
            row.parts = parts_as_json(settle(mark, fractions=dict.fromkeys(paths, row.fraction), policy=policy).parts)
    else:
        raise InvalidInput(_("Give a mark."), field="points")
    row.mark = (
        points if points is not None and fractions is None else item_mark(fraction=row.fraction, marks=row.maximum)
    )
    row.state = str(MarkState.GRADED)
