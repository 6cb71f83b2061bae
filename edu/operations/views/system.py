"""The machine room: what is ready, what failed, and trying it again."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edu.core.clock import now_utc
from edu.events import queries as events
from edu.jobs import queries as jobs
from edu.operations.health import PART_NAMES, check_parts
from edu.operations.permissions import operator_required
from edu.operations.system import retry_event_by_hand, retry_job_by_hand
from exams import queries as exams


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show each part's state, failed jobs, parked events and attempts that are stuck."""
    context = {
        "title": _("System"),
        "desk": "operator",
        "parts": [part | {"name": name, "label": PART_NAMES.get(name, name)} for name, part in check_parts().items()],
        "open_jobs": jobs.count_open(),
        "failed_jobs": jobs.list_failed(),
        "parked_events": events.list_parked(),
        "stuck_attempts": exams.list_stuck(now=now_utc()),
    }
    return render(request, "operations/system.html", context)


@operator_required
@require_POST
def retry_failed_job(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Queue a failed job again."""
    if not retry_job_by_hand(actor=request.user, public_id=public_id):
        raise Http404
    messages.success(request, _("The job is queued again."))
    return redirect("operations:system")


@operator_required
@require_POST
def retry_parked_event(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Deliver a parked event again."""
    if not retry_event_by_hand(actor=request.user, event_id=event_id):
        raise Http404
    messages.success(request, _("The event is delivered again."))
    return redirect("operations:system")
