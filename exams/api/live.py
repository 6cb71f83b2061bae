"""The live side of the room: polls for clock, state and messages, and reports of signals. By attempt key only; neither
a session nor a user row is read, and an idle poll reads nothing at all from the database.
"""

import json
import uuid
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from edu.accounts.throttle import check_rate, client_address
from edu.core.clock import as_utc, now_utc
from exams.api.auth import AttemptKeyAuth, own_key
from exams.delivery.live import LiveAnswer, live_answer
from exams.delivery.signals import MAXIMUM_REPORTED, report_signals
from exams.domain.integrity import SignalKind
from exams.domain.signals import ReportedSignal

REPORTS_PER_MINUTE = 30
router = Router(tags=["attempts"], auth=AttemptKeyAuth())


class MessageOut(Schema):
    """A message of the invigilator."""

    id: int
    text: str
    sent_at: datetime


class LiveOut(Schema):
    """How the attempt stands now. `moved`: another page writes since. The clock of a paused attempt stands still."""

    state: str
    moved: bool
    deadline_at: datetime
    server_now: datetime
    remaining_seconds: int
    messages: list[MessageOut]


class SignalIn(Schema):
    """One signal: `number` counts those of an epoch from 1, so that a report may be sent twice."""

    epoch: int = Field(ge=1, le=1_000_000)
    number: int = Field(ge=1, le=1_000_000)
    kind: SignalKind
    at: datetime
    seconds: int = Field(default=0, ge=0, le=2_000_000_000)
    length: int = Field(default=0, ge=0, le=2_000_000_000)
    slot: int = Field(default=0, ge=0, le=99_999)


class ReportIn(Schema):
    """What was noticed since the last report that was acknowledged, and what the device takes for now."""

    now: datetime
    signals: list[SignalIn] = Field(max_length=MAXIMUM_REPORTED)


class ReportOut(Schema):
    """How many signals were new and of a kind that this exam logs."""

    taken: int


@router.get("/{uuid:attempt_id}/live", response={200: LiveOut, 304: None}, summary="Clock, state and messages")
def live_view(
    request: HttpRequest, attempt_id: uuid.UUID, slot: int = 0, away: bool = False, message: int = 0
) -> HttpResponse:
    """Return how the attempt stands; 304 without a body when the ETag says that nothing but the clock has changed.

    `slot` is the question at hand, `away` whether the page is out of sight, `message` the last message that is shown.
    """
    key = own_key(request, attempt_id)
    assert key is not None
    now = now_utc()
    answer = live_answer(
        key=key,
        slot=slot if 0 <= slot <= key.slots else 0,
        is_away=away,
        message_id=message if 0 <= message < 2**53 else 0,
        now=now,
        address=client_address(request),
    )
    tag = f'"{answer.tag}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    return HttpResponse(_body(answer, now), content_type="application/json; charset=utf-8", headers=headers)


def _body(answer: LiveAnswer, now: datetime) -> str:
    return json.dumps(
        {
            "state": answer.state,
            "moved": answer.has_moved,
            "deadline_at": answer.deadline_at.isoformat(),
            "server_now": now.isoformat(),
            "remaining_seconds": answer.remaining_seconds,
            "messages": [
                {"id": id_, "text": text, "sent_at": sent_at.isoformat()} for id_, text, sent_at in answer.messages
            ],
        },
        ensure_ascii=False,
    )


@router.post("/{uuid:attempt_id}/signals", response=ReportOut, summary="Report what was noticed in the room")
def report_view(request: HttpRequest, attempt_id: uuid.UUID, body: ReportIn) -> ReportOut:
    """Take down signals; those heard before and those of kinds that the exam does not log are passed over."""
    key = own_key(request, attempt_id)
    assert key is not None
    check_rate(key=f"exams.signals:{key.attempt_id}", limit=REPORTS_PER_MINUTE, window_seconds=60)
    reported = [
        ReportedSignal(
            epoch=signal.epoch,
            number=signal.number,
            kind=signal.kind,
            client_at=_aware(signal.at),
            seconds=signal.seconds,
            length=signal.length,
            slot=signal.slot if signal.slot <= key.slots else 0,
        )
        for signal in body.signals
    ]
    taken = report_signals(key=key, reported=reported, client_now=_aware(body.now), now=now_utc())
    return ReportOut(taken=taken)


def _aware(moment: datetime) -> datetime:
    """Return a moment of the device; one without a zone is taken for UTC, as JavaScript writes it."""
    return as_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
