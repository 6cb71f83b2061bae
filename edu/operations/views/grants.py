"""Opening products by hand, singly and by spreadsheet."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edu.access.queries import list_products
from edu.accounts.queries import users_by_identifier
from edu.core.errors import DomainError, NotFound
from edu.documents.xlsx import CONTENT_TYPE, MAX_FILE_BYTES
from edu.jobs.queries import get_progress
from edu.operations import grant_batches
from edu.operations.forms import GrantFileForm, SingleGrantForm, end_of, new_key
from edu.operations.grant_batches import to_identifiers
from edu.operations.models import GrantBatch
from edu.operations.people import grant_by_hand
from edu.operations.permissions import operator_required

ROWS_SHOWN = 200


def _page(
    request: HttpRequest,
    *,
    single: SingleGrantForm | None = None,
    file: GrantFileForm | None = None,
    status: int = 200,
) -> HttpResponse:
    products = list_products()
    context = {
        "title": _("Open by hand"),
        "desk": "operator",
        "single_form": single or SingleGrantForm(products=products, initial={"key": new_key()}),
        "file_form": file or GrantFileForm(products=products, prefix="file"),
        "batches": GrantBatch.objects.select_related("actor")[:20],
        "has_products": bool(products),
    }
    return render(request, "operations/grants.html", context, status=status)


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Offer both ways of opening by hand, and the latest spreadsheets."""
    return _page(request)


@operator_required
@require_POST
def one(request: HttpRequest) -> HttpResponse:
    """Open a product to one person."""
    form = SingleGrantForm(request.POST, products=list_products())
    if form.is_valid():
        values = form.cleaned_data
        names = to_identifiers(values["person"])
        user = next(iter(users_by_identifier(identifiers=names).values()), None)
        if user is None:
            form.add_error("person", _("Nobody has this phone, e-mail or account name."))
        else:
            try:
                grant_by_hand(
                    actor=request.user,
                    user_id=user.pk,
                    product_key=values["product_key"],
                    until_at=end_of(values["until_on"]),
                    reason=values["reason"],
                    request_key=values["key"],
                )
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, _("The access is open."))
                return redirect("operations:person", user.public_id)
    return _page(request, single=form, status=422)


@operator_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Read a spreadsheet and show what it would do."""
    form = GrantFileForm(request.POST, request.FILES, products=list_products(), prefix="file")
    if form.is_valid():
        values = form.cleaned_data
        if values["file"].size > MAX_FILE_BYTES:
            form.add_error("file", _("The file is larger than 20 MB. Split it into several files."))
        else:
            try:
                batch = grant_batches.stage_batch(
                    actor=request.user,
                    product_key=values["product_key"],
                    data=values["file"].read(),
                    until_at=end_of(values["until_on"]),
                    reason=values["reason"],
                )
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else "file", error.message)
            else:
                return redirect("operations:grant_batch", batch.public_id)
    return _page(request, file=form, status=422)


@operator_required
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """Give the empty spreadsheet."""
    return _spreadsheet(grant_batches.write_template(), "open-by-hand.xlsx")


def _get(public_id: uuid.UUID) -> GrantBatch:
    try:
        return grant_batches.get_batch(public_id=public_id)
    except NotFound as error:
        raise Http404 from error


@operator_required
@require_GET
def batch(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what a spreadsheet would do, is doing, or did."""
    row = _get(public_id)
    percent = get_progress(job_id=row.job_id)[0] if row.job_id else 0
    context = {
        "title": row.product_title,
        "desk": "operator",
        "batch": row,
        "good_rows": row.good_rows[:ROWS_SHOWN],
        "more_rows": max(0, len(row.good_rows) - ROWS_SHOWN),
        "bad_rows": row.bad_rows[:ROWS_SHOWN],
        "percent": percent,
    }
    name = "operations/_batch_state.html" if request.headers.get("HX-Request") else "operations/grant_batch.html"
    return render(request, name, context)


@operator_required
@require_POST
def confirm(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Open the product to everybody that was understood."""
    _get(public_id)
    try:
        row = grant_batches.confirm_batch(actor=request.user, public_id=public_id)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The access is being opened to %(count)d people.") % {"count": len(row.good_rows)})
    return redirect("operations:grant_batch", public_id)


@operator_required
@require_GET
def failed_rows(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the rows that were not understood back, with the reason."""
    return _spreadsheet(grant_batches.write_failed_rows(batch=_get(public_id)), "failed-rows.xlsx")


def _spreadsheet(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=CONTENT_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
