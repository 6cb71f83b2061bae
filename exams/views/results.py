"""What came of attempts: the result, the review, the records."""

import uuid
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.cards import attempt_words, exam_card
from exams.delivery.reviewing import NOTHING, learner_policies, learner_policy
from exams.delivery.room import reviewed_paper
from exams.domain.timing import ExamStatus
from exams.drawings import SLOT
from exams.marking.appeals import appeal_window
from exams.models import Appeal, Attempt, ItemResult, QuestionVersion
from exams.presentation import certainty_rows
from exams.queries import attempt_views, get_exam, list_attempts
from exams.reporting import take_report
from exams.rewards import list_credentials
from exams.views.appeals import can_review
from exams.views.own import ended_attempt_page, own_attempt_or_404
from exams.views.wording import not_found

PAGE_SIZE = 20


@ended_attempt_page
def result(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Show what came of an attempt, as far as it may be known."""
    now = now_utc()
    try:
        exam = get_exam(user_id=request.user.pk, public_id=attempt.exam.public_id, now=now)
    except NotFound as error:
        raise not_found(error) from error
    view = attempt_views([attempt])[0]
    used = (attempt.submitted_at - attempt.started_at).total_seconds() if attempt.submitted_at else None
    policy = learner_policy(exam=attempt.exam, now=now)
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
        "review_waits": policy is NOTHING,
        "can_retry": exam.status == ExamStatus.FAILED_RETRY and exam.has_access,
    }
    return render(request, "exams/result.html", context)


@ended_attempt_page
def review(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Show the questions again, with as much of marks, answers, keys and explanations as the exam allows."""
    now = now_utc()
    policy = learner_policy(exam=attempt.exam, now=now)
    if attempt.state != Attempt.State.GRADED or attempt.released_at is None or not any(asdict(policy).values()):
        is_kept = policy is NOTHING and attempt.released_at is not None
        words = _("The questions can be reviewed when the exam has closed for everybody.") if is_kept else ""
        messages.info(request, words or _("This attempt cannot be reviewed (yet)."))
        return redirect("exams:result", public_id=attempt.public_id)
    paper = reviewed_paper(attempt, policy=policy)
    appeals = {appeal.slot: appeal for appeal in Appeal.objects.filter(attempt=attempt).order_by("id")}
    window = appeal_window(attempt=attempt, now=now)
    wanted = request.GET.get("show", "")
    shown = [q for q in paper.questions if wanted != "wrong" or q.verdict != "right"]
    report_form = {"address": reverse("exams:report", args=[attempt.public_id]), "name": "slot", "number": SLOT}
    appeal_form = {"address": reverse("exams:appeal", args=[attempt.public_id]), "slot": SLOT, "window": window}
    context = {
        "appeal_form": render_to_string("exams/_appeal_form.html", appeal_form, request=request)
        if window.is_open
        else "",
        "report_form": render_to_string("exams/_report.html", report_form, request=request),
        "title": _("Review: %(exam)s") % {"exam": attempt.exam.title},
        "desk": "learner",
        "attempt": attempt_views([attempt])[0],
        "paper": paper,
        "policy": policy,
        "certainty_rows": certainty_rows((one.certainty, one.fraction) for one in paper.questions),
        "only_wrong": wanted == "wrong",
        "appeals": appeals,
        "window": window,
        "shown": {question.slot for question in shown},
        "tabs": [
            {"label": _("All questions"), "url": "?", "current": wanted != "wrong", "count": len(paper.questions)},
            {"label": _("Not fully right"), "url": "?show=wrong", "current": wanted == "wrong", "count": ""},
        ],
    }
    return render(request, "exams/review.html", context)


@login_required
@require_POST
def report(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the learner's word that something is wrong with a question of an attempt that she may review."""
    attempt = own_attempt_or_404(request, public_id)
    policy = learner_policy(exam=attempt.exam, now=now_utc())
    slot = request.POST.get("slot", "")
    is_open = attempt.state == Attempt.State.GRADED and attempt.released_at is not None and any(asdict(policy).values())
    if not is_open or not slot.isascii() or not slot.isdecimal() or len(slot) > 6:
        raise Http404
    result = ItemResult.objects.filter(attempt_id=attempt.pk, slot=int(slot)).first()
    version = QuestionVersion.objects.filter(pk=result.version_id).first() if result else None
    if version is None:
        raise Http404
    back = f"{reverse('exams:review', args=[public_id])}#question-{int(slot)}"
    take_report(request, version=version, url=back)
    return redirect(back)


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
    found = list(page.object_list)
    appeals = _appeal_words(found)
    held = list_credentials(user_id=request.user.pk)
    policies = learner_policies((row.exam for row in found), now=now_utc())
    context = {
        "title": _("Exam records"),
        "desk": "learner",
        "form": form if form.is_bound else RecordsForm(),
        "page_obj": page,
        "rows": [
            {
                "attempt": view,
                "label": words[0],
                "tone": words[1],
                "url": _record_url(view),
                "appeals": appeals.get(row.pk, ()),
                "credentials": held.get(row.exam.product_key, ()) if row.passed and view.is_released else (),
                "has_script": can_review(row, policies[row.exam_id]),
            }
            for row, view in zip(found, attempt_views(found), strict=True)
            for words in [attempt_words(view)]
        ],
        "is_filtered": any(filters.values()),
    }
    return render(request, "exams/records.html", context)


def _appeal_words(rows: list[Attempt]) -> dict[int, list[tuple[str, str]]]:
    """Return (words, tone) of the appeals by attempt, counted by state: one statement."""
    tones = {Appeal.State.OPEN: "info", Appeal.State.UPHELD: "success", Appeal.State.DISMISSED: ""}
    words = {
        Appeal.State.OPEN: _("%(n)d appeal open"),
        Appeal.State.UPHELD: _("%(n)d appeal upheld"),
        Appeal.State.DISMISSED: _("%(n)d appeal dismissed"),
    }
    counts = (
        Appeal.objects.filter(attempt_id__in=[row.pk for row in rows])
        .order_by("attempt_id", "state")
        .values_list("attempt_id", "state")
        .annotate(n=Count("id"))
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for attempt_id, state, number in counts:
        found.setdefault(attempt_id, []).append((words[state] % {"n": number}, tones[state]))
    return found


def _record_url(view: Any) -> str:
    name = "exams:room" if view.state in {"open", "paused"} else "exams:result"
    return reverse(name, args=[view.public_id])
