"""Marks by spreadsheet: download, upload, preview, apply, undo."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from edu.documents.delimited import CONTENT_TYPE as CSV_TYPE
from edu.documents.xlsx import CONTENT_TYPE as XLSX_TYPE
from exams.marking.sheets import (
    discard_sheet,
    find_sheet,
    good_rows,
    problem_text,
    read_sheet,
    request_apply,
    sheet_file,
    undo_sheet,
)
from exams.marking.views.entries import attach, exam_page
from exams.models import Exam, MarkSheet, Question

PAGE_SIZE = 100
MAXIMUM_BYTES = 20 * 1024 * 1024


@exam_page("GET", "POST")
def sheets(request: HttpRequest, exam: Exam) -> HttpResponse:
    """Offer the sheet to fill, take a filled one, and list those taken before."""
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            error = _("Choose the filled sheet first.")
        elif (file.size or 0) > MAXIMUM_BYTES:
            error = _("The file is larger than 20 MB. Split it into several files.")
        else:
            try:
                sheet = read_sheet(
                    exam=exam, actor=request.user, file_name=file.name or "", data=file.read(), now=now_utc()
                )
                return redirect("marking:sheet", sheet_id=sheet.public_id)
            except DomainError as refused:
                error = _(refused.message)
    context = {
        "title": _("Marks by spreadsheet"),
        "desk": "instructor",
        "exam": exam,
        "error": error,
        "page_obj": Paginator(
            MarkSheet.objects.filter(exam=exam).select_related("owner").defer("rows").order_by("-id"), 20
        ).get_page(request.GET.get("page")),
    }
    return render(request, "exams/marking/sheets.html", context, status=422 if error else 200)


@never_cache
@exam_page("GET")
def download(request: HttpRequest, exam: Exam) -> HttpResponse:
    """Download the sheet to fill, of one question (`question`) or all, as .xlsx or CSV."""
    question_id = None
    if text := request.GET.get("question", ""):
        try:
            question_id = Question.objects.values_list("pk", flat=True).filter(public_id=uuid.UUID(text)).first()
        except ValueError as error:
            raise Http404 from error
        if question_id is None:
            raise Http404
    as_csv = request.GET.get("format") == "csv"
    try:
        content = sheet_file(exam=exam, question_id=question_id, as_csv=as_csv)
    except DomainError as error:
        messages.error(request, _(error.message))
        return redirect("marking:sheets", public_id=exam.public_id)
    response = HttpResponse(content, content_type=CSV_TYPE if as_csv else XLSX_TYPE)
    return attach(response, name=f"{_('Marks')}-{exam.title}", ending=".csv" if as_csv else ".xlsx")


_ACTS: dict[str, Any] = {"apply": request_apply, "undo": undo_sheet}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, sheet_id: uuid.UUID) -> HttpResponse:
    """Show what a sheet would change, row by row, with what is wrong; apply, discard or undo it."""
    found = find_sheet(user=request.user, public_id=sheet_id)
    if found is None:
        raise Http404
    if request.method == "POST":
        act = request.POST.get("act", "")
        try:
            if act == "discard":
                discard_sheet(sheet=found)
                return redirect("marking:sheets", public_id=found.exam.public_id)
            if act in _ACTS:
                _ACTS[act](sheet=found, actor=request.user, now=now_utc())
                if act == "undo":
                    messages.success(request, _("The marks of the sheet were taken back."))
                elif found.job_id is None:
                    messages.success(request, _("The marks were applied."))
        except DomainError as error:
            messages.error(request, _(error.message))
        return redirect("marking:sheet", sheet_id=sheet_id)
    wanted = request.GET.get("show", "")
    rows = [row for row in found.rows if wanted != "problems" or row["problem"]]
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    problems = len(found.rows) - len(good_rows(found))
    context = {
        "title": found.file_name,
        "desk": "instructor",
        "exam": found.exam,
        "sheet": found,
        "page_obj": page,
        "rows": [(row, problem_text(row["problem"], maximum=row.get("maximum", ""))) for row in page],
        "good": len(good_rows(found)),
        "problems": problems,
        "is_busy": found.state == MarkSheet.State.READ and found.job is not None and not found.job.is_finished,
        "tabs": [
            {"label": _("All rows"), "url": "?", "current": wanted != "problems", "count": len(found.rows)},
            {
                "label": _("Rows with problems"),
                "url": "?show=problems",
                "current": wanted == "problems",
                "count": problems,
            },
        ],
    }
    return render(request, "exams/marking/sheet.html", context)
