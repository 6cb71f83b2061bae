"""Pages of marking anew: choosing a question, what would happen, carrying it out, taking it back."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from edu.core.errors import DomainError, NotFound
from edu.documents.csv_files import CONTENT_TYPE as CSV_TYPE
from edu.documents.csv_files import csv_lines
from edu.documents.xlsx import CONTENT_TYPE as XLSX_TYPE
from edu.documents.xlsx import Sheet, write_workbook
from exams.models import Exam, ItemResult, Question, QuestionReport, QuestionStatistics, QuestionVersion, RegradeSet
from exams.permissions import can_manage_exams, get_managed_exam, managed_exams
from exams.policies_authoring import is_editor
from exams.practice.decided import key_in_practice
from exams.regrading.change_sets import (
    asked_versions,
    confirm_regrade,
    discard_regrade,
    get_regrade,
    list_regrades,
    plan_practice_regrade,
    plan_regrade,
    plan_undo,
    preview_again,
)
from exams.regrading.forms import RegradeForm
from exams.regrading.keys import deciding_key, key_text
from exams.regrading.listing import (
    FILTERS,
    count_filters,
    distribution_plot,
    dress,
    export_headers,
    export_rows,
    list_changes,
)
from exams.view_models import TYPE_LABELS

PAGE_SIZE = 50
HEALTH_TONES: dict[str, str] = {Question.Health.WRONG_KEY: "danger", Question.Health.REPORTED: "warning"}
"""How loudly a question's health speaks: too easy or too hard is no fault of its key."""


def _exam_or_404(request: HttpRequest, public_id: uuid.UUID) -> Exam:
    try:
        return get_managed_exam(request.user, public_id)
    except NotFound as error:
        raise Http404(error.message) from error


def _set_or_404(request: HttpRequest, public_id: uuid.UUID) -> RegradeSet:
    try:
        return get_regrade(request.user, public_id)
    except NotFound as error:
        raise Http404(error.message) from error


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the regrades of the exams that the person manages."""
    if not can_manage_exams(request.user) and not list_regrades(request.user).exists():
        raise Http404
    page_obj = Paginator(list_regrades(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"desk": "instructor", "title": _("Regrades"), "page_obj": page_obj}
    return render(request, "exams/regrading/index.html", context)


@login_required
@require_GET
def choose(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let the person choose which question of an exam is marked anew, those that need a look first."""
    exam = _exam_or_404(request, public_id)
    versions = list(asked_versions(exam=exam))
    health = dict(
        QuestionStatistics.objects.filter(version__in=versions).exclude(health="").values_list("version_id", "health")
    )
    reported = set(
        QuestionReport.objects.filter(
            question__in={row.question_id for row in versions}, state=QuestionReport.State.OPEN
        ).values_list("question_id", flat=True)
    )
    labels = dict(Question.Health.choices)
    rows = [
        {
            "version": row,
            "type_label": TYPE_LABELS.get(row.type, row.type),
            "health": labels.get(health.get(row.pk, ""), "") if health.get(row.pk) else "",
            "tone": HEALTH_TONES.get(health.get(row.pk, ""), ""),
            "is_reported": row.question_id in reported,
            "decision": RegradeSet.Policy(exam.decisions[str(row.pk)]["policy"]).label
            if str(row.pk) in exam.decisions
            else "",
        }
        for row in versions
    ]
    rows.sort(key=lambda row: (health.get(row["version"].pk) != "wrong_key", not row["is_reported"]))
    context = {"desk": "instructor", "title": _("Mark a question anew"), "exam": exam, "rows": rows}
    return render(request, "exams/regrading/choose.html", context)


