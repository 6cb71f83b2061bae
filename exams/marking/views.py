"""Pages of those who mark: the queue, one answer after another, the gradebook, and what a learner may be given."""

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from edu.core.plots.bars import BarPlot, histogram
from edu.documents.xlsx import CONTENT_TYPE
from exams.delivery.late import decide_late_batch
from exams.delivery.room import reviewed_slot
from exams.domain.marks import pending_paths
from exams.fetch import frozen_slots, get_versions, mark_from_parts
from exams.marking.export import gradebook_workbook
from exams.marking.forms import AccommodationForm, ExtendForm
from exams.marking.gradebook import list_candidates, paper_figures
from exams.marking.items import item_rows
from exams.marking.mark import lease_next, list_waiting, mark_by_hand, release_lease
from exams.models import Accommodation, Attempt, Exam, ItemResult, LateBatch, Question
from exams.permissions import can_manage_exams, get_managed_attempt, get_managed_exam, managed_exams
from exams.presentation import ReviewPolicy, number_text
from exams.services import extend_attempt, pause_attempt, release_results, resume_attempt, set_accommodation

ANSWERS_ONLY = ReviewPolicy(for_marker=True)
GRADEBOOK_STATES = ("not_started", "running", "waiting", "passed", "failed")


def _exam_or_404(request: HttpRequest, public_id: uuid.UUID) -> Exam:
    try:
        return get_managed_exam(request.user, public_id)
    except NotFound as error:
        raise Http404(error.message) from error


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits to be marked, by exam and question, and the exams with their gradebooks."""
    if not can_manage_exams(request.user):
        raise Http404
    waiting = list_waiting(user=request.user, now=now_utc())
    summaries = dict(Question.objects.filter(pk__in=[row.question_id for row in waiting]).values_list("pk", "summary"))
    public_ids = dict(
        Question.objects.filter(pk__in=[row.question_id for row in waiting]).values_list("pk", "public_id")
    )
    context = {
        "title": _("Marking"),
        "desk": "instructor",
        "rows": [(row, summaries.get(row.question_id, ""), public_ids.get(row.question_id)) for row in waiting],
        "exams": managed_exams(request.user).exclude(status=Exam.Status.DRAFT).order_by("-closes_at")[:50],
    }
    return render(request, "exams/marking/queue.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, public_id: uuid.UUID, question_id: uuid.UUID) -> HttpResponse:
    """Show the next answer of a question, without a name, and take its mark."""
    exam = _exam_or_404(request, public_id)
    question = Question.objects.filter(public_id=question_id).first()
    if question is None:
        raise Http404
    now = now_utc()
    error = ""
    if request.method == "POST":
        if "skip" in request.POST:
            release_lease(user=request.user, row_id=int(request.POST.get("result", "0") or 0))
            return redirect("marking:queue")
        error = _take_mark(request, exam, question)
        if not error:
            messages.success(request, _("Marked."))
            return redirect("marking:mark", public_id=public_id, question_id=question_id)
    row = lease_next(user=request.user, exam_id=exam.pk, question_id=question.pk, now=now)
    if row is None:
        if not error:
            messages.info(request, _("Nothing waits here any more, or a colleague has it open."))
        else:
            messages.error(request, error)
        return redirect("marking:queue")
    context = _script(exam, row) | {
        "title": _("Marking: %(exam)s") % {"exam": exam.title},
        "desk": "instructor",
        "exam": exam,
        "row": row,
        "error": error,
        "posted": request.POST,
        "left": ItemResult.objects.filter(exam_id=exam.pk, question_id=question.pk, state="pending").count(),
    }
    return render(request, "exams/marking/mark.html", context, status=422 if error else 200)


def _script(exam: Exam, row: ItemResult) -> dict[str, Any]:
    """Return the question with the learner's answer, and the lines of the rubric to be filled."""
    attempt = Attempt.objects.select_related("exam").get(pk=row.attempt_id)
    slot = next(slot for slot in frozen_slots(attempt.paper) if slot.slot == row.slot)
    version = get_versions([row.version_id])[row.version_id]
    view = reviewed_slot(attempt=attempt, slot=slot, version=version, result=row, policy=ANSWERS_ONLY)
    pending = pending_paths(mark_from_parts(fraction=row.fraction, state=row.state, parts=row.parts))
    return {"question": view, "lines": _rubric_lines(view, pending), "maximum": number_text(row.maximum)}


