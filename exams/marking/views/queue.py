"""The marking desk: what waits, appeals, gradebooks."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from edu.core.clock import now_utc
from exams.marking.appeal_counts import shown_open_appeals
from exams.marking.appeals import list_appeals
from exams.marking.waiting import list_waiting
from exams.models import Appeal, Exam, Question
from exams.permissions import can_manage_exams, managed_exams

PAGE_SIZE = 30


def desk_tabs(current: str, *, waiting: int | None, appeals: int) -> list[dict[str, Any]]:
    """Return the tabs of the marking desk."""
    return [
        {
            "label": _("To mark"),
            "url": reverse("marking:queue"),
            "current": current == "queue",
            "count": "" if waiting is None else waiting,
        },
        {"label": _("Appeals"), "url": reverse("marking:appeals"), "current": current == "appeals", "count": appeals},
        {"label": _("Gradebooks"), "url": reverse("marking:gradebooks"), "current": current == "gradebooks"},
    ]


def _marker_or_404(request: HttpRequest) -> None:
    if not can_manage_exams(request.user):
        raise Http404


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits to be marked, by exam and question."""
    _marker_or_404(request)
    waiting = list_waiting(user=request.user, now=now_utc())
    questions = Question.objects.only("id", "summary", "public_id").in_bulk({row.question_id for row in waiting})
    rows = [(row, questions[row.question_id]) for row in waiting if row.question_id in questions]
    context = {
        "title": _("Marking"),
        "desk": "instructor",
        "rows": rows,
        "tabs": desk_tabs(
            "queue",
            waiting=sum(row.waiting for row, _question in rows),
            appeals=shown_open_appeals(user=request.user),
        ),
    }
    return render(request, "exams/marking/queue.html", context)


@login_required
@require_GET
def gradebooks(request: HttpRequest) -> HttpResponse:
    """List the exams with their gradebooks, newest first."""
    _marker_or_404(request)
    rows = managed_exams(request.user).exclude(status=Exam.Status.DRAFT).order_by("-closes_at", "-pk")
    text = request.GET.get("q", "").strip()[:100]
    if text:
        rows = rows.filter(title__icontains=text)
    context = {
        "title": _("Marking"),
        "desk": "instructor",
        "q": text,
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "tabs": desk_tabs("gradebooks", waiting=None, appeals=shown_open_appeals(user=request.user)),
    }
    return render(request, "exams/marking/gradebooks.html", context)


@login_required
@require_GET
def appeals(request: HttpRequest) -> HttpResponse:
    """List appeals, the oldest open one first; `state` shows answered ones."""
    _marker_or_404(request)
    state = request.GET.get("state", Appeal.State.OPEN)
    if state not in Appeal.State.values:
        state = Appeal.State.OPEN
    rows = list_appeals(user=request.user, state=state)
    context = {
        "title": _("Marking"),
        "desk": "instructor",
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "state": state,
        "states": [
            {"label": label, "url": f"?state={value}", "current": value == state}
            for value, label in (
                (Appeal.State.OPEN, pgettext("appeals", "Open")),
                (Appeal.State.UPHELD, _("Upheld")),
                (Appeal.State.DISMISSED, _("Dismissed")),
            )
        ],
        "now": now_utc(),
        "tabs": desk_tabs("appeals", waiting=None, appeals=shown_open_appeals(user=request.user)),
    }
    return render(request, "exams/marking/appeals.html", context)
