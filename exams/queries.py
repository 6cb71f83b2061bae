"""Reads of exams for other rooms and for the pages of this one. Sections by noun; each returns plain values.

Exams and attempts first; banks, papers and practice have sections of their own below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from edu.access.queries import AccessAnswer, list_accessible, why_not
from edu.accounts.queries import get_user
from edu.core.clock import now_utc
from edu.core.errors import NotFound
from edu.organizations.queries import list_organization_ids
from exams.delivery.access import get_visible_exam, visible_exams
from exams.domain.timing import ExamStatus, allowed_seconds, exam_state
from exams.fetch import accommodation_of, attempt_summary, terms_of
from exams.models import Accommodation, Attempt, Bank, Exam, PracticeAnswer, Question
from exams.offered import list_offered_keys as list_offered_keys
from exams.policies_authoring import list_editable_exams
from exams.practice.book import count_open_entries as count_open_entries
from exams.practice.sessions import LessonQuizResult
from exams.practice.sessions import lesson_quiz_result as find_quiz_result
from exams.quiz_choice import QuizBank as QuizBank
from exams.quiz_choice import QuizQuestion as QuizQuestion
from exams.quiz_choice import list_quiz_banks as list_quiz_banks
from exams.quiz_choice import list_quiz_questions as list_quiz_questions
from exams.rewards import Reward as Reward
from exams.rewards import list_rewards as list_rewards


# -- exams as a learner meets them ------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class AttemptView:
    """One attempt in a list: what the learner may know of it. Score and verdict are None until they are released."""

    public_id: str
    number: int
    state: str
    exam_public_id: str
    exam_title: str
    started_at: datetime
    submitted_at: datetime | None
    deadline_at: datetime
    is_released: bool
    score: Decimal | None
    maximum: Decimal | None
    percent: Decimal | None
    passed: bool | None


@dataclass(frozen=True, kw_only=True)
class ExamView:
    """An exam and what it says to one learner now."""

    id: int
    public_id: str
    title: str
    description: str
    rules: str
    product_key: str
    status: ExamStatus
    has_access: bool
    attempts_left: int | None
    attempts_allowed: int
    opens_at: datetime
    closes_at: datetime
    duration_seconds: int
    pass_percent: Decimal
    question_count: int
    total_marks: Decimal
    needs_code: bool
    release: str
    layout: str
    forward_only: bool
    attempts: tuple[AttemptView, ...] = field(default=())
    access: AccessAnswer | None = None

    @property
    def running(self) -> AttemptView | None:
        """Return the attempt under way, if there is one."""
        return next((attempt for attempt in self.attempts if attempt.state in {"open", "paused"}), None)

    @property
    def last(self) -> AttemptView | None:
        """Return the latest attempt, if there is one."""
        return self.attempts[-1] if self.attempts else None


def _attempt_view(attempt: Attempt, exam: Exam) -> AttemptView:
    is_released = attempt.released_at is not None and attempt.state == Attempt.State.GRADED
    return AttemptView(
        public_id=str(attempt.public_id),
        number=attempt.number,
        state=attempt.state,
        exam_public_id=str(exam.public_id),
        exam_title=exam.title,
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
        deadline_at=attempt.deadline_at,
        is_released=is_released,
        score=attempt.score if is_released else None,
        maximum=attempt.maximum,
        percent=attempt.percent if is_released else None,
        passed=attempt.passed if is_released else None,
    )


_ATTEMPT_FIELDS = (
    "id", "public_id", "number", "state", "exam_id", "user_id", "started_at", "submitted_at", "deadline_at",
    "released_at", "score", "maximum", "percent", "passed",
)  # fmt: skip


def _exam_view(
    exam: Exam,
    *,
    attempts: Sequence[Attempt],
    accommodation: Accommodation | None,
    has_access: bool,
    now: datetime,
    access: AccessAnswer | None = None,
) -> ExamView:
    own = accommodation_of(accommodation)
    state = exam_state(
        now=now,
        terms=terms_of(exam),
        attempts=[attempt_summary(attempt) for attempt in attempts],
        accommodation=own,
    )
    return ExamView(
        id=exam.pk,
        public_id=str(exam.public_id),
        title=exam.title,
        description=exam.description,
        rules=exam.rules,
        product_key=exam.product_key,
        status=state.status,
        has_access=has_access,
        attempts_left=state.attempts_left,
        attempts_allowed=exam.attempts_allowed + own.extra_attempts,
        opens_at=state.opens_at or exam.opens_at,
        closes_at=state.closes_at or exam.closes_at,
        duration_seconds=allowed_seconds(duration_seconds=exam.duration_seconds, accommodation=own),
        pass_percent=exam.pass_percent,
        question_count=exam.paper_version.question_count if exam.paper_version else 0,
        total_marks=exam.paper_version.total_marks if exam.paper_version else Decimal(0),
        needs_code=bool(exam.access_code),
        release=exam.release,
        layout=exam.layout,
        forward_only=exam.forward_only,
        attempts=tuple(_attempt_view(attempt, exam) for attempt in attempts),
        access=access,
    )


def list_exams(*, user_id: int, now: datetime) -> list[ExamView]:
    """Return the exams a learner may know of with their states: those open to her, those of her organisations, those
    she has access to or has sat, and those for sale. Statements do not grow with their number.
    """
    visible = visible_exams(organization_ids=list_organization_ids(user_id=user_id))
    exams = list(
        visible.filter(Q(status=Exam.Status.SCHEDULED) | Q(attempts__user_id=user_id))
        .distinct()
        .select_related("paper_version")
        .defer("paper_version__structure")
        .order_by("closes_at", "id")
    )
    return _views(exams, user_id=user_id, now=now)


def list_exams_by_keys(*, user_id: int, product_keys: Sequence[str], now: datetime) -> list[ExamView]:
    """Return the exams behind product keys (exam:<uuid>) with their states for the learner, such as those of a
    course.
    """
    ids = [key.removeprefix("exam:") for key in product_keys if key.startswith("exam:")]
    visible = visible_exams(organization_ids=list_organization_ids(user_id=user_id))
    exams = list(visible.filter(public_id__in=ids).select_related("paper_version").defer("paper_version__structure"))
    return _views(exams, user_id=user_id, now=now)


def _views(exams: Sequence[Exam], *, user_id: int, now: datetime) -> list[ExamView]:
    attempts: dict[int, list[Attempt]] = {}
    rows = Attempt.objects.filter(user_id=user_id, exam__in=[exam.pk for exam in exams]).only(*_ATTEMPT_FIELDS)
    for attempt in rows.order_by("number"):
        attempts.setdefault(attempt.exam_id, []).append(attempt)
    accommodations = {row.exam_id: row for row in Accommodation.objects.filter(user_id=user_id, exam__in=exams)}
    keys = [exam.product_key for exam in exams if exam.audience == Exam.Audience.GRANTED]
    open_keys = list_accessible(user_id=user_id, product_keys=keys, now=now)
    return [
        _exam_view(
            exam,
            attempts=attempts.get(exam.pk, ()),
            accommodation=accommodations.get(exam.pk),
            has_access=exam.audience != Exam.Audience.GRANTED or exam.product_key in open_keys,
            now=now,
        )
        for exam in exams
    ]


def get_exam(*, user_id: int, public_id: Any, now: datetime) -> ExamView:
    """Return one exam with its state for the learner and what opens its door; NotFound when she may not know of it."""
    exam = get_visible_exam(user_id=user_id, public_id=public_id)
    attempts = list(Attempt.objects.filter(user_id=user_id, exam=exam).only(*_ATTEMPT_FIELDS).order_by("number"))
    answer = None
    if exam.audience == Exam.Audience.GRANTED:
        answer = why_not(user_id=user_id, product_key=exam.product_key, now=now)
    return _exam_view(
        exam,
        attempts=attempts,
        accommodation=Accommodation.objects.filter(user_id=user_id, exam=exam).first(),
        has_access=answer is None or answer.allowed,
        now=now,
        access=answer,
    )


@dataclass(frozen=True, kw_only=True)
class ExamFacts:
    """What other rooms need to know of an exam (certificates, training, search)."""

    id: int
    public_id: str
    title: str
    product_key: str
    pass_percent: Decimal
    opens_at: datetime
    closes_at: datetime
    owner_id: int | None
    organization_id: int | None
    language: str


def get_exam_facts(*, exam_id: int) -> ExamFacts:
    """Return the facts of an exam by its database id; NotFound when there is none."""
    exam = Exam.objects.filter(pk=exam_id).first()
    if exam is None:
        raise NotFound(_("There is no such exam."))
    return _exam_facts(exam)


def list_authored_exams(*, user_id: int) -> list[ExamFacts]:
    """Return the facts of every exam that the person may change, archived ones left out; by title."""
    rows = list_editable_exams(get_user(user_id=user_id)).exclude(status=Exam.Status.ARCHIVED)
    return [_exam_facts(exam) for exam in rows.order_by("title", "pk")]


def _exam_facts(exam: Exam) -> ExamFacts:
    return ExamFacts(
        id=exam.pk,
        public_id=str(exam.public_id),
        title=exam.title,
        product_key=exam.product_key,
        pass_percent=exam.pass_percent,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        owner_id=exam.owner_id,
        organization_id=exam.organization_id,
        language=exam.language,
    )


# -- attempts ---------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class AttemptFacts:
    """The outcome of an attempt for rooms that act on it; score and verdict whether or not they are released."""

    id: int
    public_id: str
    user_id: int
    exam_id: int
    state: str
    score: Decimal | None
    maximum: Decimal | None
    percent: Decimal | None
    passed: bool | None
    is_released: bool
    submitted_at: datetime | None
    graded_at: datetime | None


def get_attempt_facts(*, attempt_id: int) -> AttemptFacts:
    """Return the outcome of an attempt by its database id; NotFound when there is none."""
    row = Attempt.objects.filter(pk=attempt_id).defer("paper", "responses").first()
    if row is None:
        raise NotFound(_("There is no such attempt."))
    return _attempt_facts(row)


def list_best_passes(*, public_id: str) -> list[AttemptFacts]:
    """Return every active person's best released pass of the exam, the earliest of equal ones. One query."""
    rows = Attempt.objects.filter(
        exam__public_id=public_id,
        state=Attempt.State.GRADED,
        passed=True,
        released_at__lte=now_utc(),
        user__is_active=True,
    ).defer("paper", "responses")
    best: dict[int, Attempt] = {}
    for row in rows.order_by("user_id", "-percent", "pk"):
        best.setdefault(row.user_id, row)
    return [_attempt_facts(row) for row in best.values()]


