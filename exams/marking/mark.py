"""Giving marks by hand, and taking the last one back. One writer at a time: the attempt is locked first."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.domain.marks import MarkState, part_paths, pending_paths, reopen, settle
from exams.domain.scoring import item_mark, round_mark
from exams.domain.stored_parts import stored_parts
from exams.fetch import mark_from_parts, policy_of
from exams.marking.history import UNDONE, record_mark, snapshot, stamp_of
from exams.marking.leases import LEASE_SECONDS
from exams.marking.regrade import regrade_total
from exams.models import Attempt, ItemResult, MarkChange, ScriptFlag
from exams.permissions import managed_exams

MANUAL = "manual"


class HeldByAnother(Conflict):
    """Another marker has this answer open. Take the next one."""

    code = "held_by_another"


class ChangedMeanwhile(Conflict):
    """This answer was marked by somebody else in the meantime. Look at that mark first."""

    code = "changed_meanwhile"


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
    seen: str | None = None,
) -> ItemResult:
    """Give an answer its mark: `fractions` (0 to 1 by pending part) or `points` of the question's marks. Adds up the
    attempt.

    A mark may also be changed later, with a reason, by points. `seen` is the stamp (marking.history) of what the
    marker had before her. The attempt's row is locked from the first read to the end, so two writers never work from
    one state. Raises NotFound (not the person's exam), HeldByAnother, ChangedMeanwhile, and InvalidInput for marks
    outside the range.
    """
    with transaction.atomic():
        attempt, row = locked_result(exams=managed_exams(user).values("pk"), attempt_id=attempt_id, slot=slot)
        if row.state == str(MarkState.PENDING) and is_held_by_another(row, user=user, now=now):
            raise HeldByAnother
        if seen is not None and seen != stamp_of(row):
            raise ChangedMeanwhile
        if row.state != str(MarkState.PENDING) and not reason.strip():
            raise InvalidInput(_("Say why the mark changes."), field="reason")
        before = snapshot(row)
        put_mark(row=row, attempt=attempt, fractions=fractions, points=points)
        row.comment = comment.strip()[:5000]
        keep_mark(row=row, attempt=attempt, before=before, marker_id=user.pk, reason=reason, now=now)
        regrade_total(attempt=attempt, now=now)
    return row


def is_held_by_another(row: ItemResult, *, user: Any, now: datetime) -> bool:
    """Whether a colleague has this answer in her hands."""
    return bool(row.lease_until_at and row.lease_until_at > now and row.marker_id not in (None, user.pk))


def locked_result(*, exams: Any, attempt_id: int, slot: int) -> tuple[Attempt, ItemResult]:
    """Return an attempt of one of the exams and its result of a slot, no other writer beside the caller, who is in a
    transaction; NotFound.

    PostgreSQL locks the row; SQLite's transactions begin as writers and so stand in line already.
    """
    attempt = (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("exam")
        .filter(pk=attempt_id, exam_id__in=exams)
        .first()
    )
    row = ItemResult.objects.filter(attempt_id=attempt_id, slot=slot).first()
    if attempt is None or row is None:
        raise NotFound(_("There is no such answer."))
    return attempt, row


def keep_mark(
    *, row: ItemResult, attempt: Attempt, before: dict[str, Any], marker_id: int, reason: str, now: datetime
) -> MarkChange | None:
    """Write a person's mark and its line of history, and drop her notes at it; joins the caller's transaction."""
    row.grader, row.marker_id = MANUAL, marker_id
    row.lease_until_at, row.graded_at = None, now
    row.save()
    ScriptFlag.objects.filter(
        attempt_id=attempt.pk, slot=row.slot, marker_id=marker_id, kind=ScriptFlag.Kind.LATER
    ).delete()
    return record_mark(row=row, before=before, marker_id=marker_id, reason=reason, now=now)


def put_mark(
    *, row: ItemResult, attempt: Attempt, fractions: Mapping[str, float] | None, points: Decimal | None
) -> None:
    """Put a marker's decision into a result without writing it; InvalidInput outside the range."""
    policy = policy_of(attempt.exam.grading_policy)
    mark = mark_from_parts(fraction=row.fraction, state=row.state, parts=row.parts)
    if fractions is not None and not pending_paths(mark):
        mark = reopen(mark, paths=[path for path in part_paths(mark) if path in fractions])
    if fractions is not None and pending_paths(mark):
        missing = set(pending_paths(mark)) - set(fractions)
        if missing:
            raise InvalidInput(_("Give every criterion its points."), field=min(missing))
        try:
            settled = settle(mark, fractions=fractions, policy=policy)
        except ValueError as error:
            raise InvalidInput(_("A criterion earns between nothing and all of its points.")) from error
        row.fraction, row.parts = settled.fraction, stored_parts(settled.parts)
    elif points is not None:
        if not points.is_finite() or not 0 <= points <= row.maximum:
            raise InvalidInput(_("Give between 0 and %(maximum)s marks.") % {"maximum": row.maximum}, field="points")
        points = round_mark(points)
        row.fraction = float(points / row.maximum) if row.maximum else 0.0
        paths = pending_paths(mark)
        if not paths and row.grader == MANUAL:
            mark = reopen(mark, paths=_paths_by_hand(row))
            paths = pending_paths(mark)
        if paths:
            row.parts = stored_parts(settle(mark, fractions=dict.fromkeys(paths, row.fraction), policy=policy).parts)
    else:
        raise InvalidInput(_("Give a mark."), field="points")
    row.mark = (
        points if points is not None and fractions is None else item_mark(fraction=row.fraction, marks=row.maximum)
    )
    row.state = str(MarkState.GRADED)


def _paths_by_hand(row: ItemResult) -> tuple[str, ...]:
    """Return the parts of a marked answer that a person settled, from the first line of its history: one statement."""
    first = MarkChange.objects.filter(attempt_id=row.attempt_id, slot=row.slot, before__isnull=False).order_by("id")
    kept = first.values_list("before", flat=True).first()
    if not kept or kept["state"] != str(MarkState.PENDING):
        return ()
    return pending_paths(mark_from_parts(fraction=None, state=kept["state"], parts=kept["parts"]))


def undo_last_mark(*, user: Any, exam_id: int, question_id: int, now: datetime) -> ItemResult | None:
    """Take back the mark that the person gave last to a question, and hold that answer for her; None when there is
    nothing (left) to take back, or somebody changed it since.

    The history gets a line of its own. The caller checked the exam.
    """
    own = ItemResult.objects.filter(
        exam_id=exam_id, question_id=question_id, marker_id=user.pk, grader=MANUAL, graded_at__isnull=False
    )
    last = own.order_by("-graded_at", "-pk").first()
    if last is None:
        return None
    with transaction.atomic():
        attempt, row = locked_result(exams=[exam_id], attempt_id=last.attempt_id, slot=last.slot)
        change = MarkChange.objects.filter(attempt_id=attempt.pk, slot=row.slot).order_by("-id").first()
        if change is None or change.before is None or change.marker_id != user.pk or change.at != row.graded_at:
            return None
        restore_result(row=row, attempt=attempt, to=change.before, marker_id=user.pk, reason=UNDONE, now=now)
        if row.state == str(MarkState.PENDING):
            row.lease_until_at, row.marker_id = now + timedelta(seconds=LEASE_SECONDS), user.pk
            row.save(update_fields=["lease_until_at", "marker_id"])
        regrade_total(attempt=attempt, now=now)
    return row


def restore_result(
    *, row: ItemResult, attempt: Attempt, to: dict[str, Any], marker_id: int, reason: str, now: datetime
) -> None:
    """Put a result back to what a line of its history kept, with a new line; joins the caller's transaction."""
    before = snapshot(row)
    row.state, row.fraction, row.parts = to["state"], to["fraction"], to["parts"]
    row.mark = None if to["mark"] is None else Decimal(to["mark"])
    row.comment, row.grader, row.marker_id = to["comment"], to["grader"], to["marker_id"]
    row.graded_at = parse_datetime(to["graded_at"]) if to["graded_at"] else None
    row.lease_until_at = None
    row.save()
    record_mark(row=row, before=before, marker_id=marker_id, reason=reason, now=now)


def marked_by_hand() -> Q:
    """Return the condition of results that a person marked or has to."""
    return Q(grader=MANUAL) | Q(state=str(MarkState.PENDING))