def _rubric_lines(view: Any, pending: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the pending criteria with text and points; empty where the answer is marked by points alone."""
    texts = {line.id: (line.text, line.points) for line in view.rubric}
    for part in view.questions:
        texts |= {f"{part.part}/{line.id}": (f"{part.number} {line.text}", line.points) for line in part.rubric}
    if not pending or not all(path in texts for path in pending):
        return []
    return [{"path": path, "text": texts[path][0], "points": texts[path][1]} for path in pending]


def _take_mark(request: HttpRequest, exam: Exam, question: Question) -> str:
    """Store the posted mark; return what is wrong with it, or nothing."""
    row = ItemResult.objects.filter(
        pk=int(request.POST.get("result", "0") or 0), exam_id=exam.pk, question_id=question.pk
    ).first()
    if row is None:
        raise Http404
    lines = _script(exam, row)["lines"]
    try:
        if lines:
            fractions = {
                line["path"]: float(Decimal(request.POST.get(f"points.{line['path']}", "")) / Decimal(line["points"]))
                for line in lines
            }
            points = None
        else:
            fractions, points = None, Decimal(request.POST.get("points", ""))
            if not points.is_finite():
                return _("Give the points as a number.")
    except (InvalidOperation, ZeroDivisionError, ValueError):
        return _("Give every criterion its points, as numbers.")
    try:
        mark_by_hand(
            user=request.user,
            attempt_id=row.attempt_id,
            slot=row.slot,
            now=now_utc(),
            fractions=fractions,
            points=points,
            comment=request.POST.get("comment", ""),
            reason=request.POST.get("reason", ""),
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return {
            "held_by_another": _("A colleague has this answer open. Take the next one."),
            "invalid_input": _("Each line earns between nothing and all of its points."),
        }.get(error.code, _(error.message))
    return ""


@login_required
@require_GET
def gradebook(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show everybody who may sit an exam with what came of it, the spread of marks, and how questions performed."""
    exam = _exam_or_404(request, public_id)
    rows = list_candidates(exam=exam)
    states = [(row, state_of(row.attempt)) for row in rows]
    wanted = request.GET.get("state", "")
    counts = {name: sum(state == name for _row, state in states) for name in GRADEBOOK_STATES}
    percents = [float(row.attempt.percent) for row in rows if row.attempt and row.attempt.percent is not None]
    labels = state_labels()
    items = item_rows(exam=exam)
    context = {
        "title": exam.title,
        "desk": "instructor",
        "exam": exam,
        "rows": [(row, state, *labels[state]) for row, state in states if wanted in ("", state)],
        "counts": counts,
        "tabs": [{"label": _("All"), "url": "?", "current": not wanted, "count": len(rows)}]
        + [
            {"label": labels[name][0], "url": f"?state={name}", "current": wanted == name, "count": counts[name]}
            for name in GRADEBOOK_STATES
        ],
        "plot": _distribution(percents, exam) if percents else None,
        "graded": len(percents),
        "mean": sum(percents) / len(percents) if percents else None,
        "pass_rate": 100 * counts["passed"] / len(percents) if percents else None,
        "figures": paper_figures(exam=exam),
        "items": [item for item in items if item.figures],
        "sparse_items": [item for item in items if not item.figures],
        "late": list(
            LateBatch.objects.filter(attempt__exam=exam, decision="")
            .select_related("attempt__user")
            .defer("attempt__paper", "attempt__responses")
        ),
        "can_release": exam.release == Exam.Release.MANUAL,
        "unreleased": sum(
            1 for row in rows if row.attempt and row.attempt.state == "graded" and row.attempt.released_at is None
        ),
    }
    return render(request, "exams/marking/gradebook.html", context)


def _distribution(percents: list[float], exam: Exam) -> BarPlot:
    return histogram(
        values=percents,
        low=0,
        high=100,
        bins=10,
        mark=float(exam.pass_percent),
        mark_label=_("Pass mark"),
    )


def state_of(attempt: Attempt | None) -> str:
    """Return the state of a candidate: one of GRADEBOOK_STATES."""
    if attempt is None:
        return "not_started"
    if attempt.state in {Attempt.State.OPEN, Attempt.State.PAUSED}:
        return "running"
    if attempt.state != Attempt.State.GRADED:
        return "waiting"
    return "passed" if attempt.passed else "failed"


def state_labels() -> dict[str, tuple[str, str]]:
    """Return label and tone of each state of a candidate."""
    return {
        "not_started": (_("Not started"), ""),
        "running": (_("In progress"), "warning"),
        "waiting": (_("To be marked"), "info"),
        "passed": (_("Passed"), "success"),
        "failed": (_("Not passed"), "danger"),
    }


@login_required
@require_GET
def export(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Download the gradebook as a spreadsheet in the reader's language."""
    exam = _exam_or_404(request, public_id)
    response = HttpResponse(gradebook_workbook(exam=exam), content_type=CONTENT_TYPE)
    name = slugify(exam.title, allow_unicode=True) or "exam"
    response.headers["Content-Disposition"] = _attachment(f"{_('Gradebook')}-{name}.xlsx")
    return response


def _attachment(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


@login_required
@require_POST
def release(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Release the results of an exam by hand."""
    exam = _exam_or_404(request, public_id)
    released = release_results(exam=exam, actor=request.user, now=now_utc())
    messages.success(request, _("Results released: %(n)d.") % {"n": released})
    return redirect("marking:gradebook", public_id=public_id)


@login_required
@require_http_methods(["GET", "POST"])
def learner(request: HttpRequest, public_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    """Show one candidate: extend or pause a running attempt, and what she gets beyond the rules."""
    exam = _exam_or_404(request, public_id)
    row = next((row for row in list_candidates(exam=exam) if row.public_id == str(user_id)), None)
    if row is None:
        raise Http404
    present = Accommodation.objects.filter(exam=exam, user_id=row.user_id).first()
    form = AccommodationForm(request.POST or None, initial=AccommodationForm.initial_of(present))
    if request.method == "POST" and form.is_valid():
        try:
            set_accommodation(exam=exam, user_id=row.user_id, actor=request.user, **form.values())
            messages.success(request, _("Saved."))
            return redirect("marking:gradebook", public_id=public_id)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
    running = row.attempt if row.attempt and state_of(row.attempt) == "running" else None
    context = {
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


@login_required
@require_POST
def decide_late(request: HttpRequest, public_id: uuid.UUID, batch_id: int) -> HttpResponse:
    """Accept or refuse what came after the deadline."""
    exam = _exam_or_404(request, public_id)
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
    return redirect("marking:gradebook", public_id=public_id)
