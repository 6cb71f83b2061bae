"""Reads of exams: as a learner meets them, and their facts for other rooms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from edu.access.queries import AccessAnswer, list_accessible, why_not
from edu.accounts.queries import get_user
from edu.core.errors import NotFound
from edu.organizations.queries import list_organization_ids
from exams.delivery.access import get_visible_exam, visible_exams
from exams.domain.timing import ExamStatus, allowed_seconds, exam_state
from exams.fetch import accommodation_of, attempt_summary, terms_of
from exams.models import Accommodation, Attempt, Exam
from exams.policies_authoring import list_editable_exams
from exams.queries.attempts import ATTEMPT_FIELDS, AttemptView, attempt_view


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
    integrity: dict[str, Any] = field(default_factory=dict)
    checks_address: bool = False
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
        integrity=exam.integrity,
        checks_address=bool(exam.address_ranges),
        attempts=tuple(attempt_view(attempt, exam) for attempt in attempts),
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
    rows = Attempt.objects.filter(user_id=user_id, exam__in=[exam.pk for exam in exams]).only(*ATTEMPT_FIELDS)
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
    attempts = list(Attempt.objects.filter(user_id=user_id, exam=exam).only(*ATTEMPT_FIELDS).order_by("number"))
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
