"""The invigilator's room: who is where, and what is done about it. Every page works without scripts; with them it
refreshes itself.
"""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, InvalidInput
from exams.delivery.late import decide_late_batch
from exams.delivery.presence import messages_of, presences_of
from exams.delivery.reopen import ENDED
from exams.domain.integrity import Integrity
from exams.integrity_words import summary_of
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
from exams.invigilation.entries import attempt_or_404, desk_of, invigilated_or_404, say
from exams.invigilation.roster import (
    SORTS,
    STATES,
    Candidate,
    count_states,
    list_room,
    select_candidates,
    sort_candidates,
    with_answered,
)
from exams.models import Attempt, AttemptDevice, AttemptSignal, Exam, InvigilatorAct, LateBatch, SignalTally
from exams.permissions import invigilated_exams, managed_exams

PAGE_SIZE = 60
ACTS_SHOWN = 30
_TYPED = "refused_act"
"""What was typed into an act that was refused stands in the form again: nothing has to be written twice."""


@login_required
@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    """List the exams that are open now or soon and that the person may watch."""
    now = now_utc()
    rows = invigilated_exams(request.user).filter(status=Exam.Status.SCHEDULED, closes_at__gte=now)
    context = {
        "title": _("Exam rooms"),
        "desk": desk_of(request.user),
        "rows": [(row, row.opens_at <= now) for row in rows.order_by("opens_at", "id")[:100]],
    }
    return render(request, "exams/invigilation/rooms.html", context)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A candidate with what the table says of her."""

    candidate: Candidate
    label: str
    tone: str
    icon: str
    seen: str
    left: int


def state_words() -> dict[str, tuple[str, str, str]]:
    """Return label, tone and icon of each state of a candidate."""
    return {
        "running": (_("in the exam"), "success", "edit"),
        "offline": (_("no connection"), "danger", "wifi-off"),
        "paused": (_("paused"), "warning", "pause"),
        "waiting": (_("not begun"), "", ""),
        "done": (_("handed in"), "info", "check"),
    }


def _seen_words(candidate: Candidate, now: datetime) -> str:
    """Return when something was heard last, in steps that do not change with every second."""
    seconds = candidate.unseen_seconds(now)
    if seconds is None or not candidate.is_inside:
        return ""
    if candidate.state != "offline" and seconds < 120:
        return _("elsewhere") if candidate.is_away else _("now")
    minutes = seconds // 60
    if minutes < 1:
        return _("under a minute ago")
    return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}


def _row(candidate: Candidate, now: datetime) -> Row:
    label, tone, icon = state_words()[candidate.state]
    if candidate.state == "done":
        by = {"time": _("handed in by the clock"), "staff": _("ended by the invigilator")}
        label = by.get(candidate.submitted_by, label)
    return Row(
        candidate=candidate,
        label=label,
        tone=tone,
        icon=icon,
        seen=_seen_words(candidate, now),
        left=candidate.remaining(now),
    )


def _wanted(query: QueryDict) -> dict[str, Any]:
    state = query.get("state", "")
    sort = query.get("sort", "name")
    return {
        "state": state if state in {*STATES, "inside"} else "",
        "text": query.get("q", "")[:80],
        "only_noticed": query.get("noticed") == "1",
        "sort": sort if sort in SORTS else "name",
    }


def _live_context(request: HttpRequest, exam: Exam, now: datetime) -> dict[str, Any]:
    """Return what the part of the page that refreshes itself shows, and a version that changes with it."""
    wanted = _wanted(request.GET)
    everybody = list_room(exam=exam, now=now)
    chosen = select_candidates(
        everybody, state=wanted["state"], text=wanted["text"], only_noticed=wanted["only_noticed"]
    )
    by_answers = wanted["sort"] == "answered"
    chosen = sort_candidates(with_answered(chosen) if by_answers else chosen, by=wanted["sort"], now=now)
    page_obj = Paginator(chosen, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page_obj.object_list)
    rows = [_row(candidate, now) for candidate in (shown if by_answers else with_answered(shown))]
    counts = count_states(everybody)
    late = _late(exam)
    # When somebody was seen is told by its own words, so that the table does not change with every poll.
    told = [(replace(row.candidate, seen_at=None), row.label, row.seen) for row in rows]
    version = repr((told, counts, len(chosen), [batch.pk for batch in late]))
    return {
        "exam": exam,
        "rows": rows,
        "page_obj": page_obj,
        "counts": counts,
        "inside": counts["running"] + counts["offline"] + counts["paused"],
        "total": len(everybody),
        "tabs": _tabs(request.GET, wanted["state"], counts, len(everybody)),
        "wanted": wanted,
        "now": now,
        "late": late,
        "asking": [row for row in everybody if row.wants_device and row.is_inside],
        "version": hashlib.sha256(version.encode()).hexdigest()[:16],
    }


def _tabs(query: QueryDict, current: str, counts: dict[str, int], total: int) -> list[dict[str, Any]]:
    words = state_words()
    items = [("", _("All"), total)] + [(name, words[name][0], counts[name]) for name in STATES]
    tabs = []
    for name, label, count in items:
        fresh = query.copy()
        for gone in ("page", "state", "v"):
            fresh.pop(gone, None)
        if name:
            fresh["state"] = name
        tabs.append({"label": label, "url": f"?{fresh.urlencode()}", "current": name == current, "count": count})
    return tabs


def _late(exam: Exam) -> list[LateBatch]:
    return list(
        LateBatch.objects.filter(attempt__exam=exam, decision="")
        .select_related("attempt__user")
        .defer("attempt__paper", "attempt__responses")
        .order_by("received_at")[:50]
    )


@login_required
@never_cache
@require_GET
def room(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the room of an exam."""
    exam = invigilated_or_404(request, public_id)
    now = now_utc()
    acts = list(InvigilatorAct.objects.filter(exam=exam).select_related("actor").order_by("-id")[:ACTS_SHOWN])
    query = request.GET.copy()
    query.pop("v", None)
    context = _live_context(request, exam, now) | {
        "title": exam.title,
        "desk": desk_of(request.user),
        "is_open": exam.opens_at <= now < exam.closes_at,
        "acts": acts,
        "act_id": uuid.uuid4(),
        "typed": request.session.pop(_TYPED, None),
        "query": query.urlencode(),
        "integrity": summary_of(exam),
        "maximum_message": MAXIMUM_MESSAGE,
        "sorts": _sorts(),
        "can_manage": managed_exams(request.user).filter(pk=exam.pk).exists(),
    }
    return render(request, "exams/invigilation/room.html", context)


