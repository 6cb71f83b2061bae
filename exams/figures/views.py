"""Pages of an exam's statistics: the exam, one of its questions, and both as files. They read snapshots only."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from edu.core.errors import NotFound
from edu.documents.csv_files import CONTENT_TYPE as CSV_TYPE
from edu.documents.csv_files import csv_lines
from edu.documents.xlsx import CONTENT_TYPE as XLSX_TYPE
from edu.documents.xlsx import write_workbook
from edu.organizations.queries import organization_name
from exams.domain.exam_statistics import GROUP_MINIMUM
from exams.domain.statistics import MINIMUM_N
from exams.figures.listing import (
    bins_plot,
    dressed_item,
    fifths_plot,
    item_cells,
    item_headers,
    option_rows,
    percent,
    sitting_rows,
    workbook_sheets,
)
from exams.figures.population import Reader, get_reader
from exams.figures.readable import count_attempts, list_readable
from exams.figures.snapshots import find_snapshot, has_news, is_running, request_snapshot
from exams.models import ExamFigures
from exams.permissions import can_manage_exams

PAGE_SIZE = 30


def _reader_or_404(request: HttpRequest, public_id: uuid.UUID) -> Reader:
    try:
        return get_reader(request.user, public_id, of=request.GET.get("of", request.POST.get("of", "")))
    except NotFound as error:
        raise Http404(error.message) from error


def _query(*, counts_all: bool, of: str) -> str:
    """Return the query of an address of the page: which attempts count, and whose."""
    wanted = {name: value for name, value in (("count", "all" if counts_all else ""), ("of", of)) if value}
    return f"?{urlencode(wanted)}" if wanted else ""


def _counts_all(request: HttpRequest) -> bool:
    return request.GET.get("count", request.POST.get("count", "")) == "all"


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the exams whose statistics the person may read; 404 for those to whom marking means nothing."""
    if not can_manage_exams(request.user):
        raise Http404
    readable = list_readable(user=request.user)
    text = request.GET.get("q", "").strip()[:100]
    rows = readable.rows.filter(title__icontains=text) if text else readable.rows
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    counts = count_attempts(exam_ids=[row.pk for row in shown], people=readable.people, owner_id=request.user.pk or 0)
    context = {
        "desk": "trainer" if readable.is_trainer else "instructor",
        "title": _("Exam statistics"),
        "is_trainer": readable.is_trainer,
        "q": text,
        "page_obj": page,
        "rows": [(row, counts.get(row.pk, 0)) for row in shown],
    }
    return render(request, "exams/figures/index.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def exam(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the statistics of an exam as they were computed last; a post has them computed anew."""
    reader = _reader_or_404(request, public_id)
    counts_all = _counts_all(request)
    here = reverse("figures:exam", args=[public_id])
    if request.method == "POST":
        request_snapshot(reader=reader, counts_all=counts_all, actor=request.user)
        return redirect(here + _query(counts_all=counts_all, of=reader.of))
    snapshot = find_snapshot(reader=reader, counts_all=counts_all)
    figures = snapshot.figures if snapshot else {}
    whole = figures.get("exam")
    items = [dressed_item(item, exam=reader.exam) for item in figures.get("items", ())] if reader.may_manage else []
    running = is_running(snapshot)
    context = {
        "desk": "instructor" if reader.may_manage else "trainer",
        "title": _("Statistics"),
        "exam": reader.exam,
        "reader": reader,
        "people": organization_name(organization_id=reader.organization_id) if reader.organization_id else "",
        "snapshot": snapshot,
        "figures": figures,
        "whole": whole,
        "pass_percent": percent(whole["pass_rate"]) if whole else None,
        "pass_low": percent(whole["pass_interval"]["low"]) if whole and whole["pass_interval"] else None,
        "pass_high": percent(whole["pass_interval"]["high"]) if whole and whole["pass_interval"] else None,
        "plot": bins_plot(whole["histogram"], high=100) if whole else None,
        "time_plot": bins_plot(whole["time_histogram"], high=reader.exam.duration_seconds / 60) if whole else None,
        "departments": [_grouped(row) for row in figures.get("departments", ())],
        "topics": [{**row, "percent": percent(row["share"])} for row in figures.get("topics", ())],
        "sittings": sitting_rows(figures),
        "alerts": [item for item in items if item["alert_words"]],
        "items": items,
        "needed": MINIMUM_N,
        "group_needed": GROUP_MINIMUM,
        "counts_all": counts_all,
        "has_news": bool(snapshot and snapshot.computed_at and has_news(snapshot)),
        "is_running": running,
        "job": snapshot.job if snapshot and running and snapshot.job.owner_id == request.user.pk else None,
        "tabs": [
            {
                "label": _("First attempts"),
                "url": here + _query(counts_all=False, of=reader.of),
                "current": not counts_all,
            },
            {"label": _("All attempts"), "url": here + _query(counts_all=True, of=reader.of), "current": counts_all},
        ],
        "query": _query(counts_all=counts_all, of=reader.of),
        "people_tabs": _people_tabs(reader, here, counts_all=counts_all) if len(reader.organizations) > 1 else (),
    }
    return render(request, "exams/figures/exam.html", context)


def _people_tabs(reader: Reader, here: str, *, counts_all: bool) -> list[dict[str, Any]]:
    return [
        {
            "label": row.organization_name,
            "url": here + _query(counts_all=counts_all, of=str(row.organization_public_id)),
            "current": row.organization_id == reader.organization_id,
        }
        for row in reader.organizations
    ]


def _grouped(row: dict[str, Any]) -> dict[str, Any]:
    interval = row.get("pass_interval")
    return {
        **row,
        "pass_percent": percent(row.get("pass_rate")),
        "pass_low": percent(interval["low"]) if interval else None,
        "pass_high": percent(interval["high"]) if interval else None,
    }


@login_required
@require_GET
def question(request: HttpRequest, public_id: uuid.UUID, question_id: uuid.UUID, number: int) -> HttpResponse:
    """Show who chose what in one question of an exam, how it compares with earlier sittings, and what to do."""
    reader, snapshot = _managed_snapshot(request, public_id)
    wanted = (str(question_id), number)
    item = next((one for one in snapshot.figures["items"] if (one["question"], one["number"]) == wanted), None)
    if item is None:
        raise Http404
    dressed = dressed_item(item, exam=reader.exam)
    context = {
        "desk": "instructor",
        "title": item["summary"] or _("(no text yet)"),
        "exam": reader.exam,
        "item": dressed,
        "options": option_rows(item),
        "plot": fifths_plot(item),
        "nothing": [percent(share) for share in item.get("nothing", ())],
        "earlier": [{**row, "percent": percent(row["facility"])} for row in item.get("earlier", ())],
        "snapshot": snapshot,
        "needed": MINIMUM_N,
    }
    return render(request, "exams/figures/question.html", context)


def _managed_snapshot(request: HttpRequest, public_id: uuid.UUID) -> tuple[Reader, ExamFigures]:
    """Return the reader and the snapshot where both are there and the questions are hers; 404 otherwise."""
    reader = _reader_or_404(request, public_id)
    snapshot = find_snapshot(reader=reader, counts_all=_counts_all(request))
    if not reader.may_manage or snapshot is None or snapshot.computed_at is None:
        raise Http404
    return reader, snapshot


@login_required
@require_GET
def export(request: HttpRequest, public_id: uuid.UUID) -> Any:
    """Download the statistics: everything as XLSX, or the questions as CSV."""
    reader = _reader_or_404(request, public_id)
    snapshot = find_snapshot(reader=reader, counts_all=_counts_all(request))
    if snapshot is None or snapshot.computed_at is None:
        raise Http404
    name = f"{_('Statistics')}-{slugify(reader.exam.title, allow_unicode=True) or 'exam'}"
    if request.GET.get("format") == "csv":
        if not reader.may_manage:
            raise Http404
        response: Any = StreamingHttpResponse(
            csv_lines(headers=item_headers(), rows=item_cells(snapshot.figures)), content_type=CSV_TYPE
        )
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
        return response
    sheets = workbook_sheets(exam=reader.exam, snapshot=snapshot, with_items=reader.may_manage)
    response = HttpResponse(write_workbook(sheets=sheets), content_type=XLSX_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    return response
