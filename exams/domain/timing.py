"""When an attempt ends and what an exam says to a learner now. `now` is always an argument; all moments are
aware."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from exams.domain.attempts import AttemptState, is_running


class ExamStatus(StrEnum):
    """What an exam is to one learner at one moment."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    CONTINUE = "continue"
    AWAITING_MARKING = "awaiting_marking"
    PASSED = "passed"
    FAILED_RETRY = "failed_retry"
    FAILED = "failed"
    MISSED = "missed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Accommodation:
    """What one learner is granted: more time (per cent of the duration and minutes), more attempts, a window
    of their own."""

    extra_percent: int = 0
    extra_minutes: int = 0
    extra_attempts: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExamTerms:
    """Window, duration, grace and attempts of an exam; None means without limit."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    duration_seconds: int | None = None
    grace_seconds: int = 0
    attempts_allowed: int | None = 1
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class AttemptSummary:
    """One attempt as the exam list sees it. `passed` is None where there is no verdict, or none released
    yet."""

    state: AttemptState
    deadline_at: datetime | None = None
    passed: bool | None = None
    is_released: bool = True


@dataclass(frozen=True, slots=True)
class ExamState:
    """The status, the attempts left (None: without limit) and the learner's own window."""

    status: ExamStatus
    attempts_left: int | None
    opens_at: datetime | None
    closes_at: datetime | None


NO_ACCOMMODATION = Accommodation()


def allowed_seconds(*, duration_seconds: int, accommodation: Accommodation = NO_ACCOMMODATION) -> int:
    """Return the learner's own duration; a part of a second is rounded in the learner's favour."""
    extra = ceil(duration_seconds * accommodation.extra_percent / 100)
    return duration_seconds + extra + accommodation.extra_minutes * 60


def window_of(
    *, terms: ExamTerms, accommodation: Accommodation = NO_ACCOMMODATION
) -> tuple[datetime | None, datetime | None]:
    """Return when the exam opens and closes for this learner."""
    return accommodation.opens_at or terms.opens_at, accommodation.closes_at or terms.closes_at


def attempt_deadline(
    *,
    started_at: datetime,
    terms: ExamTerms,
    accommodation: Accommodation = NO_ACCOMMODATION,
    paused_seconds: int = 0,
) -> datetime | None:
    """Return when an attempt ends: its start plus the learner's duration and pauses, but not after the
    close. None: never."""
    _, closes_at = window_of(terms=terms, accommodation=accommodation)
    if terms.duration_seconds is None:
        return closes_at
    seconds = allowed_seconds(duration_seconds=terms.duration_seconds, accommodation=accommodation) + paused_seconds
    ends_at = started_at + timedelta(seconds=seconds)
    return ends_at if closes_at is None else min(ends_at, closes_at)


def is_accepted(*, now: datetime, deadline_at: datetime | None, grace_seconds: int = 0) -> bool:
    """Tell whether a save arriving now still counts: up to and including deadline plus grace."""
    return deadline_at is None or now <= deadline_at + timedelta(seconds=grace_seconds)


def is_overdue(*, now: datetime, deadline_at: datetime | None, grace_seconds: int = 0) -> bool:
    """Tell whether an attempt has to be closed by whoever reads it now."""
    return not is_accepted(now=now, deadline_at=deadline_at, grace_seconds=grace_seconds)


def remaining_seconds(*, now: datetime, deadline_at: datetime | None) -> int | None:
    """Return the seconds left before the deadline, grace not included, rounded up and never negative; None
    without a deadline."""
    return None if deadline_at is None else max(0, ceil((deadline_at - now).total_seconds()))


def exam_state(
    *,
    now: datetime,
    terms: ExamTerms,
    attempts: Sequence[AttemptSummary] = (),
    accommodation: Accommodation = NO_ACCOMMODATION,
) -> ExamState:
    """Return what the exam says to a learner. A voided attempt does not count against the learner.

    First what is under way (continue, awaiting marking or release; an overdue attempt awaits too), then the
    verdict (passed), then what can still be done (open, failed with attempts left), then how it ended
    (failed, missed, closed). A withdrawn exam is closed unless passed.
    """
    opens_at, closes_at = window_of(terms=terms, accommodation=accommodation)
    counted = [attempt for attempt in attempts if attempt.state is not AttemptState.VOIDED]
    left = None
    if terms.attempts_allowed is not None:
        left = max(0, terms.attempts_allowed + accommodation.extra_attempts - len(counted))
    status = _status(
        now=now, terms=terms, window=(opens_at, closes_at), counted=counted, is_left=left is None or left > 0
    )
    return ExamState(status, left, opens_at, closes_at)


def _is_waiting(attempt: AttemptSummary) -> bool:
    return attempt.state is not AttemptState.GRADED or not attempt.is_released


def _status(
    *,
    now: datetime,
    terms: ExamTerms,
    window: tuple[datetime | None, datetime | None],
    counted: Sequence[AttemptSummary],
    is_left: bool,
) -> ExamStatus:
    opens_at, closes_at = window
    if any(a.state is AttemptState.GRADED and a.is_released and a.passed for a in counted):
        has_running = any(
            is_running(a.state)
            and not is_overdue(now=now, deadline_at=a.deadline_at, grace_seconds=terms.grace_seconds)
            for a in counted
        )
        return ExamStatus.CONTINUE if has_running and not terms.is_withdrawn else ExamStatus.PASSED
    if terms.is_withdrawn:
        return ExamStatus.CLOSED
    for attempt in counted:
        overdue = is_overdue(now=now, deadline_at=attempt.deadline_at, grace_seconds=terms.grace_seconds)
        if is_running(attempt.state) and not overdue:
            return ExamStatus.CONTINUE
    if any(_is_waiting(attempt) for attempt in counted):
        return ExamStatus.AWAITING_MARKING
    has_failed = any(attempt.passed is False for attempt in counted)
    if closes_at is not None and now >= closes_at:
        if has_failed:
            return ExamStatus.FAILED
        return ExamStatus.CLOSED if counted else ExamStatus.MISSED
    if not is_left:
        return ExamStatus.FAILED if has_failed else ExamStatus.CLOSED
    if opens_at is not None and now < opens_at:
        return ExamStatus.NOT_OPEN
    return ExamStatus.FAILED_RETRY if has_failed else ExamStatus.OPEN
