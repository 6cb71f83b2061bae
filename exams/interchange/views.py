"""Pages of imports: upload, preview with every problem, apply with progress, undo, failed rows back as a
spreadsheet."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from edu.core.errors import DomainError
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.record_problems import say_problem
from exams.interchange.imports import MAXIMUM_FILE, get_batch, plan_import, request_apply, undo_import
from exams.interchange.xlsx import write_sheet, write_template
from exams.policies_authoring import get_editable_bank
from exams.view_models import TYPE_LABELS

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE_SIZE = 50


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "An Excel table (.xlsx) like the template, or our record format (.jsonl, .yaml); at most 10 MB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.jsonl,.yaml,.yml"}),
    )


COLUMN_WORDS = {
    "type": gettext_lazy("Type"),
    "content": gettext_lazy("Question"),
    "content.stem": gettext_lazy("Question"),
    "content.options": gettext_lazy("Options"),
    "key": gettext_lazy("Answer"),
    "explanation": gettext_lazy("Explanation"),
    "topic": gettext_lazy("Topic"),
    "difficulty": gettext_lazy("Difficulty"),
    "marks": gettext_lazy("Marks"),
    "tags": gettext_lazy("Tags"),
    "source": gettext_lazy("Source"),
    "ref": gettext_lazy("Reference"),
}


def column_words(field: str) -> str:
    """Return a dotted path into a record as the column it comes from; a column's own header stays as it is."""
    parts = field.split(".")
    for length in (2, 1):
        if words := COLUMN_WORDS.get(".".join(parts[:length])):
            return str(words)
    return field


@author_page
def upload(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take a file, read all of it and show what would be imported."""
    bank = get_editable_bank(request.user, public_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > MAXIMUM_FILE:
            form.add_error("file", _("The file is larger than 10 MB. Split it."))
        else:
            try:
                batch = plan_import(bank=bank, actor=request.user, file_name=file.name, data=file.read())
            except DomainError as error:
                form.add_error("file", _(error.message))
            else:
                return redirect("authoring:import_batch", public_id=batch.public_id)
    context = {"desk": "instructor", "title": _("Import questions"), "bank": bank, "form": form}
    return render(request, "exams/interchange/upload.html", context, status=422 if form.errors else 200)


@author_page
def batch(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the plan: what is new, what is there already, and every problem by row and field."""
    row = get_batch(request.user, public_id)
    planned = row.plan.get("rows", [])
    page_obj = Paginator(planned, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{**item, "type_label": TYPE_LABELS.get(item["record"]["type"], "")} for item in page_obj.object_list]
    problems = [
        {**problem, "field": column_words(problem["field"]), "text": say_problem(problem["code"], problem["values"])}
        for problem in row.plan.get("problems", [])[:500]
    ]
    return render(
        request,
        "exams/interchange/batch.html",
        {
            "desk": "instructor",
            "title": row.file_name,
            "batch": row,
            "rows": rows,
            "problems": problems,
            "page_obj": page_obj,
            "new_count": row.report.get("questions", 0),
            "duplicate_count": row.report.get("duplicates", 0),
            "failed_count": row.report.get("failed", 0),
        },
    )


@author_post
def apply(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Ask for the import; a job does it and its page shows how far it is."""
    row = get_batch(request.user, public_id)
    try:
        request_apply(batch=row, actor=request.user)
    except DomainError as error:
        say(request, error)
    else:
        messages.info(request, _("The import has begun. You get a message when it is finished."))
    return redirect("authoring:import_batch", public_id=row.public_id)


@author_post
def undo(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take back the whole import."""
    row = get_batch(request.user, public_id)
    try:
        count = undo_import(batch=row, actor=request.user)
    except DomainError as error:
        say(request, error)
    else:
        text = ngettext("%(n)s question was taken back.", "%(n)s questions were taken back.", count)
        messages.success(request, text % {"n": count})
    return redirect("authoring:import_batch", public_id=row.public_id)


@author_page
def failed_rows(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Return the rows that failed as a spreadsheet, with what is wrong in the last column."""
    row = get_batch(request.user, public_id)
    failed = row.plan.get("failed", [])
    if not failed:
        raise Http404
    header = [*row.plan.get("header", []), _("What to correct")]
    width = len(header) - 1
    lines = [[*(item["cells"] + [""] * width)[:width], _all_problems(item)] for item in failed]
    response = HttpResponse(write_sheet(header=header, rows=lines, name=_("Failed rows")[:31]), content_type=SHEET)
    response["Content-Disposition"] = 'attachment; filename="failed-rows.xlsx"'
    return response


def _all_problems(item: Mapping[str, Any]) -> str:
    return "; ".join(say_problem(found["code"], found["values"]) for found in item["problems"])


@author_page
def template(request: HttpRequest, language: str) -> HttpResponse:
    """Return the template in Chinese or English."""
    if language not in {"zh", "en"}:
        raise Http404
    response = HttpResponse(write_template(is_chinese=language == "zh"), content_type=SHEET)
    response["Content-Disposition"] = f'attachment; filename="questions-{language}.xlsx"'
    return response
