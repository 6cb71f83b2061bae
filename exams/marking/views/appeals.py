"""Answering an appeal, with the answer and the timeline before one."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.marking.appeals import dismiss_appeal, get_appeal, uphold_appeal
from exams.marking.scripts import read_points, script_of
from exams.marking.timeline import item_timeline
from exams.models import Appeal, ItemResult


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, appeal_id: uuid.UUID) -> HttpResponse:
    """Show an appeal with the answer, the guide and the timeline; uphold it with a new mark or dismiss it."""
    try:
        found = get_appeal(user=request.user, public_id=appeal_id)
    except NotFound as error:
        raise Http404 from error
    row = ItemResult.objects.filter(attempt_id=found.attempt_id, slot=found.slot).first()
    if row is None:
        raise Http404
    now = now_utc()
    script = script_of(exam=found.exam, row=row, user=request.user, now=now)
    error = ""
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        try:
            if request.POST.get("act") == "uphold":
                fractions, points, error = read_points(script, request.POST)
                if not error:
                    uphold_appeal(
                        appeal=found,
                        actor=request.user,
                        now=now,
                        answer=answer,
                        points=points,
                        fractions=fractions,
                        seen=request.POST.get("seen") or None,
                    )
            else:
                dismiss_appeal(appeal=found, actor=request.user, now=now, answer=answer)
        except DomainError as refused:
            error = _(refused.message)
        if not error:
            messages.success(request, _("The appeal is answered, and the learner is told."))
            return redirect("marking:appeals")
        found = get_appeal(user=request.user, public_id=appeal_id)
        script = script_of(exam=found.exam, row=row, user=request.user, now=now, posted=request.POST)
    context = {
        "title": _("Appeal: question %(number)d") % {"number": found.slot},
        "desk": "instructor",
        "exam": found.exam,
        "appeal": found,
        "script": script,
        "is_open": found.state == Appeal.State.OPEN,
        "timeline": item_timeline(attempt=found.attempt, slot=found.slot),
        "posted": request.POST,
        "error": error,
    }
    return render(request, "exams/marking/appeal.html", context, status=422 if error else 200)
