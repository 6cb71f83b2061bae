"""Opening an attempt again that was ended by mistake, or by a power cut: its answers stay, its results are withdrawn,
and the candidate goes on in a new epoch.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput
from edu.events.publish import publish
from edu.events.types import AttemptReopened
from edu.notifications.services import notify
from exams.delivery.extend import MAXIMUM_MINUTES
from exams.delivery.kept_marks import answer_digest
from exams.delivery.keys import OUTLIVES_CLOSE
from exams.delivery.presence import note_change
from exams.delivery.reviewing import learner_policy
from exams.fetch import moment_text
from exams.marking.history import REOPENED, snapshot
from exams.marking.mark import MANUAL
from exams.marking.regrade import lock_attempts
from exams.models import (
    Appeal,
    Attempt,
    Exam,
    ItemResult,
    LateBatch,
    MarkChange,
    RegradeSet,
    ScriptFlag,
)
from exams.practice.question_progress import rebuild

ENDED = (Attempt.State.SUBMITTED, Attempt.State.NEEDS_MARKING, Attempt.State.GRADED)
KNOWN_LONG = timedelta(hours=24)
"""How long a result may have been out; after that a new attempt is the honest way."""
OVERTAKEN = gettext_noop("The candidate has begun another attempt since. Only the last one can be opened again.")
USUAL_MINUTES = 10
"""What is proposed where the attempt ended without time to spare."""


@dataclass(frozen=True, kw_only=True)
class Reopening:
    """What opening an attempt again would mean, for the person who decides; `refusal` says why it cannot be.

    `minutes` are those that were unused, or USUAL_MINUTES; `late_batches` come back as answers; `shows_keys` means that
    the candidate could have seen right answers, explanations or marks of single questions by now.
    """

    refusal: str
    minutes: int
    has_score: bool
    released_at: datetime | None
    hand_marks: int
    late_batches: int
    shows_keys: bool


def plan_reopening(*, attempt: Attempt, now: datetime) -> Reopening:
    """Return what opening an attempt (with its exam) again would mean: at most eight statements."""
    unused = (attempt.deadline_at - attempt.submitted_at).total_seconds() if attempt.submitted_at else 0
    is_out = attempt.state == Attempt.State.GRADED and attempt.released_at is not None
    policy = learner_policy(exam=attempt.exam, now=now) if is_out else None
    return Reopening(
        refusal=_refusal(attempt, now),
        minutes=max(int(-(-unused // 60)), 0) or USUAL_MINUTES,
        has_score=attempt.score is not None,
        released_at=attempt.released_at if is_out else None,
        hand_marks=ItemResult.objects.filter(attempt_id=attempt.pk, grader=MANUAL).count(),
        late_batches=_late(attempt).count(),
        shows_keys=policy is not None and (policy.keys or policy.explanations or policy.marks),
    )


def _late(attempt: Attempt) -> Any:
    """Return what came after the end and waits for a person; what came to closed questions stays with her."""
    return LateBatch.objects.filter(
        attempt_id=attempt.pk, decision="", reason__in=[LateBatch.Reason.LATE, LateBatch.Reason.ENDED]
    ).order_by("epoch", "seq")


def _refusal(attempt: Attempt, now: datetime) -> str:
    """Return why an attempt cannot be opened again; empty where it can."""
    if attempt.state not in ENDED:
        return _("Only an attempt that was handed in or ended can be opened again.")
    if attempt.exam.status != Exam.Status.SCHEDULED:
        return _("The exam is archived, so nobody can enter its room any more.")
    if attempt.submitted_at is not None and now - attempt.submitted_at > OUTLIVES_CLOSE:
        return _("The attempt ended more than seven days ago. Give the candidate a further attempt instead.")
    if attempt.released_at is not None and now - attempt.released_at > KNOWN_LONG:
        return _("The result has been out for more than a day. Give the candidate a further attempt instead.")
    if Attempt.objects.filter(exam_id=attempt.exam_id, user_id=attempt.user_id, number__gt=attempt.number).exists():
        return _(OVERTAKEN)
    states = set(Appeal.objects.filter(attempt_id=attempt.pk).values_list("state", flat=True))
    if Appeal.State.OPEN in states:
        return _("An appeal to this attempt is open. Answer it first.")
    if states:
        return _("An appeal to this attempt was decided by its marks. Give the candidate a further attempt instead.")
    for exam_ids in RegradeSet.objects.filter(state=RegradeSet.State.APPLYING).values_list("exam_ids", flat=True):
        if attempt.exam_id in exam_ids:
            return _("A regrade of this exam is being carried out. Wait until it is done.")
    return ""


def reopen_attempt(*, attempt: Attempt, minutes: int, reason: str, actor: Any, now: datetime) -> datetime:
    """Open an ended attempt (with exam and learner) again for some minutes from now; return the new deadline.

    Answers stay, and those that came after the end and wait are put in, oldest first. Score, marks and release are
    withdrawn with their history kept; a mark by hand comes back with its answer (kept_marks). The room gets a new
    epoch, so that a page from before the end, or a request of it that is still under way, writes nothing and offers
    what it holds. InvalidInput for minutes out of 1 to 1440 or without a reason; Conflict where it cannot be, or when
    somebody was quicker. Joins the caller's transaction.
    """
    words = reason.strip()[:300]
    if not words:
        raise InvalidInput(_("Say why the attempt is opened again; the candidate reads it."), field="reason")
    if not 1 <= minutes <= MAXIMUM_MINUTES:
        raise InvalidInput(_("Give between 1 minute and 24 hours."), field="minutes")
    deadline = now + timedelta(minutes=minutes)
    with transaction.atomic():
        lock_attempts([attempt.pk])
        current = Attempt.objects.select_related("exam", "user").get(pk=attempt.pk)
        refusal = _refusal(current, now)
        if refusal:
            raise Conflict(refusal)
        withdrawn = _withdraw(current, actor=actor, now=now)
        responses, batches = _with_late(current, actor=actor, now=now)
        _open(current, responses=responses, deadline=deadline, now=now)
        publish(AttemptReopened(attempt_id=current.pk, exam_id=current.exam_id, user_id=current.user_id))
        record(
            actor=actor,
            action="attempt.reopen",
            object_kind="attempt",
            object_id=current.public_id,
            object_label=str(current.user),
            changes={
                "reason": words,
                "minutes": minutes,
                "submitted_at": [moment_text(current.submitted_at), None],
                "score": [None if current.score is None else str(current.score), None],
                "released_at": [moment_text(current.released_at), None],
                "marks_withdrawn": withdrawn,
                "late_batches": batches,
            },
            organization_id=current.exam.organization_id,
        )
        notify(
            user_id=current.user_id,
            kind="exams.reopened",
            context={"title": current.exam.title, "reason": words, "deadline_at": deadline.isoformat()},
            url=f"/exams/{current.exam.public_id}/",
            dedupe_key=f"exams.reopened:{current.pk}:{current.epoch + 1}",
        )
        note_change([current.pk])
    return deadline


def _open(attempt: Attempt, *, responses: dict[str, str], deadline: datetime, now: datetime) -> None:
    """Move an attempt back into its room by compare-and-set; Conflict when it changed meanwhile."""
    rows = Attempt.objects.filter(pk=attempt.pk, state=attempt.state, epoch=attempt.epoch)
    try:
        with transaction.atomic():
            changed = rows.update(
                state=Attempt.State.OPEN,
                responses=responses,
                epoch=attempt.epoch + 1,
                seq=0,
                deadline_at=deadline,
                paused_at=None,
                submitted_at=None,
                submitted_by="",
                graded_at=None,
                grading_tries=0,
                score=None,
                percent=None,
                passed=None,
                released_at=None,
                reopened_at=now,
            )
    except IntegrityError as error:
        raise Conflict(_(OVERTAKEN)) from error
    if not changed:
        raise Conflict(_("The attempt changed in the meantime. Load the page again."))


def _withdraw(attempt: Attempt, *, actor: Any, now: datetime) -> int:
    """Take the results of an attempt away, each with a line in the history of its mark; return how many had one."""
    results = list(ItemResult.objects.filter(attempt_id=attempt.pk))
    marked = [row for row in results if row.mark is not None]
    MarkChange.objects.bulk_create(
        MarkChange(
            attempt_id=attempt.pk,
            slot=row.slot,
            marker_id=actor.pk,
            version_id=row.version_id,
            grader=row.grader,
            old_mark=row.mark,
            new_mark=None,
            reason=REOPENED,
            at=now,
            before=snapshot(row)
            | {"maximum": str(row.maximum), "answer": answer_digest(attempt.responses.get(str(row.slot), ""))},
        )
        for row in marked
    )
    ItemResult.objects.filter(attempt_id=attempt.pk).delete()
    if attempt.released_at is not None:
        rebuild(user_id=attempt.user_id, question_ids=[row.question_id for row in results])
    ScriptFlag.objects.filter(attempt_id=attempt.pk).delete()
    return len(marked)


def _with_late(attempt: Attempt, *, actor: Any, now: datetime) -> tuple[dict[str, str], int]:
    """Return the answers with those that came after the end put in, and how many batches that were.

    They were written before the candidate could go on, so they have to be in before she does: accepted later they would
    replace what she writes from now on.
    """
    responses, batches = dict(attempt.responses), list(_late(attempt).select_for_update())
    for batch in batches:
        responses |= batch.responses
    if batches:
        LateBatch.objects.filter(pk__in=[batch.pk for batch in batches]).update(
            decision="accepted", decided_by_id=actor.pk, decided_at=now
        )
    return responses, len(batches)
