"""Starting an attempt, resuming it, and opening the room: at most twelve statements, whatever the size of paper and
bank.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import BigIntegerField
from django.utils.translation import gettext as _

from edu.core.errors import Conflict, NotFound
from edu.schema.kept_queries import Given, KeptQuery
from exams.delivery.access import NoAccess, check_start, exam_access, get_visible_exam
from exams.delivery.devices import NO_DEVICE, Device, check_device
from exams.delivery.draw import draw_paper, new_seed
from exams.delivery.finish_overdue import finish_if_overdue
from exams.delivery.keys import AttemptKey, sign_attempt_key
from exams.delivery.live import remember_device
from exams.domain.timing import ExamStatus, attempt_deadline, exam_state
from exams.fetch import accommodation_of, attempt_summary, find_own_attempt, terms_of
from exams.models import Accommodation, Attempt, Exam

OPEN_STATES = (Attempt.State.OPEN, Attempt.State.PAUSED)


class CannotStart(Conflict):
    """This exam cannot be started now; `code` is the status it has for the learner."""


@dataclass(frozen=True, kw_only=True)
class OpenedAttempt:
    """An attempt whose room was opened: the epoch that may write, and the key that proves it."""

    attempt: Attempt
    exam: Exam
    epoch: int
    attempt_key: str
    slots: int
    is_new: bool


_REFUSALS = {
    ExamStatus.NOT_OPEN: "This exam is not open yet.",
    ExamStatus.CLOSED: "This exam is closed.",
    ExamStatus.MISSED: "This exam is over.",
    ExamStatus.PASSED: "You have passed this exam.",
    ExamStatus.FAILED: "You have no attempts left.",
    ExamStatus.AWAITING_MARKING: "Your last attempt has not been marked yet.",
}


_ATTEMPTS: KeptQuery[Attempt] = KeptQuery(
    lambda: (
        Attempt.objects.filter(exam_id=Given("exam_id", BigIntegerField()), user_id=Given("user_id", BigIntegerField()))
        .only("id", "state", "number", "deadline_at", "passed", "released_at")
        .order_by("number")
    )
)
_ACCOMMODATION: KeptQuery[Accommodation] = KeptQuery(
    lambda: Accommodation.objects.filter(
        exam_id=Given("exam_id", BigIntegerField()), user_id=Given("user_id", BigIntegerField())
    )[:1]
)


def start_attempt(
    *,
    user_id: int,
    exam_id: Any,
    access_code: str = "",
    address: str = "",
    device: Device = NO_DEVICE,
    now: datetime,
    takes_epoch: bool = True,
) -> OpenedAttempt:
    """Start the learner's next attempt of an exam (public id), or resume the open one in a new epoch.

    Without `takes_epoch` an open one is only found, for a page that opens it next: a start that was given up, asked
    again and comes late does not take the exam away from the page that is open by then.

    Raises NotFound (unknown to this person), NoAccess, WrongAccessCode, WrongAddress, OtherDevice, or CannotStart whose
    code is the exam's status for the learner. Two starts at once end in one attempt: the second resumes what the first
    made.
    """
    exam = get_visible_exam(user_id=user_id, public_id=exam_id)
    attempts = _ATTEMPTS.rows(exam_id=exam.pk, user_id=user_id)
    running = next((attempt for attempt in attempts if attempt.state in OPEN_STATES), None)
    accommodation = accommodation_of(_ACCOMMODATION.first(exam_id=exam.pk, user_id=user_id))
    state = exam_state(
        now=now,
        terms=terms_of(exam),
        attempts=[attempt_summary(attempt) for attempt in attempts],
        accommodation=accommodation,
    )
    check_start(exam=exam, access_code=access_code, address=address)
    resume = open_room if takes_epoch else _find_running
    if running is not None and state.status == ExamStatus.CONTINUE:
        return resume(user_id=user_id, attempt_id=running.pk, device=device, now=now)
    if state.status not in {ExamStatus.OPEN, ExamStatus.FAILED_RETRY}:
        raise CannotStart(_REFUSALS.get(state.status, "This exam cannot be started now."), code=str(state.status))
    if not exam_access(user_id=user_id, exam=exam, now=now).allowed:
        raise NoAccess
    if exam.paper_version is None:
        raise CannotStart(_("This exam has no published paper."), code="no_paper")
    seed = new_seed()
    paper = draw_paper(exam=exam, structure=exam.paper_version.structure, seed=seed)
    deadline_at = attempt_deadline(started_at=now, terms=terms_of(exam), accommodation=accommodation)
    assert deadline_at is not None
    attempt = Attempt(
        exam=exam,
        user_id=user_id,
        number=attempts[-1].number + 1 if attempts else 1,
        seed=seed,
        paper=paper,
        started_at=now,
        deadline_at=deadline_at,
        position=1 if exam.forward_only else 0,
        maximum=exam.paper_version.total_marks,
    )
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
    except IntegrityError:
        rival = Attempt.objects.filter(exam=exam, user_id=user_id, state__in=OPEN_STATES).first()
        if rival is None:
            raise
        return resume(user_id=user_id, attempt_id=rival.pk, device=device, now=now)
    check_device(attempt=attempt, device=device, now=now)
    return _opened(attempt, exam, is_new=True)


def open_room(*, user_id: int, attempt_id: Any, device: Device = NO_DEVICE, now: datetime) -> OpenedAttempt:
    """Open the room of a running attempt (id or public id) in a new epoch; whoever had it open before may not write
    any more.

    Raises NotFound, OtherDevice where the exam allows one device and this is not it, or CannotStart (code submitted)
    when the attempt has ended; an overdue one is closed first.
    """
    if isinstance(attempt_id, int):
        attempt = Attempt.objects.select_related("exam").filter(user_id=user_id, pk=attempt_id).first()
    else:
        attempt = find_own_attempt(user_id=user_id, public_id=attempt_id)
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    if finish_if_overdue(attempt=attempt, now=now) or attempt.state not in OPEN_STATES:
        raise CannotStart(_("This attempt was handed in."), code="submitted")
    check_device(attempt=attempt, device=device, now=now)
    if not _take_epoch(attempt, now):
        raise CannotStart(_("This attempt was handed in."), code="submitted")
    remember_device(attempt_id=attempt.pk, epoch=attempt.epoch, device=device.id)
    return _opened(attempt, attempt.exam, is_new=False)


def _find_running(*, user_id: int, attempt_id: Any, device: Device, now: datetime) -> OpenedAttempt:
    """Return a running attempt as it is open now; OtherDevice as open_room."""
    attempt = Attempt.objects.select_related("exam").get(pk=attempt_id, user_id=user_id)
    check_device(attempt=attempt, device=device, now=now)
    return _opened(attempt, attempt.exam, is_new=False)


_OPENINGS = {
    "postgresql": "CASE WHEN jsonb_array_length(openings) < 40 THEN openings || to_jsonb(%s::timestamptz) "
    "ELSE openings END",
    "sqlite": "CASE WHEN json_array_length(openings) < 40 THEN json_insert(openings, '$[#]', %s) ELSE openings END",
}


def _take_epoch(attempt: Attempt, now: datetime) -> bool:
    """Take the next epoch into the attempt; False when it has ended. Two openings at once get numbers of their own.

    The answers come back with the epoch: what an earlier page saved up to this very moment is shown, and nothing after.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE exams_attempt SET epoch = epoch + 1, seq = 0, openings = {_OPENINGS[connection.vendor]} "  # noqa: S608 - ours
            "WHERE id = %s AND state IN ('open', 'paused') "
            "RETURNING epoch, responses, flags, position, question_seconds",
            [connection.ops.adapt_datetimefield_value(now), attempt.pk],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    responses, flags = (json.loads(value) if isinstance(value, str) else value for value in row[1:3])
    attempt.epoch, attempt.seq, attempt.responses, attempt.flags = int(row[0]), 0, responses, flags
    attempt.position, attempt.question_seconds = int(row[3]), row[4]
    return True


def _opened(attempt: Attempt, exam: Exam, *, is_new: bool) -> OpenedAttempt:
    slots = sum(len(section["slots"]) for section in attempt.paper["sections"])
    key = AttemptKey(
        attempt_id=attempt.pk,
        public_id=str(attempt.public_id),
        user_id=attempt.user_id,
        epoch=attempt.epoch,
        slots=slots,
        grace_seconds=exam.grace_seconds,
    )
    closes_at = max(exam.closes_at, attempt.deadline_at)
    return OpenedAttempt(
        attempt=attempt,
        exam=exam,
        epoch=attempt.epoch,
        attempt_key=sign_attempt_key(key, closes_at=closes_at),
        slots=slots,
        is_new=is_new,
    )
