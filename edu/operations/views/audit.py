"""The audit log: who changed what."""

import json

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from edu.audit.queries import find_entries, list_actions
from edu.audit.wording import action_label
from edu.operations.forms import AuditFilterForm
from edu.operations.permissions import operator_required

PAGE_SIZE = 50


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List entries, filtered, newest first."""
    form = AuditFilterForm(request.GET or None, actions=list_actions())
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = find_entries(
        query=values.get("q", ""),
        action=values.get("action", ""),
        from_on=values.get("from_on"),
        to_on=values.get("to_on"),
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Audit log"),
        "desk": "operator",
        "filter_form": form,
        "page_obj": page,
        "rows": [
            {
                "entry": entry,
                "label": action_label(entry.action),
                "details": json.dumps(entry.changes, ensure_ascii=False) if entry.changes else "",
            }
            for entry in page.object_list
        ],
    }
    return render(request, "operations/audit.html", context)
