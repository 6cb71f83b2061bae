"""Pages of the staff import: upload, preview, progress, result, downloads."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from edu.core.errors import DomainError
from edu.documents.xlsx import MAX_FILE_BYTES
from edu.jobs.queries import get_progress
from edu.organizations.queries import MembershipView
from edu.training.forms import UploadForm
from edu.training.models import StaffImport, StaffImportRow
from edu.training.services import preview_import, start_import, take_credentials
from edu.training.staff.apply import count_rows, has_broken_off
from edu.training.staff.sheets import failed_rows_sheet, staff_template
from edu.training.views.guard import actor_of, show, spreadsheet, tell_error, trainer_page

PAGE_SIZE = 100
STOP_POLLING = 286
"""The status by which htmx ends a poll."""


@trainer_page
def imports(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Upload a sheet, and see the earlier imports."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MAX_FILE_BYTES:  # refused before it is read into memory
                form.add_error("file", _("The file is larger than 20 MB. Split it into several files."))
            else:
                row = preview_import(
                    actor=actor_of(request),
                    organization_id=organization.organization_id,
                    file_name=file.name,
                    data=file.read(),
                )
                return redirect("training:import", row.public_id)
        except DomainError as error:
            form.add_error("file", error.message)
    earlier = (
        StaffImport.objects.filter(organization_id=organization.organization_id)
        .exclude(state=StaffImport.State.DISCARDED)
        .select_related("created_by")
        .order_by("-pk")[:20]
    )
    return show(request, organization, "imports", {"title": _("Import staff"), "form": form, "imports": earlier})


@trainer_page
def template(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Return the template with headers in the reader's language."""
    return spreadsheet(staff_template(), _("staff-template.xlsx"))


def _get(organization: MembershipView, public_id: uuid.UUID) -> StaffImport:
    row = (
        StaffImport.objects.filter(organization_id=organization.organization_id, public_id=public_id)
        .exclude(state=StaffImport.State.DISCARDED)
        .first()
    )
    if row is None:
        raise Http404
    return row


@never_cache
@trainer_page
def detail(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Show an import: its preview, its progress, or its result."""
    row = _get(organization, public_id)
    counts = count_rows(import_id=row.pk)
    action = request.GET.get("action", "")
    rows = StaffImportRow.objects.filter(staff_import=row)
    if action in StaffImportRow.Action.values:
        rows = rows.filter(action=action)
    else:
        action = ""
    labels = dict(StaffImportRow.Action.choices)
    tabs = [{"label": _("All"), "url": "?", "current": not action, "count": sum(counts.values())}] + [
        {"label": labels[name], "url": f"?action={name}", "current": action == name, "count": count}
        for name, count in counts.items()
        if count
    ]
    return show(
        request,
        organization,
        "import",
        {
            "title": row.file_name,
            "staff_import": row,
            "counts": counts,
            "applicable": counts["new"] + counts["update"] + counts["move"],
            "tabs": tabs,
            "page_obj": Paginator(rows.order_by("number"), PAGE_SIZE).get_page(request.GET.get("page")),
            "has_credentials": row.state == StaffImport.State.DONE
            and row.credentials_downloaded_at is None
            and StaffImportRow.objects.filter(staff_import=row).exclude(sealed_password="").exists(),
            **_progress(row),
        },
    )


def _progress(row: StaffImport) -> dict[str, object]:
    percent, text = get_progress(job_id=row.job_id) if row.job_id else (0, "")
    return {"percent": percent, "progress_text": text, "broken_off": has_broken_off(row)}


@never_cache
@trainer_page
def progress(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Answer the poll of the progress bar; the end of the work loads the page anew."""
    row = _get(organization, public_id)
    state = _progress(row)
    response = render(request, "training/import_progress.html", {"staff_import": row, **state})
    if row.state != StaffImport.State.RUNNING or state["broken_off"]:
        response["HX-Refresh"] = "true"
    return response


@trainer_page
@require_POST
def start(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Apply a previewed import."""
    row = _get(organization, public_id)
    try:
        start_import(actor=actor_of(request), organization_id=organization.organization_id, import_id=row.pk)
    except DomainError as error:
        tell_error(request, error)
    return redirect("training:import", public_id)


@trainer_page
def failed(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Return the wrong rows with their reasons as a spreadsheet."""
    return spreadsheet(failed_rows_sheet(staff_import=_get(organization, public_id)), _("rows-to-correct.xlsx"))


@never_cache
@trainer_page
@require_POST
def credentials(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Return the first passwords once, and forget them."""
    row = _get(organization, public_id)
    try:
        data = take_credentials(actor=actor_of(request), organization_id=organization.organization_id, import_id=row.pk)
    except DomainError as error:
        tell_error(request, error)
        return redirect("training:import", public_id)
    messages.success(request, _("The first passwords were downloaded and are no longer kept here."))
    return spreadsheet(data, _("first-passwords.xlsx"))
