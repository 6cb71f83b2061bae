"""Files of results: choose what is in one, get it at once or when a job has written it."""

import uuid

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from edu.documents.delimited import CONTENT_TYPE as CSV_TYPE
from edu.documents.xlsx import CONTENT_TYPE as XLSX_TYPE
from exams.marking.export import (
    ExportOptions,
    get_result_export,
    is_long,
    note_export,
    read_export,
    request_results,
    write_results,
)
from exams.marking.views.entries import attach, exam_page
from exams.models import Exam, ResultExport

TYPES = {"xlsx": XLSX_TYPE, "csv": CSV_TYPE}


class ResultExportForm(forms.Form):
    """What a file of results holds."""

    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[("xlsx", gettext_lazy("Excel (.xlsx)")), ("csv", gettext_lazy("CSV (opens in Excel)"))],
        required=False,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the headers"), choices=[("zh-hans", "中文"), ("en", "English")], required=False
    )
    questions = forms.BooleanField(label=gettext_lazy("A column of marks for each question"), required=False)
    timeline = forms.BooleanField(
        label=gettext_lazy("A sheet with the timeline of every attempt (.xlsx)"), required=False
    )


def _language() -> str:
    return "zh-hans" if (get_language() or "").startswith("zh") else "en"


@never_cache
@exam_page("GET")
def export(request: HttpRequest, exam: Exam) -> HttpResponse:
    """Download the results: without options the gradebook as .xlsx in the reader's language; long ones by a job."""
    form = ResultExportForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    options = ExportOptions(
        format=given.get("format") or "xlsx",
        language=given.get("language") or _language(),
        questions=bool(given.get("questions")),
        timeline=bool(given.get("timeline")) and given.get("format") != "csv",
    )
    if is_long(exam=exam, options=options):
        return render(
            request,
            "exams/marking/exports.html",
            _context(request, exam) | {"form": form, "is_long": True},
        )
    note_export(exam=exam, actor=request.user, options=options)
    response = HttpResponse(write_results(exam=exam, options=options), content_type=TYPES[options.format])
    return attach(response, name=f"{_('Gradebook')}-{exam.title}", ending=f".{options.format}")


def _context(request: HttpRequest, exam: Exam) -> dict[str, object]:
    return {
        "title": _("Export results"),
        "desk": "instructor",
        "exam": exam,
        "form": ResultExportForm(initial={"language": _language(), "format": "xlsx"}),
        "exports": ResultExport.objects.filter(exam=exam, owner=request.user)[:10],
    }


@exam_page("GET", "POST")
def exports(request: HttpRequest, exam: Exam) -> HttpResponse:
    """Choose what a file of results holds; small ones come at once, long ones from a job."""
    if request.method == "POST":
        form = ResultExportForm(request.POST)
        if form.is_valid():
            options = ExportOptions(
                format=form.cleaned_data["format"] or "xlsx",
                language=form.cleaned_data["language"] or _language(),
                questions=form.cleaned_data["questions"],
                timeline=form.cleaned_data["timeline"] and form.cleaned_data["format"] != "csv",
            )
            if not is_long(exam=exam, options=options):
                note_export(exam=exam, actor=request.user, options=options)
                response = HttpResponse(write_results(exam=exam, options=options), content_type=TYPES[options.format])
                return attach(response, name=f"{_('Gradebook')}-{exam.title}", ending=f".{options.format}")
            row = request_results(exam=exam, actor=request.user, options=options)
            return redirect("marking:result_export", public_id=exam.public_id, export_id=row.public_id)
        return render(request, "exams/marking/exports.html", _context(request, exam) | {"form": form}, status=422)
    return render(request, "exams/marking/exports.html", _context(request, exam))


@never_cache
@exam_page("GET")
def result_export(request: HttpRequest, exam: Exam, export_id: uuid.UUID) -> HttpResponse:
    """Show how far a file is; with `download` return it."""
    row = get_result_export(user=request.user, exam=exam, public_id=export_id)
    if "download" in request.GET:
        ending = row.options.get("format", "xlsx")
        response = HttpResponse(read_export(row), content_type=TYPES[ending])
        return attach(response, name=f"{_('Gradebook')}-{exam.title}", ending=f".{ending}")
    context = {"title": _("Export results"), "desk": "instructor", "exam": exam, "export": row, "job": row.job}
    return render(request, "exams/marking/export.html", context)
