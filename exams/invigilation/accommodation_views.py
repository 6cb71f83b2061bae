"""Pages of accommodations: the list under an exam, one learner's, copying from an earlier exam."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.core.errors import DomainError, NotFound
from exams.delivery.extend import set_accommodation
from exams.invigilation.accommodations import (
    Learner,
    copy_accommodations,
    find_learners,
    get_learner,
    list_accommodations,
    list_sources,
    remove_accommodation,
)
from exams.invigilation.entries import desk_of, managed_or_404, say
from exams.marking.forms import AccommodationForm
from exams.models import Accommodation, Exam
from exams.permissions import get_managed_exam, managed_exams


@login_required
@require_GET
def accommodations(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """List what learners get beyond the rules, and find one to give something to."""
    exam = managed_or_404(request, public_id)
    text = request.GET.get("q", "")[:120]
    context = {
        "title": _("Accommodations"),
        "desk": desk_of(request.user),
        "exam": exam,
        "rows": list_accommodations(exam=exam),
        "text": text,
        "found": find_learners(exam=exam, text=text),
        "sources": list_sources(exam=exam, exams=managed_exams(request.user)),
    }
    return render(request, "exams/invigilation/accommodations.html", context)


def _learner_or_404(exam: Exam, user_id: uuid.UUID) -> Learner:
    try:
        return get_learner(exam=exam, public_id=user_id)
    except NotFound as error:
        raise Http404(error.message) from error


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, public_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    """Write what one learner gets."""
    exam = managed_or_404(request, public_id)
    learner = _learner_or_404(exam, user_id)
    present = Accommodation.objects.filter(exam=exam, user_id=learner.id).first()
    form = AccommodationForm(request.POST or None, initial=AccommodationForm.initial_of(present))
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if not any(
            values[name] for name in ("extra_percent", "extra_seconds", "extra_attempts", "opens_at", "closes_at")
        ):
            form.add_error(None, _("Give at least one thing: time, attempts, or another window."))
        else:
            try:
                set_accommodation(exam=exam, user_id=learner.id, actor=request.user, **values)
                messages.success(request, _("Saved. A running attempt has the new time already."))
                return redirect("invigilation:accommodations", public_id=public_id)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, _(error.message))
    context = {
        "title": learner.name,
        "desk": desk_of(request.user),
        "exam": exam,
        "learner": learner,
        "present": present,
        "form": form,
    }
    return render(request, "exams/invigilation/accommodation.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    """Take back what one learner gets."""
    exam = managed_or_404(request, public_id)
    learner = _learner_or_404(exam, user_id)
    try:
        remove_accommodation(exam=exam, user_id=learner.id, actor=request.user)
        messages.success(request, _("Taken back. A running attempt keeps the time it has."))
    except DomainError as error:
        say(request, error)
    return redirect("invigilation:accommodations", public_id=public_id)


@login_required
@require_POST
def copy(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Copy the accommodations of an earlier exam."""
    exam = managed_or_404(request, public_id)
    try:
        source = get_managed_exam(request.user, uuid.UUID(request.POST.get("source", "")))
    except (ValueError, NotFound) as error:
        raise Http404 from error
    if source.pk not in {row.pk for row in list_sources(exam=exam, exams=managed_exams(request.user))}:
        raise Http404
    try:
        copied = copy_accommodations(exam=exam, source=source, actor=request.user)
        messages.success(request, _("Copied for %(n)d learners. Their own windows are not copied.") % {"n": copied})
    except DomainError as error:
        say(request, error)
    return redirect("invigilation:accommodations", public_id=public_id)
