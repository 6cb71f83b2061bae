"""Attempts: save, go on, hand in, read."""

import json
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from pydantic import BeforeValidator

from edu.accounts.throttle import check_rate
from edu.accounts.tokens import TokenAuth
from edu.core.clock import now_utc
from edu.core.request_id import current_request_id
from exams.api.auth import READS_PER_MINUTE, AttemptKeyAuth, own_key, user_id_of
from exams.api.slots import SlotOut, slots_out
from exams.delivery.receipts import receipt_of
from exams.delivery.reviewing import learner_policy
from exams.delivery.room import get_own_attempt
from exams.delivery.save import SavedBatch
from exams.delivery.start import OPEN_STATES
from exams.domain.receipts import response_value
from exams.domain.times import read_seconds
from exams.domain.timing import remaining_seconds
from exams.fetch import seconds_of
from exams.models import Attempt
from exams.services import Batch, SaveRefused, move_forward, save_responses, submit_attempt

router = Router(tags=["attempts"], auth=[AttemptKeyAuth(), TokenAuth()])


def _tolerated(given: Any) -> list[int] | None:
    """Return seconds as a list of numbers, None for anything else: what is said of time never costs an answer."""
    seconds = read_seconds(given, slots=MAXIMUM_SLOTS)
    return None if seconds is None else list(seconds)


MAXIMUM_SLOTS = 10_000
QuestionSeconds = Annotated[list[int] | None, BeforeValidator(_tolerated)]


class BatchIn(Schema):
    """Every answer that is not acknowledged yet, whole; `seq` counts the batches of an epoch from 1. `question_seconds`
    says how long each question was in view, from slot 1: totals of the whole attempt, those of earlier openings
    included. Left out, what is stored stays; what cannot be read is passed over.
    """

    epoch: int
    seq: int
    responses: dict[str, Any] = {}
    flags: list[int] | None = None
    question_seconds: QuestionSeconds = None


class SubmitIn(Schema):
    """The last batch; nothing at all where everything is acknowledged."""

    epoch: int = 0
    seq: int = 0
    responses: dict[str, Any] = {}
    flags: list[int] | None = None
    question_seconds: QuestionSeconds = None


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
    """An attempt as it stands. `position` is the open question of a forward-only attempt, 0 where all are open; while
    it runs, only the open questions' answers are given, and after its end only what the exam lets be reviewed.
    `question_seconds` are the totals, by slot from 1, from which a room counts on; empty where none were recorded.
    """

    id: uuid.UUID
    exam_id: uuid.UUID
    state: str
    epoch: int
    seq: int
    position: int
    started_at: datetime
    deadline_at: datetime
    saved_at: datetime | None
    submitted_at: datetime | None
    server_now: datetime
    remaining_seconds: int
    responses: dict[str, Any]
    question_seconds: list[int]
    receipt: str


class ForwardIn(Schema):
    """Which question of a forward-only attempt is done with."""

    position: int


class ForwardOut(Schema):
    """The question that is open now; the one before is closed."""

    position: int
    question_count: int
    server_now: datetime
    deadline_at: datetime
    remaining_seconds: int
    slot: SlotOut


class ResultOut(Schema):
    """The outcome of an attempt; figures are null until the result is released."""

    id: uuid.UUID
    state: str
    is_released: bool
    score: Decimal | None
    maximum: Decimal | None
    percent: Decimal | None
    passed: bool | None


def refused(error: SaveRefused) -> JsonResponse:
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


@router.patch(
    "/{uuid:attempt_id}/responses", response=BatchOut, auth=AttemptKeyAuth(), summary="Save a batch of answers"
)
def save_view(request: HttpRequest, attempt_id: uuid.UUID, body: BatchIn) -> Any:
    """Store a batch. 409 moved, submitted, expired, paused or question_closed (a question left behind in a forward-only
    attempt) says what is kept; an old seq is answered with applied false.
    """
    key = own_key(request, attempt_id)
    assert key is not None
    now = now_utc()
    try:
        return saved(save_responses(key=key, batch=_batch(body), now=now), now)
    except SaveRefused as error:
        return refused(error)


def _batch(body: BatchIn | SubmitIn) -> Batch:
    return Batch(
        epoch=body.epoch,
        seq=body.seq,
        responses=body.responses,
        flags=body.flags,
        question_seconds=body.question_seconds,
    )


