"""How far people are with exams, for many people at once; re-exported by exams.queries for the training room."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from exams.models import Accommodation, Attempt, Bank, Exam


@dataclass(frozen=True, kw_only=True)
class ExamStanding:
    """One person and one exam: `percent` is the best released score; `failed` means that no attempt is left."""

    user_id: int
    exam_public_id: uuid.UUID
    state: Literal["not_started", "in_progress", "done", "failed"]
    percent: Decimal | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OwnedThing:
    """An exam or a bank of an organisation, in a list."""

    public_id: uuid.UUID
    product_key: str
    title: str
    status: str


def list_standings(
    *, user_ids: Sequence[int], exam_public_ids: Sequence[uuid.UUID], now: datetime
) -> list[ExamStanding]:
    """Return the standing of everybody who began one of the exams; who did not is left out. Three queries.

    Passed is done. Failed is: all allowed attempts are marked, released and not passed, or the exam has closed on a
    released one that is not. What is not released yet counts as in progress, since its result may not leave early.
    """
    exams = {
        exam.pk: exam
        for exam in Exam.objects.filter(public_id__in=exam_public_ids).only(
            "id", "public_id", "attempts_allowed", "closes_at"
        )
    }
    extra = {
        (row.exam_id, row.user_id): row for row in Accommodation.objects.filter(exam_id__in=exams, user_id__in=user_ids)
    }
    attempts: dict[tuple[int, int], list[Attempt]] = {}
    rows = (
        Attempt.objects.filter(exam_id__in=exams, user_id__in=user_ids)
        .exclude(state=Attempt.State.VOIDED)
        .only("exam_id", "user_id", "state", "percent", "passed", "submitted_at", "released_at")
        .order_by("number")
    )
    for attempt in rows:
        attempts.setdefault((attempt.exam_id, attempt.user_id), []).append(attempt)
    return [
        _standing(exams[exam_id], user_id, own, extra.get((exam_id, user_id)), now)
        for (exam_id, user_id), own in attempts.items()
    ]


def _standing(
    exam: Exam, user_id: int, attempts: list[Attempt], accommodation: Accommodation | None, now: datetime
) -> ExamStanding:
    released = [
        attempt
        for attempt in attempts
        if attempt.state == Attempt.State.GRADED and attempt.released_at is not None and attempt.released_at <= now
    ]
    best = max((attempt.percent for attempt in released if attempt.percent is not None), default=None)
    passed = [attempt for attempt in released if attempt.passed]
    allowed = exam.attempts_allowed + (accommodation.extra_attempts if accommodation else 0)
    closes_at = accommodation.closes_at if accommodation and accommodation.closes_at else exam.closes_at
    state: Literal["in_progress", "done", "failed"] = "in_progress"
    finished_at = None
    if passed:
        state, finished_at = "done", passed[0].submitted_at
    elif len(released) == len(attempts) and (len(released) >= allowed or closes_at <= now):
        state, finished_at = "failed", released[-1].submitted_at
    return ExamStanding(
        user_id=user_id, exam_public_id=exam.public_id, state=state, percent=best, finished_at=finished_at
    )


def list_sat_exams(*, user_ids: Sequence[int], product_keys: Sequence[str]) -> list[OwnedThing]:
    """Return the exams behind product keys (exam:<uuid>, others are passed over) that one of the people sat, by title:
    one statement, none without such a key.
    """
    ids = [key.removeprefix("exam:") for key in product_keys if key.startswith("exam:")]
    if not ids:
        return []
    sat = Attempt.objects.filter(user_id__in=user_ids).values("exam_id")
    return [
        OwnedThing(public_id=row.public_id, product_key=row.product_key, title=row.title, status=row.status)
        for row in Exam.objects.filter(public_id__in=ids, pk__in=sat).only("public_id", "title", "status")
    ]


def list_organization_exams(*, organization_id: int) -> list[OwnedThing]:
    """Return the organisation's own exams that are not archived, latest first."""
    rows = Exam.objects.filter(organization_id=organization_id).exclude(status=Exam.Status.ARCHIVED)
    return [
        OwnedThing(public_id=row.public_id, product_key=row.product_key, title=row.title, status=row.status)
        for row in rows.only("public_id", "title", "status").order_by("-opens_at", "-id")
    ]


def list_organization_banks(*, organization_id: int) -> list[OwnedThing]:
    """Return the organisation's own question banks, by name."""
    rows = Bank.objects.filter(organization_id=organization_id).only("public_id", "name", "visibility")
    return [
        OwnedThing(public_id=row.public_id, product_key=row.product_key, title=row.name, status=row.visibility)
        for row in rows.order_by("name")
    ]
