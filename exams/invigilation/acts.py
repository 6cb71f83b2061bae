"""Acts of invigilators on one, some or all attempts of an exam under way. Callers have fetched the exam through
`exams.permissions.get_invigilated_exam`.

Every act carries an id that its form was made with: asked twice with the same id, it is done once. Statements do not
grow with the number of candidates, save for inserting one row for each.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput, NotFound
from exams.delivery.devices import move_device
from exams.delivery.extend import MAXIMUM_MINUTES, extend_many, shorten_many
from exams.delivery.pause import pause_many, resume_many
from exams.delivery.presence import note_change
from exams.delivery.reopen import reopen_attempt
from exams.delivery.start import OPEN_STATES
from exams.delivery.submit import close_attempt, finish_grading
from exams.models import ActOnAttempt, Attempt, Exam, ExamMessage, InvigilatorAct

MAXIMUM_MESSAGE = 1000
Kind = InvigilatorAct.Kind
Targets = Sequence[uuid.UUID] | None
"""Public ids of attempts; None means everybody in the exam."""


def _running(exam: Exam, targets: Targets) -> QuerySet[Attempt]:
    rows = Attempt.objects.filter(exam=exam, state__in=OPEN_STATES)
    return rows if targets is None else rows.filter(public_id__in=list(targets))


def _begin(*, exam: Exam, kind: str, act_id: uuid.UUID, actor: Any, now: datetime, **fields: Any) -> InvigilatorAct:
    """Write the act; raise _Done with what was done before under the same id."""
    try:
        with transaction.atomic():
            return InvigilatorAct.objects.create(public_id=act_id, exam=exam, kind=kind, actor=actor, at=now, **fields)
    except IntegrityError:
        done = InvigilatorAct.objects.filter(public_id=act_id, exam=exam, kind=kind, actor=actor).first()
        if done is None:
            raise Conflict(_("Load the page again and repeat that.")) from None
        raise _Done(done) from None


class _Done(Exception):
    """This act was done before."""

    def __init__(self, act: InvigilatorAct) -> None:
        self.act = act
        super().__init__()


def _finish(act: InvigilatorAct, attempts: Sequence[Attempt], *, reached: int, changes: dict[str, Any]) -> None:
    """Write down whom an act reached, put it into the audit log, and let the rooms know."""
    ActOnAttempt.objects.bulk_create(
        [ActOnAttempt(act=act, attempt=attempt, deadline_at=attempt.deadline_at) for attempt in attempts]
    )
    act.reached = reached
    act.save(update_fields=["reached"])
    exam = act.exam
    is_one = len(attempts) == 1 and not act.is_for_all
    record(
        actor=act.actor,
        action=f"{'attempt' if is_one else 'exam'}.{_VERBS[act.kind]}",
        object_kind="attempt" if is_one else "exam",
        object_id=attempts[0].public_id if is_one else exam.public_id,
        object_label=str(attempts[0].user) if is_one else exam.title,
        changes=changes | ({} if is_one else {"attempts": reached, "for_all": act.is_for_all}),
        organization_id=exam.organization_id,
    )
    note_change([attempt.pk for attempt in attempts])


_VERBS: dict[str, str] = {Kind.MESSAGE: "message", Kind.EXTEND: "extend", Kind.PAUSE: "pause", Kind.RESUME: "resume",
          Kind.END: "force_submit", Kind.REOPEN: "reopen"}  # fmt: skip


def _locked(exam: Exam, targets: Targets, **filters: Any) -> list[Attempt]:
    """Return the running attempts that an act is about, held until it is done."""
    rows = _running(exam, targets).filter(**filters).select_for_update()
    return list(rows.only("id", "public_id", "deadline_at", "state", "user_id"))


def _of(attempts: Sequence[Attempt]) -> QuerySet[Attempt]:
    return Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts])


def send_message(
    *, exam: Exam, targets: Targets, text: str, act_id: uuid.UUID, actor: Any, now: datetime
) -> InvigilatorAct:
    """Send a message to candidates under way; to everybody it also reaches those who begin later.

    InvalidInput for an empty or overlong text, Conflict when nobody of those chosen is in the exam any more.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise InvalidInput(_("Write the message first."), field="text")
    if len(text) > MAXIMUM_MESSAGE:
        raise InvalidInput(_("A message has at most %(n)d characters.") % {"n": MAXIMUM_MESSAGE}, field="text")
    try:
        with transaction.atomic():
            act = _begin(
                exam=exam, kind=Kind.MESSAGE, act_id=act_id, actor=actor, now=now, text=text, is_for_all=targets is None
            )
            attempts = _locked(exam, targets)
            if targets is None:
                ExamMessage.objects.create(exam=exam, act=act, text=text, sent_at=now)
            else:
                _require(attempts)
                ExamMessage.objects.bulk_create(
                    [ExamMessage(exam=exam, attempt=attempt, act=act, text=text, sent_at=now) for attempt in attempts]
                )
            _finish(act, attempts, reached=len(attempts), changes={"text": text})
    except _Done as done:
        return done.act
    return act