@login_required
@require_GET
def of_question(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """List the exams of the person that asked a question, by version, to mark it anew in one of them."""
    question = Question.objects.filter(public_id=public_id).first()
    exams = managed_exams(request.user)
    pairs = (
        list(
            ItemResult.objects.filter(question_id=question.pk, exam_id__in=exams.values("pk"))
            .order_by("-version_id", "-exam_id")
            .values_list("version_id", "exam_id")
            .distinct()
        )
        if question
        else []
    )
    if question is None or not pairs:
        raise Http404
    titles = exams.only("id", "public_id", "title").in_bulk({exam_id for _version_id, exam_id in pairs})
    versions = QuestionVersion.objects.only("id", "number").in_bulk({version_id for version_id, _exam_id in pairs})
    rows = [(versions[version_id], titles[exam_id]) for version_id, exam_id in pairs]
    context = {"desk": "instructor", "title": _("Mark a question anew"), "question": question, "rows": rows}
    return render(request, "exams/regrading/of_question.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, public_id: uuid.UUID, question_id: uuid.UUID, number: int) -> HttpResponse:
    """Plan what is done about a version of a question in an exam; its preview is computed by a job."""
    exam = _exam_or_404(request, public_id)
    version = asked_versions(exam=exam).filter(question__public_id=question_id, number=number).first()
    if version is None:
        raise Http404
    newer = _newer(version)
    key = deciding_key(exam, version)
    form = RegradeForm(request.POST or None, version=version, key=key, newer=newer)
    if request.method == "POST" and form.is_valid():
        try:
            row = plan_regrade(actor=request.user, exam=exam, version_id=version.pk, **form.arguments())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            return redirect("regrading:detail", public_id=row.public_id)
    context = {"title": _("Mark a question anew"), "exam": exam, **_asked(version, key), "form": form}
    return render(request, "exams/regrading/new.html", context, status=422 if form.errors else 200)


def _newer(version: QuestionVersion) -> list[tuple[QuestionVersion, str]]:
    """Return the newest later versions with their right answers as plain text."""
    later = QuestionVersion.objects.shown().filter(question_id=version.question_id, number__gt=version.number)
    return [(row, key_text(version, row.key)) for row in later.order_by("-number")[:5]]


def _asked(version: QuestionVersion, key: Any) -> dict[str, Any]:
    """Return what the form says of the question; `key` is the one that marks it now."""
    return {
        "desk": "instructor",
        "version": version,
        "question": version.question,
        "type_label": TYPE_LABELS.get(version.type, version.type),
        "old_key": key_text(version, version.key),
        "decided_key": key_text(version, key) if key != version.key else "",
    }


@login_required
@require_http_methods(["GET", "POST"])
def new_of_practice(request: HttpRequest, question_id: uuid.UUID, number: int) -> HttpResponse:
    """Plan what is done about answers of practice to a version of a question of the person's own banks."""
    version = (
        QuestionVersion.objects.shown()
        .filter(question__public_id=question_id, number=number)
        .select_related("question__bank")
        .first()
    )
    if version is None or not is_editor(request.user, version.question.bank):
        raise Http404
    key = key_in_practice(version)
    form = RegradeForm(request.POST or None, version=version, key=key, newer=_newer(version))
    form.ask_for_practice()
    if request.method == "POST" and form.is_valid():
        try:
            row = plan_practice_regrade(actor=request.user, version=version, **form.arguments())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            return redirect("regrading:detail", public_id=row.public_id)
    context = {"title": _("Judge practice anew"), "exam": None, **_asked(version, key), "form": form}
    return render(request, "exams/regrading/new.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what a regrade would do or did; confirm it, discard it, take it back."""
    row = _set_or_404(request, public_id)
    if request.method == "POST":
        return _act(request, row)
    wanted = request.GET.get("show", "") if request.GET.get("show", "") in FILTERS else ""
    counts = count_filters(row)
    page_obj = Paginator(list_changes(row, wanted=wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    labels = {
        "": _("All"),
        "gain": _("Gain"),
        "loss": _("Lose"),
        "up": _("Now pass"),
        "down": _("No longer pass"),
        "conflict": _("Left as they are"),
        "stale": _("Changed since the preview"),
    }
    undone_by = RegradeSet.objects.filter(undoes=row).exclude(state=RegradeSet.State.DISCARDED).first()
    is_working = row.state in {RegradeSet.State.PREVIEWING, RegradeSet.State.APPLYING}
    context = {
        "desk": "instructor",
        "title": row.version.question.summary or _("(no text yet)"),
        "row": row,
        "exam": row.exam,
        "summary": row.summary,
        "practice": row.summary.get("practice", {}),
        "practice_done": row.report.get("practice", {}),
        "old_key": key_text(row.version, row.version.key),
        "new_key": key_text(row.version, row.key) if row.key else "",
        "plot": distribution_plot(row.summary),
        "page_obj": page_obj,
        "rows": dress(list(page_obj.object_list)),
        "counts": counts,
        "wanted": wanted,
        "tabs": [
            {"label": label, "url": f"?show={name}" if name else "?", "current": name == wanted, "count": counts[name]}
            for name, label in labels.items()
            if counts[name] or not name or name == wanted
        ],
        "is_working": is_working,
        "job": row.job if is_working else None,
        "undone_by": undone_by,
        "others": Exam.objects.filter(pk__in=row.exam_ids).only("title", "public_id")[:20]
        if len(row.exam_ids) > 1
        else (),
    }
    return render(request, "exams/regrading/detail.html", context)


def _act(request: HttpRequest, row: RegradeSet) -> HttpResponse:
    verb = request.POST.get("do", "")
    try:
        if verb == "confirm":
            confirm_regrade(change_set=row, actor=request.user)
            messages.success(request, _("Confirmed. It holds from now on; results are being changed."))
        elif verb == "again":
            preview_again(change_set=row, actor=request.user)
        elif verb == "discard":
            discard_regrade(change_set=row, actor=request.user)
            messages.success(request, _("Discarded. Nothing was changed."))
            if row.exam is None:
                return redirect("authoring:figures", public_id=row.version.question.public_id)
            return redirect("regrading:choose", public_id=row.exam.public_id)
        elif verb == "undo":
            undo = plan_undo(change_set=row, actor=request.user)
            return redirect("regrading:detail", public_id=undo.public_id)
    except NotFound as error:
        raise Http404(error.message) from error
    except DomainError as error:
        messages.error(request, _(error.message))
    return redirect("regrading:detail", public_id=row.public_id)


@login_required
@require_GET
def export(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """Download the list of candidates as XLSX or CSV, as it is filtered."""
    row = _set_or_404(request, public_id)
    wanted = request.GET.get("show", "")
    rows = export_rows(row, wanted=wanted if wanted in FILTERS else "")
    name = f"{_('Regrade')}-{str(row.public_id)[-8:]}"
    if request.GET.get("format") == "csv":
        response: Any = StreamingHttpResponse(csv_lines(headers=export_headers(), rows=rows), content_type=CSV_TYPE)
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
        return response
    sheet = Sheet(name=_("Regrade"), headers=export_headers(), rows=rows, widths=(16, 28), notes=[_note(row)])
    response = HttpResponse(write_workbook(sheets=[sheet]), content_type=XLSX_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    return response


def _note(row: RegradeSet) -> str:
    address = reverse("regrading:detail", args=[row.public_id])
    return f"{row.place_title} · {row.get_policy_display()} · {row.reason} · {row.get_state_display()} · {address}"
