"""Pages of imports: upload, progress, preview with every row, what holds for all, apply, undo, templates."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.cache import never_cache

from edu.core.errors import DomainError
from exams.authoring.entries import author_page, author_post, say
from exams.authoring.record_problems import say_remark
from exams.interchange import imports
from exams.interchange.folding import told_folds
from exams.interchange.formats.question_vocabulary import COLUMNS
from exams.interchange.formats.registry import list_formats
from exams.interchange.formats.xlsx_writing import write_sheet
from exams.interchange.forms import OptionsForm, ReadingForm, RowSearchForm, UploadForm
from exams.interchange.remarks import tell
from exams.interchange.row_views import cards_of
from exams.models import ImportBatch, ImportRow
from exams.policies_authoring import get_editable_bank

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE_SIZE = 10
MAXIMUM_FAILED = 20_000
BUSY = (ImportBatch.State.READING, ImportBatch.State.APPLYING, ImportBatch.State.UNDOING)
TABS = (
    ("all", gettext_lazy("All")),
    ("new", pgettext_lazy("rows", "New")),
    ("update", gettext_lazy("Updates")),
    ("duplicate", gettext_lazy("There already")),
    ("similar", gettext_lazy("Similar")),
    ("doubtful", gettext_lazy("Doubtful")),
    ("failed", gettext_lazy("Cannot be imported")),
    ("losses", gettext_lazy("Losses")),
    ("excluded", gettext_lazy("Left out")),
)


def _examples() -> list[dict[str, str]]:
    return [
        {"name": entry.name, "label": _(entry.label), "language": language, "language_label": label}
        for entry in list_formats().values()
        if entry.example is not None
        for language, label in (("zh-hans", "中文"), ("en", "English"))
    ]


@author_page
def upload(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Take a file; a job reads all of it, and its page shows what would be imported."""
    bank = get_editable_bank(request.user, public_id)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        chosen = {"format": form.cleaned_data["format"], "encoding": form.cleaned_data["encoding"]}
        try:
            if upload_id := form.cleaned_data["upload"]:
                batch = imports.import_upload(bank=bank, actor=request.user, upload_public_id=upload_id, **chosen)
            else:
                file = form.cleaned_data["file"]
                batch = imports.create_import(
                    bank=bank, actor=request.user, file_name=file.name, content=file, **chosen
                )
            imports.request_work(batch=batch, actor=request.user)
        except DomainError as error:
            form.add_error("file", _(error.message))
        else:
            return redirect("authoring:import_batch", public_id=batch.public_id)
    context = {
        "desk": "instructor",
        "title": _("Import questions"),
        "bank": bank,
        "form": form,
        "formats": [_(entry.label) for entry in list_formats().values()],
        "examples": _examples(),
        "begin_url": reverse("media:begin"),
    }
    return render(request, "exams/interchange/upload.html", context, status=422 if form.errors else 200)


@author_page
def index(request: HttpRequest, public_id: Any) -> HttpResponse:
    """List the imports of a bank, newest first; each can be undone here."""
    bank = get_editable_bank(request.user, public_id)
    rows = ImportBatch.objects.filter(bank=bank).select_related("owner").defer("replaced")
    page_obj = Paginator(rows, 20).get_page(request.GET.get("page"))
    context = {"desk": "instructor", "title": _("Imports"), "bank": bank, "page_obj": page_obj}
    return render(request, "exams/interchange/imports.html", context)


def _rows_of_tab(batch: ImportBatch, tab: str, words: str) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.filter(batch=batch)
    if tab == "losses":
        rows = rows.filter(has_losses=True)
    elif tab == "similar":
        rows = rows.filter(near_percent__isnull=False)
    elif tab in ImportRow.State.values:
        rows = rows.filter(state=tab)
    for word in words.split()[:6]:
        found = rows.filter(search_text__icontains=word) | rows.filter(source__icontains=word)
        rows = found | rows.filter(ref__iexact=word) | rows.filter(summary__icontains=word)
    return rows.order_by("position")


