"""The page on which an exam's invigilators are named."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from exams.invigilation.entries import desk_of, managed_or_404, say
from exams.invigilation.people import add_invigilator, remove_invigilator


class InvigilatorForm(forms.Form):
    """Whom to name."""

    identifier = forms.CharField(
        label=gettext_lazy("Mail address or phone number"),
        max_length=200,
        help_text=gettext_lazy("Of a person with an account here. She is told where to go."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def invigilators(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """List the invigilators of an exam, name one more, or take one off."""
    exam = managed_or_404(request, public_id)
    removed = request.POST.get("remove", "")
    form = InvigilatorForm(request.POST if request.method == "POST" and not removed else None)
    if removed:
        if not removed.isascii() or not removed.isdecimal() or len(removed) > 18:
            raise Http404
        try:
            remove_invigilator(exam=exam, invigilator_id=int(removed), actor=request.user)
            messages.success(request, _("Taken off."))
        except DomainError as error:
            say(request, error)
        return redirect("invigilation:invigilators", public_id=public_id)
    if request.method == "POST" and form.is_valid():
        try:
            row = add_invigilator(
                exam=exam, identifier=form.cleaned_data["identifier"], actor=request.user, now=now_utc()
            )
            messages.success(request, _("%(name)s may watch this exam and act in it.") % {"name": row.user})
            return redirect("invigilation:invigilators", public_id=public_id)
        except DomainError as error:
            form.add_error("identifier", _(error.message))
    context = {
        "title": _("Invigilators"),
        "desk": desk_of(request.user),
        "exam": exam,
        "form": form,
        "rows": exam.invigilators.select_related("user").order_by("id"),
    }
    return render(request, "exams/invigilation/invigilators.html", context, status=422 if form.errors else 200)
