"""One candidate of an exam: attempts, more time, what she gets beyond the rules; answers that came too late."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.delivery.late import decide_late_batch
from exams.marking.forms import AccommodationForm, ExtendForm
from exams.marking.gradebook import list_candidates
from exams.marking.views.entries import exam_page
from exams.marking.views.gradebook import state_labels, state_of
from exams.models import Accommodation, Attempt, Exam, LateBatch
from exams.permissions import get_managed_attempt
from exams.services import extend_attempt, pause_attempt, resume_attempt, set_accommodation


@exam_page("GET", "POST")
def learner(request: HttpRequest, exam: Exam, user_id: uuid.UUID) -> HttpResponse:
    """Show one candidate: her attempts, extend or pause a running one, and what she gets beyond the rules."""
    row = next((row for row in list_candidates(exam=exam) if row.public_id == str(user_id)), None)
    if row is None:
        raise Http404
    present = Accommodation.objects.filter(exam=exam, user_id=row.user_id).first()
    form = AccommodationForm(request.POST or None, initial=AccommodationForm.initial_of(present))
    if request.method == "POST" and form.is_valid():
        try:
            set_accommodation(exam=exam, user_id=row.user_id, actor=request.user, **form.values())
            messages.success(request, _("Saved."))
            return redirect("marking:gradebook", public_id=exam.public_id)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
    running = row.attempt if row.attempt and state_of(row.attempt) == "running" else None
    labels = state_labels()
    attempts = Attempt.objects.filter(exam=exam, user_id=row.user_id).defer("paper", "responses").order_by("number")
    context = {
        "attempts": [(attempt, *labels[state_of(attempt)]) for attempt in attempts],
        "title": row.name,
        "desk": "instructor",
        "exam": exam,
        "row": row,
        "form": form,
        "running": running,
        "extend_form": ExtendForm(),
    }
    return render(request, "exams/marking/learner.html", context)


@login_required
@require_POST
def steer(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """Extend, pause or resume one running attempt."""
    try:
        attempt = get_managed_attempt(request.user, attempt_id)
    except NotFound as error:
        raise Http404 from error
    act = request.POST.get("act", "")
    try:
        if act == "extend":
            form = ExtendForm(request.POST)
            if not form.is_valid():
                messages.error(request, _("Give the minutes as a whole number."))
            else:
                extend_attempt(attempt=attempt, actor=request.user, now=now_utc(), **form.cleaned_data)
                messages.success(request, _("The attempt was extended."))
        elif act == "pause":
            pause_attempt(attempt=attempt, actor=request.user, now=now_utc())
            messages.success(request, _("The attempt is paused."))
        elif act == "resume":
            resume_attempt(attempt=attempt, actor=request.user, now=now_utc())
            messages.success(request, _("The attempt goes on."))
    except DomainError as error:
        messages.error(request, _(error.message))
    return redirect(reverse("marking:learner", args=[attempt.exam.public_id, attempt.user.public_id]))


@exam_page("POST")
def decide_late(request: HttpRequest, exam: Exam, batch_id: int) -> HttpResponse:
    """Accept or refuse what came after the deadline."""
    batch = LateBatch.objects.filter(pk=batch_id, attempt__exam=exam).first()
    if batch is None:
        raise Http404
    try:
        decide_late_batch(
            batch=batch, accept=request.POST.get("decision") == "accept", actor=request.user, now=now_utc()
        )
        messages.success(request, _("Decided."))
    except DomainError as error:
        messages.error(request, _(error.message))
    return redirect("marking:gradebook", public_id=exam.public_id)
