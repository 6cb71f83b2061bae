"""Exams: list, read, start."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate
from ninja.security import django_auth

from edu.accounts.throttle import check_rate, client_address
from edu.accounts.tokens import TokenAuth
from edu.core.clock import now_utc
from exams.api.auth import READS_PER_MINUTE, user_id_of
from exams.api.slots import SlotOut, slots_out
from exams.domain.timing import remaining_seconds
from exams.queries import get_exam, list_exams
from exams.services import start_attempt

STARTS_PER_MINUTE = 20
router = Router(tags=["exams"], auth=[TokenAuth(), django_auth])


class ExamOut(Schema):
    """An exam and its state for the caller."""

    id: uuid.UUID
    title: str
    status: str
    has_access: bool
    opens_at: datetime
    closes_at: datetime
    duration_seconds: int
    pass_percent: Decimal
    question_count: int
    total_marks: Decimal
    attempts_allowed: int
    attempts_left: int | None
    needs_code: bool


class StartIn(Schema):
    """What a start may need."""

    access_code: str = ""


class StartOut(Schema):
    """An opened attempt: the key that authorises its saves, and its open questions: all of them, or in a forward-only
    attempt (`position` above 0) the one at that position.
    """

    id: uuid.UUID
    epoch: int
    attempt_key: str
    state: str
    position: int
    question_count: int
    deadline_at: datetime
    server_now: datetime
    remaining_seconds: int
    slots: list[SlotOut]


@router.get("", response=list[ExamOut], summary="Exams and their state for the caller")
@paginate(LimitOffsetPagination)
def list_exams_view(request: HttpRequest, **_paging: Any) -> list[ExamOut]:
    """Return the exams the caller may know of."""
    user_id = user_id_of(request)
    check_rate(key=f"exams.read:{user_id}", limit=READS_PER_MINUTE, window_seconds=60)
    return [_exam_out(view) for view in list_exams(user_id=user_id, now=now_utc())]


@router.get("/{uuid:exam_id}", response=ExamOut, summary="One exam")
def get_exam_view(request: HttpRequest, exam_id: uuid.UUID) -> ExamOut:
    """Return one exam and its state for the caller."""
    return _exam_out(get_exam(user_id=user_id_of(request), public_id=exam_id, now=now_utc()))


def _exam_out(view: Any) -> ExamOut:
    names = [name for name in ExamOut.model_fields if name not in {"id", "status"}]
    return ExamOut(id=view.public_id, status=str(view.status), **{name: getattr(view, name) for name in names})


@router.post("/{uuid:exam_id}/attempts", response={200: StartOut, 201: StartOut}, summary="Start or resume")
def start_view(request: HttpRequest, exam_id: uuid.UUID, body: StartIn | None = None) -> Status[StartOut]:
    """Start an attempt (201), or resume the open one in a new epoch (200); an earlier epoch may not write any more."""
    user_id, now = user_id_of(request), now_utc()
    check_rate(key=f"exams.start:{user_id}", limit=STARTS_PER_MINUTE, window_seconds=60)
    opened = start_attempt(
        user_id=user_id,
        exam_id=exam_id,
        access_code=body.access_code if body else "",
        address=client_address(request),
        now=now,
    )
    attempt = opened.attempt
    out = StartOut(
        id=attempt.public_id,
        epoch=opened.epoch,
        attempt_key=opened.attempt_key,
        state=attempt.state,
        position=attempt.position,
        question_count=opened.slots,
        deadline_at=attempt.deadline_at,
        server_now=now,
        remaining_seconds=remaining_seconds(now=now, deadline_at=attempt.deadline_at) or 0,
        slots=slots_out(attempt),
    )
    return Status(201 if opened.is_new else 200, out)
