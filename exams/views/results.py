"""What came of attempts: the result, the review, the records."""

import uuid
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.cards import attempt_words, exam_card
from exams.delivery.room import get_own_attempt, reviewed_paper
from exams.domain.timing import ExamStatus
from exams.drawings import SLOT
from exams.models import Attempt, ItemResult, QuestionVersion
from exams.presentation import ReviewPolicy, certainty_rows
from exams.queries import attempt_views, get_exam, list_attempts
from exams.reporting import take_report
from exams.views.wording import RUNNING, not_found

PAGE_SIZE = 20


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
        raise not_found(error) from error
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
        raise not_found(error) from error
    if attempt.state in RUNNING:
        return redirect("exams:room", public_id=public_id)
    policy = ReviewPolicy.from_fields(attempt.exam.review_policy)
    if attempt.state != Attempt.State.GRADED or attempt.released_at is None or not any(asdict(policy).values()):
        messages.info(request, _("This attempt cannot be reviewed (yet)."))
        return redirect("exams:result", public_id=public_id)
    paper = reviewed_paper(attempt, policy=policy)
    wanted = request.GET.get("show", "")
    shown = [q for q in paper.questions if wanted != "wrong" or q.verdict != "right"]
    report_form = {"address": reverse("exams:report", args=[public_id]), "name": "slot", "number": SLOT}
    context = {
        "report_form": render_to_string("exams/_report.html", report_form, request=request),
        "title": _("Review: %(exam)s") % {"exam": attempt.exam.title},
        "desk": "learner",
        "attempt": attempt_views([attempt])[0],
        "paper": paper,
        "policy": policy,
        "certainty_rows": certainty_rows((one.certainty, one.fraction) for one in paper.questions),
        "only_wrong": wanted == "wrong",
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
    try:
        attempt = get_own_attempt(user_id=request.user.pk, public_id=public_id, now=now_utc())
    except NotFound as error:
        raise not_found(error) from error
    policy = ReviewPolicy.from_fields(attempt.exam.review_policy)
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
