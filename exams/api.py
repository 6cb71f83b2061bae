"""The HTTP API of exams: list, start, save, submit, read. Saves are authorised by the attempt key alone (see
edu/wsgi.py).
"""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate
from ninja.security import django_auth
from ninja.security.base import AuthBase

from edu.accounts.throttle import check_rate, client_address
from edu.accounts.tokens import TokenAuth
from edu.core.clock import now_utc
from edu.core.errors import NotFound
from edu.core.request_id import current_request_id
from exams.delivery.keys import AttemptKey, read_attempt_key
from exams.delivery.receipts import receipt_for
from exams.delivery.room import get_own_attempt
from exams.domain.receipts import response_value
from exams.domain.registry import get_type
from exams.domain.timing import remaining_seconds
from exams.fetch import frozen_slots, get_versions
from exams.models import Attempt
from exams.queries import get_exam, list_exams
from exams.services import Batch, SaveRefused, save_responses, start_attempt, submit_attempt

STARTS_PER_MINUTE = 20
READS_PER_MINUTE = 240


class AttemptKeyAuth(AuthBase):
    """`Authorization: Attempt <key>`: the bearer may read and write that attempt. No session, no user row is read."""

    openapi_type = "http"
    openapi_scheme = "attempt"

    def __call__(self, request: HttpRequest) -> AttemptKey | None:
        """Return the key, None where there is none; InvalidAttemptKey for one that is not ours."""
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "attempt" or not text:
            return None
        return read_attempt_key(text.strip(), now=now_utc())


exams = Router(tags=["exams"], auth=[TokenAuth(), django_auth])
attempts = Router(tags=["attempts"], auth=[AttemptKeyAuth(), TokenAuth()])


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


class SlotOut(Schema):
    """One question of an attempt as it is asked; `response` is what is saved."""

    slot: int
    section: int
    type: str
    marks: Decimal
    content: dict[str, Any]
    response: Any = None


class StartOut(Schema):
    """An opened attempt: the key that authorises its saves, and its questions."""

    id: uuid.UUID
    epoch: int
    attempt_key: str
    state: str
    deadline_at: datetime
    server_now: datetime
    remaining_seconds: int
    slots: list[SlotOut]


class BatchIn(Schema):
    """Every answer that is not acknowledged yet, whole; `seq` counts the batches of an epoch from 1."""

    epoch: int
    seq: int
    responses: dict[str, Any] = {}
    flags: list[int] | None = None


class SubmitIn(Schema):
    """The last batch; nothing at all where everything is acknowledged."""

    epoch: int = 0
    seq: int = 0
    responses: dict[str, Any] = {}
    flags: list[int] | None = None


class BatchOut(Schema):
    """What is stored now."""

    epoch: int
    seq: int
    applied: bool
    saved_at: datetime | None
    server_now: datetime
    deadline_at: datetime
    remaining_seconds: int
    receipt: str
    stripped: list[str]


class AttemptOut(Schema):
    """An attempt as it stands."""

    id: uuid.UUID
    exam_id: uuid.UUID
    state: str
    epoch: int
    seq: int
    started_at: datetime
    deadline_at: datetime
    saved_at: datetime | None
    submitted_at: datetime | None
    server_now: datetime
    remaining_seconds: int
    responses: dict[str, Any]
    receipt: str


class ResultOut(Schema):
    """The outcome of an attempt; figures are null until the result is released."""

    id: uuid.UUID
    state: str
    is_released: bool
    score: Decimal | None
    maximum: Decimal | None
    percent: Decimal | None
    passed: bool | None


def _user_id(request: HttpRequest) -> int:
    """Return whose request this is, by token, session or attempt key."""
    who = request.auth  # type: ignore[attr-defined] # set by ninja
    return int(who.user_id if isinstance(who, AttemptKey) else who.pk)


def _own_key(request: HttpRequest, attempt_id: uuid.UUID) -> AttemptKey | None:
    """Return the attempt key of the request; NotFound when it is the key of another attempt."""
    who = request.auth  # type: ignore[attr-defined] # set by ninja
    if not isinstance(who, AttemptKey):
        return None
    if who.public_id != str(attempt_id):
        raise NotFound(_("There is no such attempt."))
    return who


def _refused(error: SaveRefused) -> JsonResponse:
    """Answer a refused batch with what the server holds."""
    body = {
        "type": f"about:blank#{error.code}",
        "title": error.code,
        "status": 409,
        "code": error.code,
        "detail": error.message,
        "kept": error.kept,
        "request_id": current_request_id(),
    }
    return JsonResponse(body, status=409, content_type="application/problem+json")


@exams.get("", response=list[ExamOut], summary="Exams and their state for the caller")
@paginate(LimitOffsetPagination)
def list_exams_view(request: HttpRequest, **_paging: Any) -> list[ExamOut]:
    """Return the exams the caller may know of."""
    user_id = _user_id(request)
    check_rate(key=f"exams.read:{user_id}", limit=READS_PER_MINUTE, window_seconds=60)
    return [_exam_out(view) for view in list_exams(user_id=user_id, now=now_utc())]


@exams.get("/{uuid:exam_id}", response=ExamOut, summary="One exam")
def get_exam_view(request: HttpRequest, exam_id: uuid.UUID) -> ExamOut:
    """Return one exam and its state for the caller."""
    return _exam_out(get_exam(user_id=_user_id(request), public_id=exam_id, now=now_utc()))


