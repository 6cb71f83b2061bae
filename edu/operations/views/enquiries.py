"""Enquiries of enterprises, and how far the answer is."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from edu.core.errors import DomainError, NotFound
from edu.operations.forms import EnquiryFilterForm, EnquiryFollowUpForm
from edu.operations.permissions import operator_required
from edu.website import queries as website
from edu.website.services import follow_up_enquiry

PAGE_SIZE = 25
TONES = {"new": "warning", "contacted": "info", "won": "success", "closed": ""}


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List enquiries, newest first."""
    form = EnquiryFilterForm(request.GET or None)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = website.find_enquiries(state=values.get("state", ""), query=values.get("q", ""))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Enquiries"),
        "desk": "operator",
        "filter_form": form,
        "page_obj": page,
        "rows": [{"enquiry": row, "tone": TONES[row.state]} for row in page.object_list],
    }
    return render(request, "operations/enquiries.html", context)


@operator_required
@require_http_methods(["GET", "POST"])
def enquiry(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one enquiry; write its state and a note."""
    try:
        row = website.get_enquiry(public_id=public_id)
    except NotFound as error:
        raise Http404 from error
    form = EnquiryFollowUpForm(request.POST or None, initial={"state": row.state, "note": row.note})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                follow_up_enquiry(actor=request.user, public_id=public_id, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("Noted."))
                return redirect("operations:enquiry", public_id)
    context = {"title": row.company, "desk": "operator", "enquiry": row, "tone": TONES[row.state], "form": form}
    return render(request, "operations/enquiry.html", context, status=status)
