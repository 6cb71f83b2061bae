"""The exam room: the questions, saving and going on without scripts, handing in."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.accounts.throttle import client_address
from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.answer_files import form_with_files
from exams.delivery.devices import OtherDevice
from exams.delivery.live import note_address
from exams.delivery.room import PaperView, asked_paper, get_own_attempt, open_slots, unanswered_slots
from exams.delivery.sound_plays import counted_plays
from exams.domain.times import seconds_text
from exams.domain.timing import remaining_seconds
from exams.fetch import FrozenSlot, frozen_slots, get_versions, seconds_of
from exams.form_responses import response_from_form
from exams.models import Attempt
from exams.services import (
    AttemptKey,
    Batch,
    CannotStart,
    SaveRefused,
    move_forward,
    open_room,
    read_attempt_key,
    save_responses,
    submit_attempt,
)
from exams.views.files import sitting_of_attempt
from exams.views.room_words import room_tools
from exams.views.watch import device_of, keep_device, other_device, room_watch
from exams.views.wording import RUNNING, not_found, reason


@login_required
@never_cache
@require_GET
def room(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Open the room in a new epoch."""
    now = now_utc()
    device = device_of(request)
    try:
        opened = open_room(user_id=request.user.pk, attempt_id=public_id, device=device, now=now)
    except NotFound as error:
        raise not_found(error) from error
    except OtherDevice:
        return other_device(request, public_id, device)
    except CannotStart:
        return redirect("exams:result", public_id=public_id)
    attempt = opened.attempt
    ranges = opened.exam.address_ranges
    note_address(attempt_id=attempt.pk, address=client_address(request), ranges=ranges, now=now)
    paper = asked_paper(attempt)
    context = {
        "title": opened.exam.title,
        "exam": opened.exam,
        "attempt": attempt,
        "opened": opened,
        "paper": paper,
        "is_paused": attempt.state == Attempt.State.PAUSED,
        "now": now,
        "remaining": remaining_seconds(now=now, deadline_at=attempt.deadline_at),
        "question_seconds": seconds_text(seconds_of(attempt, now=now) or ()),
        "tools": room_tools(),
        "plays": _plays(attempt, paper),
        "watch": room_watch(attempt=attempt, exam=opened.exam, user=request.user),
    }
    return keep_device(request, render(request, "exams/room.html", context), device)


def _plays(attempt: Attempt, paper: PaperView) -> str:
    """Return how often each sound was played, as JSON; no statement where no sound has a limit."""
    has_limits = any("data-plays" in question.html for question in paper.questions)
    return json.dumps(counted_plays(attempt)) if has_limits else "{}"


@login_required
@require_POST
def save(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the whole form of a room without scripts; then back to the room, on to the next question of a forward-only
    attempt, or on to handing in.
    """
    now = now_utc()
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now)
    except NotFound as error:
        raise not_found(error) from error
    if attempt.state not in RUNNING:
        return redirect("exams:result", public_id=public_id)
    then = request.POST.get("then")
    try:
        key = read_attempt_key(request.POST.get("attempt_key", ""), now=now)
        if key.attempt_id != attempt.pk or key.user_id != request.user.pk:
            raise Http404
        slots = _shown_slots(request, attempt)
        form, refusals = form_with_files(sitting=sitting_of_attempt(attempt), form=request.POST, files=request.FILES)
        for refusal in refusals:
            messages.error(request, reason(refusal))
        batch = Batch(epoch=key.epoch, seq=attempt.seq + 1, **_posted(form, slots, has_flags=not attempt.position))
        _save(key, batch, now)
        if then == "next" and attempt.position:
            move_forward(key=key, from_slot=slots[0].slot, now=now)
    except DomainError as error:
        messages.error(request, reason(error))
        return redirect("exams:room", public_id=public_id)
    if then == "submit":
        return redirect("exams:submit", public_id=public_id)
    if then != "next":
        messages.success(request, _("Your answers are saved."))
    return redirect("exams:room", public_id=public_id)


def _save(key: AttemptKey, batch: Batch, now: datetime) -> None:
    """Save a posted form; one that was posted twice is closed by the first and says nothing new."""
    try:
        save_responses(key=key, batch=batch, now=now)
    except SaveRefused as refusal:
        if not refusal.kept.get("is_settled") or refusal.kept["quarantined"]:
            raise


def _shown_slots(request: HttpRequest, attempt: Attempt) -> list[FrozenSlot]:
    """Return the slots that the posted form showed: all, or the one it names; 404 for one that was never shown."""
    slots = frozen_slots(attempt.paper)
    if not attempt.position:
        return slots
    shown = [slot for slot in slots if str(slot.slot) == request.POST.get("position")]
    if not shown or shown[0].slot > attempt.position:
        raise Http404
    return shown


def _posted(form: QueryDict, slots: Sequence[FrozenSlot], *, has_flags: bool) -> dict[str, Any]:
    """Return responses and flags of a posted room form."""
    versions = get_versions(slot.version_id for slot in slots)
    responses = {
        slot.slot: response_from_form(
            type=versions[slot.version_id].type,
            content=versions[slot.version_id].content,
            form=form,
            name=f"q{slot.slot}",
        )
        for slot in slots
    }
    flags = [slot.slot for slot in slots if f"flag.{slot.slot}" in form] if has_flags else None
    return {"responses": responses, "flags": flags, "question_seconds": _posted_seconds(form)}


def _posted_seconds(form: QueryDict) -> list[int] | None:
    """Return the seconds that the room's scripts put into the form; None for none, and for what they cannot have."""
    parts = form.get("question_seconds", "").split(",")
    is_plain = all(part.isascii() and part.isdecimal() and len(part) < 9 for part in parts)
    return [int(part) for part in parts] if is_plain else None


def _epoch(request: HttpRequest) -> int | None:
    """Return the opening of the room that a form of handing in was made for; None where it does not say."""
    text = request.POST.get("epoch", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask once more, with the count of unanswered questions; then hand in."""
    now = now_utc()
    if request.method == "POST":
        try:
            submit_attempt(user_id=request.user.pk, attempt_id=public_id, now=now, epoch=_epoch(request))
        except NotFound as error:
            raise not_found(error) from error
        except SaveRefused as error:
            messages.error(request, reason(error))
            return redirect("exams:room", public_id=public_id)
        return redirect("exams:result", public_id=public_id)
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now)
    except NotFound as error:
        raise not_found(error) from error
    if attempt.state not in RUNNING:
        return redirect("exams:result", public_id=public_id)
    total = len(frozen_slots(attempt.paper))
    missing = unanswered_slots(attempt)
    reachable = {slot.slot for slot in open_slots(attempt)}
    context = {
        "title": _("Hand in"),
        "attempt": attempt,
        "exam": attempt.exam,
        "total": total,
        "missing": missing,
        "reachable": [slot for slot in missing if slot in reachable],
        "unseen": total - attempt.position if attempt.position else 0,
        "answered": total - len(missing),
        "flags": sorted(attempt.flags),
        "now": now,
    }
    return render(request, "exams/submit.html", context)
