"""The instructor's pages of rounds: issuing to those who met a rule before it was made, and taking a round back."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from certificates.backlog import issue_to_earlier, undo_round
from certificates.forms import ReasonForm
from certificates.models import IssueBatch
from certificates.teaching import get_own_rule
from edu.core.errors import DomainError


@login_required
@require_POST
def issue(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Start issuing to everybody who met the rule before it was made."""
    row = get_own_rule(request, public_id)
    try:
        issue_to_earlier(rule=row, actor=request.user)
    except DomainError as error:
        messages.warning(request, error.message)
    return redirect("certificates:rule", public_id=row.public_id)


@login_required
def undo(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask for the reason and take a round back."""
    batch = IssueBatch.objects.select_related("rule").filter(public_id=public_id, undone_at__isnull=True).first()
    if batch is None:
        raise Http404
    row = get_own_rule(request, batch.rule.public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_round(batch=batch, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("certificates:rule", public_id=row.public_id)
    context = {
        "desk": "instructor",
        "title": _("Take a round back"),
        "form": form,
        "batch": batch,
        "rule": row,
        "count": batch.certificates.filter(superseded_at__isnull=True, revoked_at__isnull=True).count(),
    }
    return render(request, "certificates/round_undo.html", context, status=422 if form.errors else 200)