@author_page
@never_cache
def batch(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show how far an import is, then every row as the learner would see it, with what is wrong or doubtful."""
    row = imports.get_batch(request.user, public_id)
    is_busy = row.state in BUSY
    counts = row.report
    tab = request.GET.get("tab", "")
    if tab not in dict(TABS):
        tab = next((name for name in ("failed", "doubtful") if counts.get(name)), "all")
    form = RowSearchForm({"q": request.GET.get("q", ""), "tab": tab})
    context: dict[str, Any] = {
        "desk": "instructor",
        "title": row.file_name,
        "batch": row,
        "is_busy": is_busy,
        "is_open": row.state == ImportBatch.State.PLANNED,
        "is_broken": is_busy and (row.job is None or row.job.is_finished),
        "format_label": _format_label(row.format),
        "reading_form": ReadingForm(initial={"format": row.format, "encoding": row.encoding}),
    }
    if row.error:
        context["error"] = say_remark(row.error.get("text", ""), row.error.get("values") or {})
    if not is_busy and not row.error:
        page_obj = Paginator(_rows_of_tab(row, tab, request.GET.get("q", "")), PAGE_SIZE).get_page(
            request.GET.get("page")
        )
        context |= {
            "counts": counts,
            "folds": told_folds(counts.get("folded", [])),
            "importable": _importable(row),
            "options_form": OptionsForm.from_options(row.options or imports.default_options()),
            "tabs": [
                {"label": label, "url": f"?tab={name}", "current": name == tab, "count": counts.get(name, 0)}
                for name, label in TABS
                if name == "all" or counts.get(name) or name == tab
            ],
            "tab": tab,
            "form": form,
            "reset_url": f"{request.path}?tab={tab}",
            "page_obj": page_obj,
            "cards": cards_of(row, list(page_obj.object_list)),
        }
    return render(request, "exams/interchange/batch.html", context)


def _format_label(name: str) -> str:
    found = list_formats().get(name)
    return _(found.label) if found else name


def _importable(batch: ImportBatch) -> int:
    counts = batch.report
    total = counts.get("new", 0) + (counts.get("doubtful", 0) if batch.options.get("doubtful") != "leave" else 0)
    return total + (counts.get("update", 0) if batch.options.get("updates") != "skip" else 0)


@author_page
@never_cache
def progress(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Answer the poll of a progress bar; the page is loaded anew when the work is over."""
    row = imports.get_batch(request.user, public_id)
    is_over = row.state not in BUSY or (row.job is not None and row.job.is_finished)
    response = render(request, "exams/interchange/_progress.html", {"batch": row, "job": row.job})
    if is_over:
        response["HX-Refresh"] = "true"
    return response


@author_post
def act(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Do what the pressed button says: read anew, choose for all, import, go on, undo, discard."""
    row = imports.get_batch(request.user, public_id)
    verb = request.POST.get("do", "")
    try:
        if verb == "replan":
            form = ReadingForm(request.POST)
            chosen = form.cleaned_data if form.is_valid() else {"format": "", "encoding": ""}
            imports.request_plan(batch=row, actor=request.user, **chosen)
        elif verb == "options":
            options = OptionsForm(request.POST)
            if options.is_valid():
                imports.choose_options(batch=row, options=options.cleaned_data)
                messages.success(request, _("Saved."))
            else:
                messages.error(request, " ".join(error for errors in options.errors.values() for error in errors))
        elif verb == "apply":
            imports.request_apply(batch=row, actor=request.user)
        elif verb == "again":
            imports.request_again(batch=row, actor=request.user)
        elif verb == "undo":
            _undo(request, row)
        elif verb == "discard":
            imports.discard(batch=row)
            messages.success(request, _("The import is discarded."))
            return redirect("authoring:imports", public_id=row.bank.public_id)
    except DomainError as error:
        say(request, error)
    return redirect("authoring:import_batch", public_id=row.public_id)


def _undo(request: HttpRequest, row: ImportBatch) -> None:
    count = imports.request_undo(batch=row, actor=request.user)
    if count is not None:
        text = ngettext("%(n)s question was taken back.", "%(n)s questions were taken back.", count)
        messages.success(request, text % {"n": count})


@author_page
def failed_rows(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Return the rows that failed as a spreadsheet, with what is wrong in the last column."""
    row = imports.get_batch(request.user, public_id)
    failed = list(
        ImportRow.objects.filter(batch=row, state=ImportRow.State.FAILED)
        .order_by("position")
        .values_list("row", "cells", "source", "problems")[:MAXIMUM_FAILED]
    )
    if not failed:
        raise Http404
    width = max((len(cells) for _row, cells, _source, _problems in failed), default=0) or 1
    header = _header_of(row, width)
    lines = [
        [*([*(cells or [source]), *[""] * width][:width]), str(number), "; ".join(_said(tell(p)) for p in problems)]
        for number, cells, source, problems in failed
    ]
    data = write_sheet(header=[*header, _("Row"), _("What to correct")], rows=lines, name=_("Failed rows"))
    response = HttpResponse(data, content_type=SHEET)
    response["Content-Disposition"] = 'attachment; filename="failed-rows.xlsx"'
    return response


def _header_of(batch: ImportBatch, width: int) -> list[str]:
    """Return the header over the cells: the columns of a sheet in our order, else one for the question as it stood."""
    if batch.format == "xlsx" and width == len(COLUMNS):
        return [names[0] for names in COLUMNS.values()]
    return [_("Question"), *[""] * (width - 1)]


@author_page
def example(request: HttpRequest, format: str, language: str) -> HttpResponse:
    """Return a file with an example of each type, in Chinese or English."""
    entry = list_formats().get(format)
    if entry is None or entry.example is None or language not in {"zh-hans", "en"}:
        raise Http404
    is_sheet = entry.endings[0] == ".xlsx"
    response = HttpResponse(entry.example(language), content_type=SHEET if is_sheet else "application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="questions-{language}{entry.endings[0]}"'
    return response


def _said(told: dict[str, Any]) -> str:
    """Return a told remark as a line of a cell: its field, then what is wrong."""
    return ": ".join(filter(None, (told["field"], told["message"])))
