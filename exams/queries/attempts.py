"""Reads of attempts: as learners may know them, and their outcome for rooms that act on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.models import Attempt, Exam


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


def attempt_view(attempt: Attempt, exam: Exam) -> AttemptView:
    """Return what the learner may know of an attempt of an exam."""
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


ATTEMPT_FIELDS = (
    "id", "public_id", "number", "state", "exam_id", "user_id", "started_at", "submitted_at", "deadline_at",
    "released_at", "score", "maximum", "percent", "passed",
)  # fmt: skip
"""What attempt_view reads of a row."""


@dataclass(frozen=True, kw_only=True)
class AttemptFacts:
    """The outcome of an attempt for rooms that act on it; score and verdict whether or not they are released.
    `reopening` says, in the exam's language, that it was opened again after its end; empty where it never was.
    """

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
    reopening: str = ""


def get_attempt_facts(*, attempt_id: int) -> AttemptFacts:
    """Return the outcome of an attempt by its database id; NotFound when there is none."""
    row = (
        Attempt.objects.filter(pk=attempt_id)
        .select_related("exam")
        .defer("paper", "responses", "exam__description", "exam__rules")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such attempt."))
    return replace(_attempt_facts(row), reopening=_reopening(row) if row.reopened_at else "")


def _reopening(row: Attempt) -> str:
    """Return one and the same sentence for every opening of an attempt: what it took is found by it again."""
    with translation.override(row.exam.language):
        return _("The attempt was opened again (%(number)s)") % {"number": str(row.public_id)[-8:]}


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


def find_best_pass(*, exam_id: int, user_id: int) -> AttemptFacts | None:
    """Return the person's best released pass of an exam (database id), the earliest of equal ones; None without."""
    row = (
        Attempt.objects.filter(
            exam_id=exam_id,
            user_id=user_id,
            state=Attempt.State.GRADED,
            passed=True,
            released_at__lte=now_utc(),
        )
        .defer("paper", "responses")
        .order_by("-percent", "pk")
        .first()
    )
    return None if row is None else _attempt_facts(row)


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
    return [attempt_view(row, row.exam) for row in rows]