def saved(stored: SavedBatch, now: datetime, /) -> HttpResponse:
    """Answer with the fields of BatchOut, made of values that fit it: ninja would check each of them again."""
    body = {
        "epoch": stored.epoch,
        "seq": stored.seq,
        "applied": stored.applied,
        "saved_at": stored.saved_at and _written(stored.saved_at),
        "server_now": _written(now),
        "deadline_at": _written(stored.deadline_at),
        "remaining_seconds": stored.remaining_seconds,
        "receipt": stored.receipt,
        "stripped": stored.stripped,
    }
    return HttpResponse(json.dumps(body).encode(), content_type="application/json")


def _written(moment: datetime) -> str:
    """Return a moment as Django writes it in JSON: to the millisecond, Z for UTC."""
    text = moment.isoformat()
    text = text[:23] + text[26:] if moment.microsecond else text
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


@router.post(
    "/{uuid:attempt_id}/forward", response=ForwardOut, auth=AttemptKeyAuth(), summary="Close a question, get the next"
)
def forward_view(request: HttpRequest, attempt_id: uuid.UUID, body: ForwardIn) -> Any:
    """Go on in a forward-only attempt; save before. Asked again with the same position, the same question comes back.
    409 last_question, moved, submitted, expired or paused.
    """
    key = own_key(request, attempt_id)
    assert key is not None
    now = now_utc()
    try:
        position = move_forward(key=key, from_slot=body.position, now=now)
    except SaveRefused as error:
        return refused(error)
    attempt = get_own_attempt(user_id=key.user_id, public_id=attempt_id, now=now)
    return ForwardOut(
        position=position,
        question_count=key.slots,
        server_now=now,
        deadline_at=attempt.deadline_at,
        remaining_seconds=remaining_seconds(now=now, deadline_at=attempt.deadline_at) or 0,
        slot=next(slot for slot in slots_out(attempt) if slot.slot == attempt.position),
    )


@router.post("/{uuid:attempt_id}/submit", response=ResultOut, summary="Hand in")
def submit_view(request: HttpRequest, attempt_id: uuid.UUID, body: SubmitIn | None = None) -> Any:
    """Hand in with the last batch (which needs the attempt key); again: the same result."""
    key = own_key(request, attempt_id)
    batch = None
    if body is not None and body.responses:
        batch = _batch(body)
    try:
        attempt = submit_attempt(
            user_id=user_id_of(request), attempt_id=attempt_id, key=key, batch=batch, now=now_utc()
        )
    except SaveRefused as error:
        return refused(error)
    return _result_out(attempt)


@router.get("/{uuid:attempt_id}", response=AttemptOut, summary="An attempt and its saved answers")
def attempt_view(request: HttpRequest, attempt_id: uuid.UUID) -> AttemptOut:
    """Return the attempt; one that is overdue is closed first."""
    own_key(request, attempt_id)
    now = now_utc()
    check_rate(key=f"exams.read:{user_id_of(request)}", limit=READS_PER_MINUTE, window_seconds=60)
    attempt = get_own_attempt(user_id=user_id_of(request), public_id=attempt_id, now=now)
    is_running = attempt.state in OPEN_STATES
    is_held = attempt.position > 0 and is_running
    is_kept = not is_running and not learner_policy(exam=attempt.exam, now=now).answers
    return AttemptOut(
        id=attempt.public_id,
        exam_id=attempt.exam.public_id,
        state=attempt.state,
        epoch=attempt.epoch,
        seq=attempt.seq,
        position=attempt.position,
        started_at=attempt.started_at,
        deadline_at=attempt.deadline_at,
        saved_at=attempt.saved_at,
        submitted_at=attempt.submitted_at,
        server_now=now,
        remaining_seconds=remaining_seconds(now=now, deadline_at=attempt.deadline_at) or 0,
        responses={
            slot: response_value(text)
            for slot, text in attempt.responses.items()
            if not is_kept and (not is_held or int(slot) == attempt.position)
        },
        question_seconds=list(seconds_of(attempt, now=now) or ()),
        receipt=receipt_of(attempt),
    )


@router.get("/{uuid:attempt_id}/result", response=ResultOut, summary="The result, once it is released")
def result_view(request: HttpRequest, attempt_id: uuid.UUID) -> ResultOut:
    """Return state and, once it is released, the score."""
    own_key(request, attempt_id)
    return _result_out(get_own_attempt(user_id=user_id_of(request), public_id=attempt_id, now=now_utc()))


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
