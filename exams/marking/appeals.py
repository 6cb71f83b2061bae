"""Appeals: who may appeal until when, making one, and answering it with a new mark or with words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.notifications.services import notify
from edu.organizations.queries import list_memberships
from exams.delivery.reviewing import learner_policy, review_since
from exams.marking.appeal_counts import note_appeal_change
from exams.marking.history import APPEAL
from exams.marking.mark import mark_by_hand
from exams.models import Appeal, Attempt, Exam, ItemResult
from exams.permissions import managed_exams

LONGEST = 2000
MOST_OPEN = 20
"""Open appeals in one attempt: a whole paper is contested by another way than item by item."""


@dataclass(frozen=True, kw_only=True)
class AppealWindow:
    """Whether the learner may appeal now, and until when; `until` is None where the exam takes none."""

    is_open: bool
    until: datetime | None


def appeal_window(*, attempt: Attempt, now: datetime) -> AppealWindow:
    """Return the window of appeals of a released attempt (with its exam); closed where its review shows no marks, or
    not yet: the days count from the moment that it does.
    """
    exam = attempt.exam
    released_at = attempt.released_at if attempt.state == Attempt.State.GRADED else None
    if released_at is None or not exam.appeal_days or not learner_policy(exam=exam, now=now).marks:
        return AppealWindow(is_open=False, until=None)
    until = review_since(exam=exam, released_at=released_at) + timedelta(days=exam.appeal_days)
    return AppealWindow(is_open=now <= until, until=until)


def make_appeal(*, user_id: int, public_id: Any, slot: int, reason: str, now: datetime) -> Appeal:
    """Ask that the mark of one item of the learner's released attempt be looked at again; tells the marker.

    NotFound for others' attempts and unknown items; Conflict outside the window or with an open appeal to the item;
    InvalidInput without words.
    """
    attempt = Attempt.objects.select_related("exam", "user").filter(user_id=user_id, public_id=public_id).first()
    row = attempt and ItemResult.objects.filter(attempt_id=attempt.pk, slot=slot).first()
    if attempt is None or not row:
        raise NotFound(_("There is no such attempt."))
    words = reason.strip()
    if not appeal_window(attempt=attempt, now=now).is_open:
        raise Conflict(_("Appeals to this result are not taken (any more)."))
    if not words:
        raise InvalidInput(_("Say in a few words why the mark should be looked at again."), field="reason")
    if Appeal.objects.filter(attempt=attempt, state=Appeal.State.OPEN).count() >= MOST_OPEN:
        raise Conflict(_("So many appeals are open in this attempt that no more are taken. Wait for their answers."))
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                attempt=attempt,
                exam=attempt.exam,
                slot=slot,
                reason=words[:LONGEST],
                mark_before=row.mark,
                created_at=now,
            )
            note_appeal_change()
            _note("appeal.make", appeal, attempt, attempt.user, {"slot": slot})
            _tell_marker(appeal, attempt.exam, row)
    except IntegrityError as error:
        raise Conflict(_("Your appeal to this question is open already. You are told when it is answered.")) from error
    return appeal


def _tell_marker(appeal: Appeal, exam: Exam, row: ItemResult) -> None:
    """Tell who gave the mark, or the owner of the exam; only those who may still manage it."""
    people = [pk for pk in (row.marker_id, exam.owner_id) if pk is not None]
    for user_id in dict.fromkeys(people):
        if exam.organization_id and exam.organization_id not in {
            membership.organization_id for membership in list_memberships(user_id=user_id)
        }:
            continue
        notify(
            user_id=user_id,
            kind="exams.appealed",
            context={"title": exam.title, "number": appeal.slot},
            url=f"/teach/marking/appeals/{appeal.public_id}/",
            dedupe_key=f"exams.appealed:{appeal.pk}:{user_id}",
        )
        return


def get_appeal(*, user: Any, public_id: Any) -> Appeal:
    """Return an appeal of an exam the person may manage, with attempt, exam and learner; NotFound otherwise."""
    appeal = (
        Appeal.objects.filter(public_id=public_id, exam__in=managed_exams(user).values("pk"))
        .select_related("attempt__exam", "attempt__user", "exam", "answered_by")
        .first()
    )
    if appeal is None:
        raise NotFound(_("There is no such appeal."))
    return appeal


def list_appeals(*, user: Any, state: str) -> QuerySet[Appeal]:
    """Return the appeals of a state in the exams the person may manage: open ones the oldest first, others the
    newest.
    """
    rows = (
        Appeal.objects.filter(exam__in=managed_exams(user).values("pk"), state=state)
        .select_related("exam", "attempt__user")
        .defer("attempt__paper", "attempt__responses")
    )
    return rows.order_by("created_at", "id") if state == Appeal.State.OPEN else rows.order_by("-answered_at", "-id")


def uphold_appeal(
    *,
    appeal: Appeal,
    actor: Any,
    now: datetime,
    answer: str,
    points: Decimal | None = None,
    fractions: Mapping[str, float] | None = None,
    seen: str | None = None,
) -> Appeal:
    """Answer an appeal with a new mark, through mark_by_hand and its history; tells the learner.

    Conflict when it was answered before; what mark_by_hand raises. InvalidInput when the mark stays the same.
    """
    with transaction.atomic():
        _answer(appeal, actor=actor, now=now, answer=answer, state=Appeal.State.UPHELD)
        words = ItemResult.objects.filter(attempt_id=appeal.attempt_id, slot=appeal.slot).values_list(
            "comment", flat=True
        )
        row = mark_by_hand(
            user=actor,
            attempt_id=appeal.attempt_id,
            slot=appeal.slot,
            now=now,
            points=points,
            fractions=fractions,
            comment=words.first() or "",
            reason=APPEAL,
            seen=seen,
        )
        if row.mark == appeal.mark_before:
            raise InvalidInput(_("The mark stays the same. Give another mark, or dismiss the appeal."), field="points")
        appeal.mark_after = row.mark
        Appeal.objects.filter(pk=appeal.pk).update(mark_after=row.mark)
        _finish(appeal, actor, {"slot": appeal.slot, "mark": [_text(appeal.mark_before), _text(row.mark)]})
    return appeal


def dismiss_appeal(*, appeal: Appeal, actor: Any, now: datetime, answer: str) -> Appeal:
    """Answer an appeal with words, the mark stays; tells the learner. InvalidInput without words, Conflict when it
    was answered before.
    """
    if not answer.strip():
        raise InvalidInput(_("Say why the mark stays; the learner reads it."), field="answer")
    with transaction.atomic():
        _answer(appeal, actor=actor, now=now, answer=answer, state=Appeal.State.DISMISSED)
        Appeal.objects.filter(pk=appeal.pk).update(mark_after=appeal.mark_before)
        appeal.mark_after = appeal.mark_before
        _finish(appeal, actor, {"slot": appeal.slot})
    return appeal


def _answer(appeal: Appeal, *, actor: Any, now: datetime, answer: str, state: Appeal.State) -> None:
    """Move an open appeal to a state by compare-and-set; Conflict when somebody answered it before."""
    words = answer.strip()[:LONGEST]
    changed = Appeal.objects.filter(pk=appeal.pk, state=Appeal.State.OPEN).update(
        state=state, answer=words, answered_by=actor, answered_at=now
    )
    if not changed:
        raise Conflict(_("This appeal was answered already."))
    note_appeal_change()
    appeal.state, appeal.answer, appeal.answered_by, appeal.answered_at = state, words, actor, now


def _finish(appeal: Appeal, actor: Any, changes: dict[str, Any]) -> None:
    attempt = appeal.attempt
    _note(f"appeal.{'uphold' if appeal.state == Appeal.State.UPHELD else 'dismiss'}", appeal, attempt, actor, changes)
    notify(
        user_id=attempt.user_id,
        kind="exams.appeal_answered",
        context={
            "title": appeal.exam.title,
            "number": appeal.slot,
            "upheld": appeal.state == Appeal.State.UPHELD,
            "before": _text(appeal.mark_before),
            "after": _text(appeal.mark_after),
            "answer": appeal.answer,
        },
        url=f"/exams/attempts/{attempt.public_id}/review/#question-{appeal.slot}",
        dedupe_key=f"exams.appeal_answered:{appeal.pk}",
    )


def _note(action: str, appeal: Appeal, attempt: Attempt, actor: Any, changes: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="attempt",
        object_id=attempt.public_id,
        object_label=str(attempt.user),
        changes=changes,
        organization_id=attempt.exam.organization_id,
    )


def _text(mark: Decimal | None) -> str:
    return "" if mark is None else format(mark, "f")