def _attempt_facts(row: Attempt) -> AttemptFacts:
    return AttemptFacts(
        id=row.pk,
        public_id=str(row.public_id),
        user_id=row.user_id,
        exam_id=row.exam_id,
        state=row.state,
        score=row.score,
        maximum=row.maximum,
        percent=row.percent,
        passed=row.passed,
        is_released=row.released_at is not None,
        submitted_at=row.submitted_at,
        graded_at=row.graded_at,
    )


def list_passed_exam_ids(*, user_ids: Sequence[int], exam_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return (user, exam) pairs with a passed attempt: one statement."""
    rows = Attempt.objects.filter(user_id__in=user_ids, exam_id__in=exam_ids, state=Attempt.State.GRADED, passed=True)
    return set(rows.values_list("user_id", "exam_id"))


RECORD_STATES = ("passed", "failed", "waiting", "running")


def list_attempts(*, user_id: int, state: str = "", text: str = "") -> Any:
    """Return the learner's attempts, newest first, as a queryset to be paged; `state` is one of RECORD_STATES or
    empty.
    """
    rows = Attempt.objects.filter(user_id=user_id).exclude(state=Attempt.State.VOIDED).select_related("exam")
    released = Q(state=Attempt.State.GRADED, released_at__isnull=False)
    running = Q(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])
    if state == "passed":
        rows = rows.filter(released, passed=True)
    elif state == "failed":
        rows = rows.filter(released).exclude(passed=True)
    elif state == "waiting":
        rows = rows.exclude(released | running)
    elif state == "running":
        rows = rows.filter(running)
    if text:
        rows = rows.filter(exam__title__icontains=text)
    return rows.defer("paper", "responses", "exam__description", "exam__rules").order_by("-id")


def attempt_views(rows: Sequence[Attempt]) -> list[AttemptView]:
    """Return what learners may know of these attempts (with their exams)."""
    return [_attempt_view(row, row.exam) for row in rows]


# -- figures for the operator's desk ----------------------------------------------------------------
STUCK_AFTER_SECONDS = 900
"""How long after it should have been marked, or closed, an attempt counts as stuck."""


def active_user_ids(*, from_at: datetime, to_at: datetime) -> set[int]:
    """Return the people who began or handed in an exam, or practised, from `from_at` until before `to_at`."""
    sat = Attempt.objects.filter(
        Q(started_at__gte=from_at, started_at__lt=to_at) | Q(submitted_at__gte=from_at, submitted_at__lt=to_at)
    )
    practised = PracticeAnswer.objects.filter(answered_at__gte=from_at, answered_at__lt=to_at)
    return set(sat.values_list("user_id", flat=True)) | set(practised.values_list("session__user_id", flat=True))


def count_submitted(*, from_at: datetime, to_at: datetime) -> int:
    """Return how many attempts were handed in from `from_at` until before `to_at`."""
    return Attempt.objects.filter(submitted_at__gte=from_at, submitted_at__lt=to_at).count()


def _stuck(now: datetime) -> Any:
    limit = now - timedelta(seconds=STUCK_AFTER_SECONDS)
    return Attempt.objects.filter(
        Q(state=Attempt.State.SUBMITTED, submitted_at__lt=limit) | Q(state=Attempt.State.OPEN, deadline_at__lt=limit)
    )


def count_stuck(*, now: datetime) -> int:
    """Return how many attempts were handed in and not marked, or ran out and were not closed, for too long."""
    return int(_stuck(now).count())


def list_stuck(*, now: datetime, limit: int = 50) -> list[AttemptView]:
    """Return the attempts that count_stuck counts, oldest first."""
    return attempt_views(list(_stuck(now).select_related("exam").order_by("pk")[:limit]))


# -- banks and practice -----------------------------------------------------------------------------
def count_public_questions() -> int:
    """Return how many published questions stand in the banks that everybody may find."""
    return Question.objects.filter(status=Question.Status.PUBLISHED, bank__visibility=Bank.Visibility.PUBLIC).count()


def find_bank_id(*, slug: str) -> int | None:
    """Return the id of a bank by its short name, None when there is none."""
    return Bank.objects.filter(slug=slug).values_list("pk", flat=True).first()


def lesson_quiz_result(*, user_id: int, lesson_key: str) -> LessonQuizResult | None:
    """Return how the learner did in the quiz of a lesson: the best finished try, else the open one; None for none."""
    return find_quiz_result(user_id=user_id, lesson_key=lesson_key)


# -- marking, quizzes -------------------------------------------------------------------------------
def count_to_mark(*, user: Any, now: datetime) -> int:
    """Return how many answers wait for the person's marks, over all exams that are hers to mark."""
    from exams.marking.mark import list_waiting

    return sum(row.waiting for row in list_waiting(user=user, now=now))
