"""The invigilator's room: who is where. Every page works without scripts; with them it
refreshes itself.
"""

import hashlib
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from edu.core.clock import now_utc
from exams.integrity_words import summary_of
from exams.invigilation.acts import MAXIMUM_MESSAGE
from exams.invigilation.dressing import row_of, state_words
from exams.invigilation.entries import TYPED, desk_of, invigilated_or_404
from exams.invigilation.roster import (
    SORTS,
    STATES,
    count_states,
    list_room,
    select_candidates,
    sort_candidates,
    with_answered,
)
from exams.models import Exam, InvigilatorAct, LateBatch
from exams.permissions import invigilated_exams, managed_exams

PAGE_SIZE = 60
ACTS_SHOWN = 30


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
    rows = [row_of(candidate, now) for candidate in (shown if by_answers else with_answered(shown))]
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
        "typed": request.session.pop(TYPED, None),
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
