"""Opening an ended attempt again: what it means is said on a page of its own, before anything is done."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from edu.core.clock import now_utc
from edu.core.errors import Conflict, DomainError
from exams.delivery.extend import MAXIMUM_MINUTES
from exams.delivery.reopen import Reopening, plan_reopening
from exams.invigilation.acts import reopen_ended
from exams.invigilation.entries import attempt_or_404, desk_of, invigilated_or_404, say
from exams.models import Attempt, Exam
from exams.permissions import managed_exams
from exams.rewards import list_holders


class ReopenForm(forms.Form):
    """For how long, and why."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes from now"),
        min_value=1,
        max_value=MAXIMUM_MINUTES,
        help_text=gettext_lazy("The clock starts at once, not when the candidate comes back."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("The candidate reads it.")
    )
    act_id = forms.UUIDField(widget=forms.HiddenInput)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, public_id: uuid.UUID, attempt_id: uuid.UUID) -> HttpResponse:
    """Say what opening an ended attempt again would do; do it once it is confirmed."""
    exam = invigilated_or_404(request, public_id)
    attempt = attempt_or_404(exam, attempt_id)
    plan = plan_reopening(attempt=attempt, now=now_utc())
    form = ReopenForm(request.POST or None, initial={"minutes": plan.minutes, "act_id": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            reopen_ended(exam=exam, attempt_id=attempt.public_id, actor=request.user, now=now_utc(), **given)
            messages.success(request, _("The attempt is open again, and the candidate is told."))
            return redirect("invigilation:candidate", public_id=public_id, attempt_id=attempt_id)
        except Conflict as error:
            say(request, error)
            return redirect("invigilation:reopen", public_id=public_id, attempt_id=attempt_id)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
    context = {
        "title": _("Open the attempt again?"),
        "desk": desk_of(request.user),
        "exam": exam,
        "attempt": attempt,
        "plan": plan,
        "form": form,
        "effects": _effects(exam, attempt, plan),
        "can_manage": managed_exams(request.user).filter(pk=exam.pk).exists(),
    }
    return render(request, "exams/invigilation/reopen.html", context, status=422 if form.errors else 200)


def _effects(exam: Exam, attempt: Attempt, plan: Reopening) -> list[dict[str, Any]]:
    """Return what would happen, in sentences; those that need care are marked."""
    told = [_line("check", _("All answers stay as they are. The candidate goes on where she stopped."))]
    if plan.late_batches:
        told.append(_line("check", _("Answers that arrived after the end and wait in quarantine are put in.")))
    told.append(_line("bell", _("The candidate is told at once and finds the room open.")))
    if plan.has_score or plan.hand_marks:
        told.append(_line("refresh", _("Score and marks are withdrawn. Everything is marked anew after handing in.")))
    if plan.hand_marks:
        words = ngettext(
            "%(n)d mark given by hand comes back if its answer stays the same; otherwise it is given again.",
            "%(n)d marks given by hand come back where the answer stays the same; the others are given again.",
            plan.hand_marks,
        )
        told.append(_line("alert", words % {"n": plan.hand_marks}, is_grave=True))
    if plan.released_at:
        told.append(_line("lock", _("The result, which was out already, disappears until it is released again.")))
        told.append(_line("book", _("What it put into the wrong-answer book is taken out.")))
    if plan.shows_keys:
        words = _("The candidate could already see the review. Whether she looked is not recorded: weigh that first.")
        told.append(_line("alert", words, is_grave=True))
    if list_holders(product_key=exam.product_key, user_ids=[attempt.user_id]):
        words = _("Her certificate is revoked if nothing else has earned it, and given back when she passes again.")
        told.append(_line("certificate", words, is_grave=True))
    return told


def _line(icon: str, text: str, *, is_grave: bool = False) -> dict[str, Any]:
    return {"icon": icon, "text": text, "is_grave": is_grave}