def _exam_out(view: Any) -> ExamOut:
    names = [name for name in ExamOut.model_fields if name not in {"id", "status"}]
    return ExamOut(id=view.public_id, status=str(view.status), **{name: getattr(view, name) for name in names})


@exams.post("/{uuid:exam_id}/attempts", response={200: StartOut, 201: StartOut}, summary="Start or resume")
def start_view(request: HttpRequest, exam_id: uuid.UUID, body: StartIn | None = None) -> Status[StartOut]:
    """Start an attempt (201), or resume the open one in a new epoch (200); an earlier epoch may not write any more."""
    user_id, now = _user_id(request), now_utc()
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
        deadline_at=attempt.deadline_at,
        server_now=now,
        remaining_seconds=remaining_seconds(now=now, deadline_at=attempt.deadline_at) or 0,
        slots=_slots_out(attempt),
    )
    return Status(201 if opened.is_new else 200, out)


def _slots_out(attempt: Attempt) -> list[SlotOut]:
    slots = frozen_slots(attempt.paper)
    versions = get_versions(slot.version_id for slot in slots)
    result = []
    for slot in slots:
        version = versions[slot.version_id]
        question_type = get_type(version.type)
        result.append(
            SlotOut(
                slot=slot.slot,
                section=slot.section + 1,
                type=version.type,
                marks=slot.marks,
                content=question_type.public_content(question_type.parse_content(version.content), slot.order),
                response=response_value(attempt.responses.get(str(slot.slot), "")),
            )
        )
    return result


@attempts.patch(
    "/{uuid:attempt_id}/responses", response=BatchOut, auth=AttemptKeyAuth(), summary="Save a batch of answers"
)
def save_view(request: HttpRequest, attempt_id: uuid.UUID, body: BatchIn) -> Any:
    """Store a batch. 409 moved, submitted, expired or paused says what is kept; an old seq is answered with applied
    false.
    """
    key = _own_key(request, attempt_id)
    assert key is not None
    now = now_utc()
    try:
        saved = save_responses(
            key=key,
            batch=Batch(epoch=body.epoch, seq=body.seq, responses=body.responses, flags=body.flags),
            now=now,
        )
    except SaveRefused as error:
        return _refused(error)
    return BatchOut(
        epoch=saved.epoch,
        seq=saved.seq,
        applied=saved.applied,
        saved_at=saved.saved_at,
        server_now=now,
        deadline_at=saved.deadline_at,
        remaining_seconds=saved.remaining_seconds,
        receipt=saved.receipt,
        stripped=list(saved.stripped),
    )


@attempts.post("/{uuid:attempt_id}/submit", response=ResultOut, summary="Hand in")
def submit_view(request: HttpRequest, attempt_id: uuid.UUID, body: SubmitIn | None = None) -> Any:
    """Hand in with the last batch (which needs the attempt key); again: the same result."""
    key = _own_key(request, attempt_id)
    batch = None
    if body is not None and body.responses:
        batch = Batch(epoch=body.epoch, seq=body.seq, responses=body.responses, flags=body.flags)
    try:
        attempt = submit_attempt(user_id=_user_id(request), attempt_id=attempt_id, key=key, batch=batch, now=now_utc())
    except SaveRefused as error:
        return _refused(error)
    return _result_out(attempt)


@attempts.get("/{uuid:attempt_id}", response=AttemptOut, summary="An attempt and its saved answers")
def attempt_view(request: HttpRequest, attempt_id: uuid.UUID) -> AttemptOut:
    """Return the attempt; one that is overdue is closed first."""
    _own_key(request, attempt_id)
    now = now_utc()
    check_rate(key=f"exams.read:{_user_id(request)}", limit=READS_PER_MINUTE, window_seconds=60)
    attempt = get_own_attempt(user_id=_user_id(request), public_id=attempt_id, now=now)
    return AttemptOut(
        id=attempt.public_id,
        exam_id=attempt.exam.public_id,
        state=attempt.state,
        epoch=attempt.epoch,
        seq=attempt.seq,
        started_at=attempt.started_at,
        deadline_at=attempt.deadline_at,
        saved_at=attempt.saved_at,
        submitted_at=attempt.submitted_at,
        server_now=now,
        remaining_seconds=remaining_seconds(now=now, deadline_at=attempt.deadline_at) or 0,
        responses={slot: response_value(text) for slot, text in attempt.responses.items()},
        receipt=receipt_for(
            attempt_id=str(attempt.public_id), epoch=attempt.epoch, seq=attempt.seq, responses=attempt.responses
        ),
    )


@attempts.get("/{uuid:attempt_id}/result", response=ResultOut, summary="The result, once it is released")
def result_view(request: HttpRequest, attempt_id: uuid.UUID) -> ResultOut:
    """Return state and, once it is released, the score."""
    _own_key(request, attempt_id)
    return _result_out(get_own_attempt(user_id=_user_id(request), public_id=attempt_id, now=now_utc()))


def _result_out(attempt: Attempt) -> ResultOut:
    shown = attempt.state == Attempt.State.GRADED and attempt.released_at is not None
    return ResultOut(
        id=attempt.public_id,
        state=attempt.state,
        is_released=shown,
        score=attempt.score if shown else None,
        maximum=attempt.maximum,
        percent=attempt.percent if shown else None,
        passed=attempt.passed if shown else None,
    )