def _require(attempts: Sequence[Attempt]) -> None:
    if not attempts:
        raise Conflict(_("Nobody of those you chose is in the exam any more. Nothing was done."))


def give_time(
    *, exam: Exam, targets: Targets, minutes: int, act_id: uuid.UUID, actor: Any, now: datetime, reason: str = ""
) -> InvigilatorAct:
    """Give candidates under way more minutes, beyond the close of the exam if need be.

    InvalidInput for minutes out of 1 to 1440, Conflict when nobody is left to get them.
    """
    if not 1 <= minutes <= MAXIMUM_MINUTES:
        raise InvalidInput(_("Give between 1 minute and 24 hours."), field="minutes")
    seconds = minutes * 60
    try:
        with transaction.atomic():
            act = _begin(
                exam=exam, kind=Kind.EXTEND, act_id=act_id, actor=actor, now=now, text=reason[:1000],
                is_for_all=targets is None, added_seconds=seconds,
            )  # fmt: skip
            attempts = _locked(exam, targets)
            _require(attempts)
            reached = extend_many(attempts=_of(attempts), seconds=seconds, now=now)
            _finish(act, attempts, reached=reached, changes={"minutes": minutes, "reason": reason})
    except _Done as done:
        return done.act
    return act


def take_time_back(*, exam: Exam, act_id: uuid.UUID, actor: Any, now: datetime) -> int:
    """Undo an extension for those who have not begun to use it; return for how many. Conflict when it was undone.

    NotFound when the exam has no such extension.
    """
    act = InvigilatorAct.objects.filter(exam=exam, public_id=act_id, kind=Kind.EXTEND).first()
    if act is None:
        raise NotFound(_("There is no such extension."))
    with transaction.atomic():
        if not InvigilatorAct.objects.filter(pk=act.pk, undone_at__isnull=True).update(undone_at=now):
            raise Conflict(_("This was taken back already."))
        ids = list(act.targets.values_list("attempt_id", flat=True))
        taken = shorten_many(attempts=Attempt.objects.filter(pk__in=ids), seconds=act.added_seconds, now=now)
        if not taken:
            raise Conflict(_("Everybody has used that time already, or has handed in. Nothing was taken back."))
        record(
            actor=actor,
            action="exam.take_time_back",
            object_kind="exam",
            object_id=exam.public_id,
            object_label=exam.title,
            changes={"minutes": act.added_seconds // 60, "attempts": taken},
            organization_id=exam.organization_id,
        )
        note_change(ids)
    return taken


def pause_room(
    *, exam: Exam, targets: Targets, act_id: uuid.UUID, actor: Any, now: datetime, reason: str = ""
) -> InvigilatorAct:
    """Stop the clocks of candidates; Conflict when none of them runs."""
    try:
        with transaction.atomic():
            act = _begin(
                exam=exam, kind=Kind.PAUSE, act_id=act_id, actor=actor, now=now, text=reason[:1000],
                is_for_all=targets is None,
            )  # fmt: skip
            attempts = _locked(exam, targets, state=Attempt.State.OPEN, deadline_at__gt=now)
            _require(attempts)
            reached = pause_many(attempts=_of(attempts), now=now)
            _finish(act, attempts, reached=reached, changes={"reason": reason} if reason else {})
    except _Done as done:
        return done.act
    return act


def resume_room(*, exam: Exam, targets: Targets, act_id: uuid.UUID, actor: Any, now: datetime) -> InvigilatorAct:
    """Let paused clocks run again, each with the time that was left; Conflict when none is paused."""
    try:
        with transaction.atomic():
            act = _begin(exam=exam, kind=Kind.RESUME, act_id=act_id, actor=actor, now=now, is_for_all=targets is None)
            attempts = _locked(exam, targets, state=Attempt.State.PAUSED)
            _require(attempts)
            reached = resume_many(attempts=_of(attempts), now=now)
            _finish(act, attempts, reached=reached, changes={})
    except _Done as done:
        return done.act
    return act


def end_attempt(
    *, exam: Exam, attempt_id: uuid.UUID, reason: str, act_id: uuid.UUID, actor: Any, now: datetime
) -> InvigilatorAct:
    """Hand in one attempt for the candidate, with everything that is saved, and grade it. InvalidInput without a
    reason, Conflict when it has ended. What her device had not sent is kept as a late batch when it comes.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why the attempt is ended; the candidate may ask."), field="reason")
    try:
        with transaction.atomic():
            act = _begin(exam=exam, kind=Kind.END, act_id=act_id, actor=actor, now=now, text=reason[:1000])
            attempts = _locked(exam, [attempt_id])
            _require(attempts)
            attempt = Attempt.objects.select_related("exam").get(pk=attempts[0].pk)
            if not close_attempt(attempt=attempt, now=now, by="staff"):
                raise Conflict(_("The attempt has ended in the meantime."))
            _finish(act, attempts, reached=1, changes={"reason": reason})
    except _Done as done:
        return done.act
    finish_grading(attempt=attempt, now=now)
    return act


def reopen_ended(
    *, exam: Exam, attempt_id: uuid.UUID, minutes: int, reason: str, act_id: uuid.UUID, actor: Any, now: datetime
) -> InvigilatorAct:
    """Open an attempt that has ended again, for some minutes from now, as delivery.reopen does it: its answers stay,
    its results are withdrawn. NotFound when the exam has no such attempt; InvalidInput and Conflict as there.
    """
    attempt = Attempt.objects.select_related("exam", "user").filter(exam=exam, public_id=attempt_id).first()
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    try:
        with transaction.atomic():
            act = _begin(
                exam=exam, kind=Kind.REOPEN, act_id=act_id, actor=actor, now=now, text=reason.strip()[:1000],
                added_seconds=minutes * 60 if 0 < minutes <= MAXIMUM_MINUTES else 0, reached=1,
            )  # fmt: skip
            reopen_attempt(attempt=attempt, minutes=minutes, reason=reason, actor=actor, now=now)
            ActOnAttempt.objects.create(act=act, attempt=attempt, deadline_at=attempt.deadline_at)
    except _Done as done:
        return done.act
    return act


def allow_device(*, exam: Exam, attempt_id: uuid.UUID, actor: Any, now: datetime) -> str:
    """Let a candidate go on with the device that was refused last; return its name. Conflict when none waits."""
    attempt = _running(exam, [attempt_id]).select_related("user").first()
    if attempt is None:
        raise Conflict(_("The attempt has ended in the meantime."))
    with transaction.atomic():
        label = move_device(attempt_id=attempt.pk, now=now)
        if not label:
            raise Conflict(_("No other device asks to be let in any more."))
        record(
            actor=actor,
            action="attempt.move_device",
            object_kind="attempt",
            object_id=attempt.public_id,
            object_label=str(attempt.user),
            changes={"device": label},
            organization_id=exam.organization_id,
        )
    return label
