"""The learner's pages of exams: index, detail, records, room, handing in, result and review."""

import uuid
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.accounts.throttle import check_rate, client_address
from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from exams.cards import attempt_words, exam_card
from exams.delivery.access import NoAccess, WrongAccessCode
from exams.delivery.room import asked_paper, get_own_attempt, reviewed_paper, unanswered_slots
from exams.domain.timing import ExamStatus, remaining_seconds
from exams.fetch import frozen_slots, get_versions
from exams.form_responses import response_from_form
from exams.models import Attempt
from exams.presentation import ReviewPolicy
from exams.queries import attempt_views, get_exam, list_attempts, list_exams, list_rewards
from exams.richtext import safe_html
from exams.services import (
    Batch,
    CannotStart,
    SaveRefused,
    open_room,
    read_attempt_key,
    save_responses,
    start_attempt,
    submit_attempt,
)

RUNNING = {Attempt.State.OPEN, Attempt.State.PAUSED}
PAGE_SIZE = 20
GROUPS = (
    ("now", gettext_lazy("To do now"), {"open", "continue", "failed_retry"}),
    ("soon", gettext_lazy("Coming up"), {"not_open"}),
    ("waiting", gettext_lazy("Awaiting the result"), {"awaiting_marking"}),
    ("done", gettext_lazy("Done"), {"passed", "failed"}),
    ("locked", gettext_lazy("Not yet accessible"), {"locked"}),
    ("past", gettext_lazy("Over"), {"missed", "closed"}),
)


def _found(error: NotFound) -> Http404:
    return Http404(error.message)


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
        raise _found(error) from error
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
        "doors": view.access.doors if view.access and not view.access.allowed else (),
    }
    return render(request, "exams/detail.html", context, status=status)


