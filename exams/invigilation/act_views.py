"""What an invigilator does: messages, time, pauses, ends; devices and late answers. Each goes back to where it was
asked.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, InvalidInput
from exams.delivery.late import decide_late_batch
from exams.invigilation.acts import (
    MAXIMUM_MESSAGE,
    allow_device,
    end_attempt,
    give_time,
    pause_room,
    resume_room,
    send_message,
    take_time_back,
)
from exams.invigilation.entries import TYPED, attempt_or_404, invigilated_or_404, say
from exams.models import Exam, InvigilatorAct, LateBatch


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise InvalidInput(_("Load the page again and repeat that.")) from None


def _targets(post: QueryDict) -> list[uuid.UUID] | None:
    """Return whom an act is about: everybody, or those chosen; InvalidInput when nobody is chosen."""
    if post.get("scope") == "all":
        return None
    chosen = [_uuid(text) for text in post.getlist("attempt")]
    if not chosen:
        raise InvalidInput(_("Choose candidates in the list first, or everybody in the exam."))
    return chosen


def _minutes(post: QueryDict) -> int:
    text = post.get("minutes", "").strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 5:
        raise InvalidInput(_("Give the minutes as a whole number."), field="minutes")
    return int(text)


def _done_words(done: InvigilatorAct) -> str:
    n = done.reached
    return {
        "message": ngettext("Message sent to %(n)d candidate.", "Message sent to %(n)d candidates.", n),
        "extend": ngettext("%(n)d candidate has more time.", "%(n)d candidates have more time.", n),
        "pause": ngettext("%(n)d clock stands still.", "%(n)d clocks stand still.", n),
        "resume": ngettext("%(n)d clock runs again.", "%(n)d clocks run again.", n),
        "end": _("The attempt is handed in."),
        "reopen": _("The attempt is open again, and the candidate is told."),
    }[done.kind] % {"n": n}


@login_required
@require_POST
def act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Do something to candidates: message, time, pause, resume, end; then back to where it was asked."""
    exam = invigilated_or_404(request, public_id)
    post = request.POST
    try:
        done = _do(exam, request)
        messages.success(request, _done_words(done))
    except DomainError as error:
        say(request, error)
        request.session[TYPED] = {name: post.get(name, "")[:MAXIMUM_MESSAGE] for name in ("text", "minutes", "reason")}
    query = QueryDict(post.get("query", "")[:500]).urlencode()
    if post.get("back") == "candidate" and len(post.getlist("attempt")) == 1:
        row = attempt_or_404(exam, _known(post["attempt"]))
        return redirect("invigilation:candidate", public_id=public_id, attempt_id=row.public_id)
    url = reverse("invigilation:room", args=[public_id])
    return redirect(f"{url}?{query}" if query else url)


def _known(text: str) -> uuid.UUID:
    try:
        return _uuid(text)
    except InvalidInput as error:
        raise Http404 from error


def _do(exam: Exam, request: HttpRequest) -> InvigilatorAct:
    post = request.POST
    common: dict[str, Any] = {
        "exam": exam,
        "act_id": _uuid(post.get("act_id", "")),
        "actor": request.user,
        "now": now_utc(),
    }
    verb, targets = post.get("do"), _targets(post)
    if verb == "message":
        return send_message(targets=targets, text=post.get("text", ""), **common)
    if verb == "extend":
        return give_time(targets=targets, minutes=_minutes(post), reason=post.get("reason", ""), **common)
    if verb == "pause":
        return pause_room(targets=targets, reason=post.get("reason", ""), **common)
    if verb == "resume":
        return resume_room(targets=targets, **common)
    if verb == "end" and targets and len(targets) == 1:
        return end_attempt(attempt_id=targets[0], reason=post.get("reason", ""), **common)
    raise InvalidInput(_("Load the page again and repeat that."))


@login_required
@require_POST
def undo(request: HttpRequest, public_id: uuid.UUID, act_id: uuid.UUID) -> HttpResponse:
    """Take an extension back for those who have not begun to use it."""
    exam = invigilated_or_404(request, public_id)
    try:
        taken = take_time_back(exam=exam, act_id=act_id, actor=request.user, now=now_utc())
        words = ngettext("Taken back for %(n)d candidate.", "Taken back for %(n)d candidates.", taken)
        messages.success(request, words % {"n": taken})
    except DomainError as error:
        say(request, error)
    return redirect("invigilation:room", public_id=public_id)


@login_required
@require_POST
def device(request: HttpRequest, public_id: uuid.UUID, attempt_id: uuid.UUID) -> HttpResponse:
    """Let a candidate go on with the device that was refused."""
    exam = invigilated_or_404(request, public_id)
    row = attempt_or_404(exam, attempt_id)
    try:
        label = allow_device(exam=exam, attempt_id=row.public_id, actor=request.user, now=now_utc())
        messages.success(request, _("%(name)s may go on with: %(device)s.") % {"name": row.user, "device": label})
    except DomainError as error:
        say(request, error)
    return redirect("invigilation:room", public_id=public_id)


@login_required
@require_POST
def decide_late(request: HttpRequest, public_id: uuid.UUID, batch_id: int) -> HttpResponse:
    """Accept or refuse what came too late."""
    exam = invigilated_or_404(request, public_id)
    batch = LateBatch.objects.filter(pk=batch_id, attempt__exam=exam).first()
    if batch is None:
        raise Http404
    is_accepted = request.POST.get("decision") == "accept"
    try:
        decide_late_batch(batch=batch, accept=is_accepted, actor=request.user, now=now_utc())
        messages.success(request, _("Accepted and marked.") if is_accepted else _("Refused."))
    except DomainError as error:
        say(request, error)
    return redirect("invigilation:room", public_id=public_id)
