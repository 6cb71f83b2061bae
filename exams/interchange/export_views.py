"""Pages of exports: what and as which format, progress, losses, download."""

import uuid
from typing import Any

from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from edu.core.errors import DomainError
from exams.authoring.entries import author_page
from exams.interchange.exports import MAXIMUM_IDS, get_export, get_writable, request_export
from exams.interchange.forms import ExportForm
from exams.interchange.remarks import told_by_kind
from exams.models import QuestionExport
from exams.policies_authoring import get_editable_bank


def _ids(texts: list[str]) -> list[str]:
    """Return those of the given texts that are public ids."""
    found = []
    for text in texts[:MAXIMUM_IDS]:
        try:
            found.append(str(uuid.UUID(text)))
        except ValueError:
            continue
    return found


@author_page
def export(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Choose questions and format; `ids` in the address or the post (as bulk actions send them) name a selection."""
    bank = get_editable_bank(request.user, public_id)
    ids = _ids(request.POST.getlist("ids") or request.GET.getlist("ids"))
    is_sent = request.method == "POST" and "format" in request.POST
    form = ExportForm(request.POST if is_sent else None, bank=bank, initial=request.GET.dict())
    if is_sent and form.is_valid():
        selection = {name: value for name, value in form.cleaned_data.items() if name != "format" and value}
        try:
            row = request_export(
                bank=bank,
                actor=request.user,
                format=form.cleaned_data["format"],
                selection={"ids": ids} if ids else selection,
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, _(error.message))
        else:
            return redirect("authoring:export", public_id=row.public_id)
    rows = QuestionExport.objects.filter(bank=bank, owner=request.user).order_by("-pk")
    page_obj = Paginator(rows, 10).get_page(request.GET.get("page"))
    labels = {row.format: _(get_writable(row.format).label) for row in page_obj}
    context = {
        "desk": "instructor",
        "title": _("Export questions"),
        "bank": bank,
        "form": form,
        "ids": ids,
        "page_obj": page_obj,
        "earlier": [(row, labels[row.format]) for row in page_obj],
    }
    return render(request, "exams/interchange/exports.html", context, status=422 if form.errors else 200)


@author_page
@never_cache
def show(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show how far an export is, then what the format cannot carry, and the download."""
    row = get_export(request.user, public_id)
    context = {
        "desk": "instructor",
        "title": _("Export"),
        "export": row,
        "format_label": _(get_writable(row.format).label),
        "is_busy": row.state == QuestionExport.State.WRITING and row.job is not None and not row.job.is_finished,
        "job": row.job,
        "losses": told_by_kind(row.losses),
    }
    if getattr(request, "htmx", False):
        response = render(request, "exams/interchange/_export_progress.html", context)
        if not context["is_busy"]:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "exams/interchange/export.html", context)


@author_page
@never_cache
def download(request: HttpRequest, public_id: Any) -> HttpResponseBase:
    """Return the file of an export to who asked for it."""
    row = get_export(request.user, public_id)
    if not row.storage_name:
        raise Http404
    ending = get_writable(row.format).endings[0]
    return FileResponse(
        default_storage.open(row.storage_name),
        as_attachment=True,
        filename=f"{row.bank.slug}-{row.created_at:%Y-%m-%d}{ending}",
        content_type="application/octet-stream",
    )