@login_required
@require_POST
def start(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Start or resume the exam, then show its room."""
    form = StartForm(request.POST) if "access_code" in request.POST else None
    check_rate(key=f"exams.start:{request.user.pk}", limit=20, window_seconds=60)
    try:
        opened = start_attempt(
            user_id=request.user.pk,
            exam_id=public_id,
            access_code=request.POST.get("access_code", ""),
            address=client_address(request),
            now=now_utc(),
        )
    except NotFound as error:
        raise _found(error) from error
    except WrongAccessCode:
        form = form or StartForm({"access_code": ""})
        if form.is_valid():
            form.add_error("access_code", _("This access code is not right. Ask the invigilator for it."))
        return _detail(request, public_id, form=form, status=422)
    except DomainError as error:
        messages.error(request, _reason(error))
        return redirect("exams:detail", public_id=public_id)
    return redirect("exams:room", public_id=opened.attempt.public_id)


def _reason(error: DomainError) -> str:
    """Return why an exam cannot be started, in the reader's language."""
    words = {
        NoAccess.code: _("You do not have access to this exam yet."),
        "wrong_address": _("This exam can only be started from certain places, and yours is not one of them."),
        "not_open": _("This exam is not open yet."),
        "closed": _("This exam is closed."),
        "missed": _("This exam is over."),
        "passed": _("You have passed this exam."),
        "failed": _("You have no attempts left."),
        "awaiting_marking": _("Your last attempt has not been marked yet."),
        "submitted": _("This attempt was handed in already."),
        "moved": _("The exam was opened somewhere else. Open it again here to go on."),
        "paused": _("The exam is paused. Wait until it goes on, then save again."),
        "expired": _("Time was up. What came late is kept for the invigilator to decide."),
    }
    return words.get(error.code, error.message)


@login_required
@never_cache
@require_GET
def room(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Open the room in a new epoch."""
    now = now_utc()
    try:
        opened = open_room(user_id=request.user.pk, attempt_id=public_id, now=now)
    except NotFound as error:
        raise _found(error) from error
    except CannotStart:
        return redirect("exams:result", public_id=public_id)
    attempt = opened.attempt
    context = {
        "title": opened.exam.title,
        "exam": opened.exam,
        "attempt": attempt,
        "opened": opened,
        "paper": asked_paper(attempt),
        "is_paused": attempt.state == Attempt.State.PAUSED,
        "now": now,
        "remaining": remaining_seconds(now=now, deadline_at=attempt.deadline_at),
        "strings": _room_strings(),
    }
    return render(request, "exams/room.html", context)


def _room_strings() -> dict[str, str]:
    """Return what the room's scripts say."""
    return {
        "saved": _("All answers saved"),
        "saving": _("Saving…"),
        "savedAgain": _("Back online. All answers are saved."),
        "offlineOne": _("Offline: 1 answer kept on this device"),
        "offlineMany": _("Offline: %n answers kept on this device"),
        "paused": _("Paused: your answers are kept on this device"),
        "refused": _("One answer could not be saved; see the note beside it"),
        "deviceFull": _("Saving… This device cannot keep a copy; stay online"),
        "keyLost": _("This page has expired. Open the exam again."),
        "unsentOne": _("1 answer on this page was not sent yet. It is kept on this device and offered here again."),
        "unsentMany": _(
            "%n answers on this page were not sent yet. They are kept on this device and offered here again."
        ),
        "offerOne": _("1 answer from an earlier page on this device was not sent."),
        "offerMany": _("%n answers from an earlier page on this device were not sent."),
        "answered": _("answered"),
        "unanswered": _("not answered"),
        "flagged": _("flagged"),
        "fiveMinutes": _("Five minutes left."),
        "oneMinute": _("One minute left."),
        "timeUp": _("Time is up. Your answers are being handed in."),
        "days": _("d"),
    }


@login_required
@require_POST
def save(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the whole form of a room without scripts; then back to the room, or on to handing in."""
    now = now_utc()
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now)
    except NotFound as error:
        raise _found(error) from error
    if attempt.state not in RUNNING:
        return redirect("exams:result", public_id=public_id)
    try:
        key = read_attempt_key(request.POST.get("attempt_key", ""), now=now)
        if key.attempt_id != attempt.pk or key.user_id != request.user.pk:
            raise Http404
        batch = Batch(epoch=key.epoch, seq=attempt.seq + 1, **_posted(request, attempt))
        save_responses(key=key, batch=batch, now=now)
    except DomainError as error:
        messages.error(request, _reason(error))
        return redirect("exams:room", public_id=public_id)
    if request.POST.get("then") == "submit":
        return redirect("exams:submit", public_id=public_id)
    messages.success(request, _("Your answers are saved."))
    return redirect("exams:room", public_id=public_id)


def _posted(request: HttpRequest, attempt: Attempt) -> dict[str, Any]:
    """Return responses and flags of a posted room form."""
    slots = frozen_slots(attempt.paper)
    versions = get_versions(slot.version_id for slot in slots)
    responses = {
        slot.slot: response_from_form(
            type=versions[slot.version_id].type,
            content=versions[slot.version_id].content,
            form=request.POST,
            name=f"q{slot.slot}",
        )
        for slot in slots
    }
    return {"responses": responses, "flags": [slot.slot for slot in slots if f"flag.{slot.slot}" in request.POST]}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask once more, with the count of unanswered questions; then hand in."""
    now = now_utc()
    if request.method == "POST":
        try:
            submit_attempt(user_id=request.user.pk, attempt_id=public_id, now=now)
        except NotFound as error:
            raise _found(error) from error
        except SaveRefused as error:
            messages.error(request, _reason(error))
            return redirect("exams:room", public_id=public_id)
        return redirect("exams:result", public_id=public_id)
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now)
    except NotFound as error:
        raise _found(error) from error
    if attempt.state not in RUNNING:
        return redirect("exams:result", public_id=public_id)
    total = len(frozen_slots(attempt.paper))
    missing = unanswered_slots(attempt)
    context = {
        "title": _("Hand in"),
        "attempt": attempt,
        "exam": attempt.exam,
        "total": total,
        "missing": missing,
        "answered": total - len(missing),
        "flags": sorted(attempt.flags),
        "now": now,
    }
    return render(request, "exams/submit.html", context)


@login_required
@never_cache
@require_GET
def result(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what came of an attempt, as far as it may be known."""
    now = now_utc()
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now)
        exam = get_exam(user_id=request.user.pk, public_id=attempt.exam.public_id, now=now)
    except NotFound as error:
        raise _found(error) from error
    if attempt.state in RUNNING:
        return redirect("exams:room", public_id=public_id)
    view = attempt_views([attempt])[0]
    used = (attempt.submitted_at - attempt.started_at).total_seconds() if attempt.submitted_at else None
    policy = ReviewPolicy.from_fields(attempt.exam.review_policy)
    context = {
        "title": attempt.exam.title,
        "desk": "learner",
        "attempt": view,
        "row": attempt,
        "exam": exam,
        "card": exam_card(exam, now=now),
        "used_seconds": used,
        "pass_score": exam.total_marks * exam.pass_percent / 100,
        "can_review": view.is_released and any(asdict(policy).values()),
        "can_retry": exam.status == ExamStatus.FAILED_RETRY and exam.has_access,
    }
    return render(request, "exams/result.html", context)


@login_required
@never_cache
@require_GET
def review(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the questions again, with as much of marks, answers, keys and explanations as the exam allows."""
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now_utc())
    except NotFound as error:
        raise _found(error) from error
    if attempt.state in RUNNING:
        return redirect("exams:room", public_id=public_id)
    policy = ReviewPolicy.from_fields(attempt.exam.review_policy)
    if attempt.state != Attempt.State.GRADED or attempt.released_at is None or not any(asdict(policy).values()):
        messages.info(request, _("This attempt cannot be reviewed (yet)."))
        return redirect("exams:result", public_id=public_id)
    paper = reviewed_paper(attempt, policy=policy)
    wanted = request.GET.get("show", "")
    shown = [q for q in paper.questions if wanted != "wrong" or (q.review and q.review.verdict != "right")]
    context = {
        "title": _("Review: %(exam)s") % {"exam": attempt.exam.title},
        "desk": "learner",
        "attempt": attempt_views([attempt])[0],
        "paper": paper,
        "policy": policy,
        "only_wrong": wanted == "wrong",
        "shown": {question.slot for question in shown},
        "tabs": [
            {"label": _("All questions"), "url": "?", "current": wanted != "wrong", "count": len(paper.questions)},
            {"label": _("Not fully right"), "url": "?show=wrong", "current": wanted == "wrong", "count": ""},
        ],
    }
    return render(request, "exams/review.html", context)


class RecordsForm(forms.Form):
    """The filters of the records."""

    state = forms.ChoiceField(
        label=gettext_lazy("Result"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("passed", gettext_lazy("Passed")),
            ("failed", gettext_lazy("Not passed")),
            ("waiting", gettext_lazy("Awaiting the result")),
            ("running", gettext_lazy("In progress")),
        ],
    )
    q = forms.CharField(label=gettext_lazy("Exam"), required=False, max_length=100)


@login_required
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """List everything the learner has sat."""
    form = RecordsForm(request.GET or None)
    filters = form.cleaned_data if form.is_valid() else {}
    rows = list_attempts(user_id=request.user.pk, state=filters.get("state", ""), text=filters.get("q", ""))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Exam records"),
        "desk": "learner",
        "form": form if form.is_bound else RecordsForm(),
        "page_obj": page,
        "rows": [(view, *attempt_words(view), _record_url(view)) for view in attempt_views(list(page.object_list))],
        "is_filtered": any(filters.values()),
    }
    return render(request, "exams/records.html", context)


def _record_url(view: Any) -> str:
    name = "exams:room" if view.state in {"open", "paused"} else "exams:result"
    return reverse(name, args=[view.public_id])
