"""Exams as learners find them: the list, one exam with its rules, the start."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from edu.accounts.throttle import check_rate, client_address
from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.cards import attempt_words, exam_card
from exams.delivery.access import WrongAccessCode
from exams.delivery.devices import OtherDevice
from exams.domain.integrity import Integrity
from exams.domain.timing import ExamStatus
from exams.integrity_words import told_before_start
from exams.queries import get_exam, list_exams, list_rewards
from exams.richtext import safe_html
from exams.services import start_attempt
from exams.views.watch import device_of, keep_device
from exams.views.wording import not_found, reason

GROUPS = (
    ("now", gettext_lazy("To do now"), {"open", "continue", "failed_retry"}),
    ("soon", gettext_lazy("Coming up"), {"not_open"}),
    ("waiting", gettext_lazy("Awaiting the result"), {"awaiting_marking"}),
    ("done", gettext_lazy("Done"), {"passed", "failed"}),
    ("locked", gettext_lazy("Not yet accessible"), {"locked"}),
    ("past", gettext_lazy("Over"), {"missed", "closed"}),
)


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the learner's exams by what there is to do."""
    now = now_utc()
    cards = [exam_card(view, now=now) for view in list_exams(user_id=request.user.pk, now=now)]
    groups = [
        {"name": name, "label": label, "cards": [card for card in cards if card.status in statuses]}
        for name, label, statuses in GROUPS
    ]
    context = {"title": _("Exams"), "desk": "learner", "groups": [group for group in groups if group["cards"]]}
    return render(request, "exams/index.html", context)


class StartForm(forms.Form):
    """What is asked before an exam starts."""

    access_code = forms.CharField(label=gettext_lazy("Access code"), max_length=40)


@login_required
@require_GET
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show an exam with its rules, its facts and the button that fits its state."""
    return _detail(request, public_id)


def _detail(
    request: HttpRequest, public_id: uuid.UUID, *, form: StartForm | None = None, status: int = 200
) -> HttpResponse:
    now = now_utc()
    try:
        view = get_exam(user_id=request.user.pk, public_id=public_id, now=now)
    except NotFound as error:
        raise not_found(error) from error
    can_start = view.has_access and view.status in {ExamStatus.OPEN, ExamStatus.FAILED_RETRY}
    context = {
        "title": view.title,
        "desk": "learner",
        "exam": view,
        "card": exam_card(view, now=now),
        "description": safe_html(view.description),
        "rules": safe_html(view.rules),
        "can_start": can_start,
        "form": (form or StartForm()) if view.needs_code else None,
        "rewards": list_rewards(product_key=view.product_key),
        "attempts": [(attempt, *attempt_words(attempt)) for attempt in reversed(view.attempts)],
        "told": told_before_start(Integrity.from_fields(view.integrity), checks_address=view.checks_address),
        "doors": view.access.doors if view.access and not view.access.allowed else (),
    }
    return render(request, "exams/detail.html", context, status=status)


@login_required
@require_POST
def start(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Start or resume the exam, then show its room."""
    form = StartForm(request.POST) if "access_code" in request.POST else None
    check_rate(key=f"exams.start:{request.user.pk}", limit=20, window_seconds=60)
    device = device_of(request)
    try:
        opened = start_attempt(
            user_id=request.user.pk,
            exam_id=public_id,
            access_code=request.POST.get("access_code", ""),
            address=client_address(request),
            device=device,
            now=now_utc(),
            takes_epoch=False,
        )
    except OtherDevice:
        # The room says what to do; it is where the device asks to be let in.
        running = get_exam(user_id=request.user.pk, public_id=public_id, now=now_utc()).running
        url = reverse("exams:room", args=[running.public_id]) if running else reverse("exams:detail", args=[public_id])
        return keep_device(request, redirect(url), device)
    except NotFound as error:
        raise not_found(error) from error
    except WrongAccessCode:
        form = form or StartForm({"access_code": ""})
        if form.is_valid():
            form.add_error("access_code", _("This access code is not right. Ask the invigilator for it."))
        return _detail(request, public_id, form=form, status=422)
    except DomainError as error:
        messages.error(request, reason(error))
        return redirect("exams:detail", public_id=public_id)
    return keep_device(request, redirect("exams:room", public_id=opened.attempt.public_id), device)
