"""Every event of the house: frozen, made of ids and plain values, past tense.

An event says what happened, never what to do about it. Ids are the database ids of the records named.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

_BY_NAME: dict[str, type["Event"]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events; subclasses are found by their class name in the outbox."""

    name: ClassVar[str] = "Event"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__
        _BY_NAME[cls.__name__] = cls

    def payload(self) -> dict[str, Any]:
        """Return the fields as plain JSON values."""
        return asdict(self)


class UnknownEvent(Exception):
    """The outbox holds an event whose class does not exist (any more)."""


def event_from(name: str, payload: dict[str, Any]) -> Event:
    """Rebuild an event from its outbox row; UnknownEvent when no such class is known."""
    try:
        return _BY_NAME[name](**payload)
    except (KeyError, TypeError) as error:
        raise UnknownEvent(name) from error


# -- accounts, organisations ----------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class UserRegistered(Event):
    """A person made an account."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class AccountDeleted(Event):
    """A person had her account emptied; the row stays, without personal data."""

    user_id: int
    public_id: str


@dataclass(frozen=True, kw_only=True)
class RealNameSet(Event):
    """A person gave or corrected her real name."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    """A person became a member of an organisation."""

    organization_id: int
    user_id: int
    membership_id: int


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    """A person's membership of an organisation ended; the record stays."""

    organization_id: int
    user_id: int
    membership_id: int


@dataclass(frozen=True, kw_only=True)
class MemberMoved(Event):
    """A member changed department."""

    organization_id: int
    user_id: int
    department_id: int | None


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Event):
    """A member became a trainer, or a trainer a member."""

    organization_id: int
    user_id: int
    role: str


# -- jobs -----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class JobFinished(Event):
    """A job that a person asked for reached its end: done or failed."""

    job_id: int
    owner_id: int
    state: str
    seconds: int


# -- access ---------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class AccessGranted(Event):
    """A grant began to open a product to a person."""

    user_id: int
    product_key: str
    source_kind: str
    source_id: str


@dataclass(frozen=True, kw_only=True)
class AccessRevoked(Event):
    """A grant was ended before its time."""

    user_id: int
    product_key: str
    source_kind: str
    source_id: str


# -- payments -------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class OrderPaid(Event):
    """An order's money arrived in full and its grants were written."""

    order_id: int
    user_id: int
    total_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(Event):
    """Money of an order went back, in whole or in part."""

    order_id: int
    user_id: int
    refund_minor: int
    currency: str


# -- exams ----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class ExamScheduled(Event):
    """An exam was published with its window."""

    exam_id: int


@dataclass(frozen=True, kw_only=True)
class AttemptSubmitted(Event):
    """An attempt was handed in, by the learner or because time was up."""

    attempt_id: int
    exam_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class AttemptNeedsMarking(Event):
    """An attempt waits for a person to mark it."""

    attempt_id: int
    exam_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class AttemptGraded(Event):
    """An attempt got its final score (or a new one, after marking or a regrade)."""

    attempt_id: int
    exam_id: int
    user_id: int
    passed: bool
    score: str


@dataclass(frozen=True, kw_only=True)
class AttemptsRegraded(Event):
    """A regrade changed marks of some attempts, or took such a change back.

    `revoke_reason` is what certificates are revoked with that are no longer earned (empty: they are kept),
    `reinstate_reason` that of an earlier regrade whose revocations no longer stand.
    """

    change_set_id: int
    attempt_ids: list[int]
    revoke_reason: str
    reinstate_reason: str


@dataclass(frozen=True, kw_only=True)
class PracticeRegraded(Event):
    """A corrected key changed how answers of practice of some learners to a question are judged, or was taken back."""

    question_id: int
    user_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class PracticeVerdictsChanged(Event):
    """A regrade is through, and practice answers of these learners count otherwise since; each learner once."""

    change_set_id: int
    user_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class ResultReleased(Event):
    """A learner may now see the result of an attempt."""

    attempt_id: int
    exam_id: int
    user_id: int
    passed: bool


@dataclass(frozen=True, kw_only=True)
class AttemptReopened(Event):
    """An attempt that had ended is under way again; its results are withdrawn."""

    attempt_id: int
    exam_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class ReviewOpened(Event):
    """An exam that keeps its review until the close has closed for everybody; some of its released attempts."""

    exam_id: int
    attempt_ids: list[int]


@dataclass(frozen=True, kw_only=True)
class PracticeAnswered(Event):
    """A practice session was finished."""

    session_id: int
    user_id: int


# -- notifications --------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class MailsSwitchedOff(Event):
    """A person wants no more mails of one category (edu.notifications.kinds)."""

    user_id: int
    category: str


# -- courses --------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class LessonCompleted(Event):
    """A learner completed a lesson."""

    user_id: int
    course_id: int
    lesson_id: int


@dataclass(frozen=True, kw_only=True)
class CourseCompleted(Event):
    """A learner completed every required lesson of a course."""

    user_id: int
    course_id: int


# -- certificates ---------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class CertificateIssued(Event):
    """A certificate was issued to a person."""

    certificate_id: int
    user_id: int


# -- media ----------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class VideoPublished(Event):
    """A video's ladder is ready to be played."""

    video_id: int


# -- training -------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class TrainingAssigned(Event):
    """Training was assigned to a person, with a deadline."""

    assignment_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class EnquiryReceived(Event):
    """A visitor asked to be called about enterprise training."""

    enquiry_id: int
