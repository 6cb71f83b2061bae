"""The live side of a candidate's room as its template needs it, and the device she sits at."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.delivery.devices import Device, device_label, release_device
from exams.delivery.presence import messages_of
from exams.delivery.room import get_own_attempt
from exams.domain.integrity import Integrity
from exams.models import Attempt, Exam
from exams.views.wording import RUNNING, not_found

COOKIE = "exam_device"
COOKIE_SECONDS = 400 * 86400
WATERMARK_LINES = range(60)


@dataclass(frozen=True, kw_only=True)
class RoomWatch:
    """What the room's live part is drawn from: options, the name across the page, messages, and the scripts' data."""

    integrity: Integrity
    watermark: str
    messages: Sequence[tuple[int, str, datetime]]
    data: dict[str, Any]
    watermark_lines: range = WATERMARK_LINES


def room_watch(*, attempt: Attempt, exam: Exam, user: Any) -> RoomWatch:
    """Return the live part of a room: one statement, for the messages."""
    integrity = Integrity.from_fields(exam.integrity)
    url = f"/api/v1/attempts/{attempt.public_id}"
    return RoomWatch(
        integrity=integrity,
        watermark=user.get_full_name() if integrity.watermark else "",
        messages=messages_of(attempt_id=attempt.pk, exam_id=exam.pk),
        data={
            "live_url": f"{url}/live",
            "signals_url": f"{url}/signals",
            "state": attempt.state,
            "reported": sorted(integrity.reported),
            "no_clipboard": integrity.no_clipboard,
            "strings": {
                "paused": _("The invigilator has paused the exam. Your clock stands still."),
                "goesOn": _("The exam goes on."),
                "moreOne": _("You have been given 1 more minute."),
                "moreMany": _("You have been given %n more minutes."),
                "noClipboard": _("Copying and pasting are switched off in this exam. The try was noted."),
            },
        },
    )


def device_of(request: HttpRequest) -> Device:
    """Return the device of a request; one that was never seen gets an id, which `keep_device` puts into its cookie."""
    given = request.COOKIES.get(COOKIE, "")
    is_ours = len(given) == 32 and given.isascii() and given.isalnum()
    label = device_label(request.headers.get("User-Agent", ""))
    return Device(id=given if is_ours else get_random_string(32), label=label)


def keep_device(request: HttpRequest, response: HttpResponse, device: Device) -> HttpResponse:
    """Put the device's id into a cookie that scripts cannot read."""
    if request.COOKIES.get(COOKIE) != device.id:
        response.set_cookie(
            COOKIE, device.id, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def other_device(request: HttpRequest, public_id: uuid.UUID, device: Device) -> HttpResponse:
    """Say that the exam is open on another device, and what can be done."""
    context = {"title": _("This exam is open on another device"), "public_id": public_id}
    return keep_device(request, render(request, "exams/other_device.html", context, status=409), device)


@login_required
@require_POST
def release(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Release the attempt from this device, so that it can be opened on another."""
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now_utc())
    except NotFound as error:
        raise not_found(error) from error
    if attempt.state in RUNNING and release_device(attempt=attempt, device=device_of(request)):
        messages.success(request, _("Released. Open the exam on your other device now; the clock goes on."))
    else:
        messages.info(request, _("This device did not hold the exam."))
    return redirect("exams:detail", public_id=attempt.exam.public_id)