def _sorts() -> list[tuple[str, str]]:
    return [
        ("name", _("by name")),
        ("time", _("least time left first")),
        ("answered", _("fewest answers first")),
        ("signals", _("most signals first")),
        ("seen", _("longest unseen first")),
    ]


@login_required
@never_cache
@require_GET
def rows(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Return the part that refreshes itself; 204, which changes nothing on the page, when it is the same still."""
    exam = invigilated_or_404(request, public_id)
    context = _live_context(request, exam, now_utc())
    if request.GET.get("v") == context["version"]:
        return HttpResponse(status=204)
    return render(request, "exams/invigilation/_live.html", context)


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
        request.session[_TYPED] = {name: post.get(name, "")[:MAXIMUM_MESSAGE] for name in ("text", "minutes", "reason")}
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


@login_required
@never_cache
@require_GET
def candidate(request: HttpRequest, public_id: uuid.UUID, attempt_id: uuid.UUID) -> HttpResponse:
    """Show one candidate: where she is, what was noticed, what was done, and the acts for her alone."""
    exam = invigilated_or_404(request, public_id)
    attempt = attempt_or_404(exam, attempt_id)
    now = now_utc()
    own = next((row for row in list_room(exam=exam, now=now) if row.attempt_id == attempt.pk), None)
    if own is None:
        raise Http404
    presence = presences_of([attempt.pk]).get(attempt.pk)
    tally = SignalTally.objects.filter(attempt=attempt).first()
    labels = dict(AttemptSignal.Kind.choices)
    context = {
        "title": own.name,
        "desk": desk_of(request.user),
        "exam": exam,
        "attempt": attempt,
        "row": _row(with_answered([own])[0], now),
        "now": now,
        "act_id": uuid.uuid4(),
        "typed": request.session.pop(_TYPED, None),
        "sums": [(labels.get(kind, kind), values) for kind, values in (tally.counts if tally else {}).items()],
        "signals": list(AttemptSignal.objects.filter(attempt=attempt).order_by("-happened_at", "-id")),
        "sent": messages_of(attempt_id=attempt.pk, exam_id=exam.pk),
        "seen_message": presence.message_id if presence else 0,
        "acts": list(InvigilatorAct.objects.filter(targets__attempt=attempt).select_related("actor").order_by("-id")),
        "device": AttemptDevice.objects.filter(attempt=attempt).first(),
        "integrity": Integrity.from_fields(exam.integrity),
        "is_running": attempt.state in {Attempt.State.OPEN, Attempt.State.PAUSED},
        "has_ended": attempt.state in ENDED,
        "maximum_message": MAXIMUM_MESSAGE,
    }
    return render(request, "exams/invigilation/candidate.html", context)
