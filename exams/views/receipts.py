"""Receipts of saved answers: the learner's own to keep, and a form that checks one."""

import json
import uuid

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from edu.accounts.throttle import check_rate
from exams.delivery.receipt_check import check_receipts
from exams.delivery.receipts import receipt_of
from exams.models import Attempt
from exams.views.own import own_attempt_or_404

CONTENT_TYPES = {"json": "application/json", "txt": "text/plain; charset=utf-8"}
CHECKS_PER_MINUTE = 30


def _answered(attempt: Attempt) -> int:
    return sum(1 for text in attempt.responses.values() if text)


@login_required
@never_cache
@require_GET
def receipt(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the learner the receipt of everything that is saved in her attempt."""
    attempt = own_attempt_or_404(request, public_id)
    context = {
        "title": _("Receipt of your answers"),
        "desk": "learner",
        "attempt": attempt,
        "exam": attempt.exam,
        "answered": _answered(attempt),
        "receipt": receipt_of(attempt),
    }
    return render(request, "exams/receipt.html", context)


@login_required
@never_cache
@require_GET
def download(request: HttpRequest, public_id: uuid.UUID, format: str) -> HttpResponse:
    """Give the receipt as a file: `txt` to read, `json` for programs."""
    if format not in CONTENT_TYPES:
        raise Http404
    attempt = own_attempt_or_404(request, public_id)
    body = _as_json(attempt) if format == "json" else _as_text(attempt)
    response = HttpResponse(body, content_type=CONTENT_TYPES[format])
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{attempt.public_id}.{format}"'
    return response


def _as_json(attempt: Attempt) -> str:
    facts = {
        "attempt": str(attempt.public_id),
        "exam": attempt.exam.title,
        "answered": _answered(attempt),
        "epoch": attempt.epoch,
        "seq": attempt.seq,
        "saved_at": attempt.saved_at.isoformat() if attempt.saved_at else None,
        "receipt": receipt_of(attempt),
    }
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def _as_text(attempt: Attempt) -> str:
    saved_at = attempt.saved_at
    moment = date_format(timezone.localtime(saved_at), "DATETIME_FORMAT") if saved_at else "–"
    lines = [
        (_("Exam"), attempt.exam.title),
        (_("Attempt"), str(attempt.public_id)),
        (_("Answers"), str(_answered(attempt))),
        (_("Saved last"), f"{moment} ({saved_at.isoformat()})" if saved_at else moment),
        (_("Receipt"), receipt_of(attempt)),
    ]
    return "".join(f"{label}: {value}\n" for label, value in lines)


class CheckForm(forms.Form):
    """A receipt, or the text of a downloaded file of receipts."""

    receipt = forms.CharField(
        label=gettext_lazy("Receipt"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Paste a receipt (it begins with JB1) or the whole downloaded file."),
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Tell the learner or the exam's instructors whether a receipt is genuine and what it covered."""
    form = CheckForm(request.POST or None)
    checks = []
    if request.method == "POST":
        check_rate(key=f"exams.receipt:{request.user.pk}", limit=CHECKS_PER_MINUTE, window_seconds=60)
        if form.is_valid():
            checks = check_receipts(user=request.user, text=form.cleaned_data["receipt"])
            if not checks:
                form.add_error("receipt", _("There is no receipt in this text. A receipt begins with JB1."))
    context = {
        "title": _("Check a receipt"),
        "desk": "instructor" if request.user.is_instructor else "learner",
        "form": form,
        "checks": checks,
    }
    return render(request, "exams/check_receipt.html", context, status=422 if form.errors else 200)
