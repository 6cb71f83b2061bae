"""Pages of long work: the person's list, one job with its progress, and its end before its time."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from edu.accounts.requests import get_person
from edu.accounts.views import account_nav
from edu.core.errors import NotFound
from edu.jobs.models import Job
from edu.jobs.queries import get_own_job
from edu.jobs.services import cancel_job

STOP_POLLING = 286
"""The status by which htmx ends a poll."""


def _get(request: HttpRequest, public_id: uuid.UUID) -> Job:
    """Return the person's own job; 404 for every other."""
    try:
        return get_own_job(owner_id=get_person(request).pk, public_id=public_id)
    except NotFound as error:
        raise Http404 from error


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """List the person's jobs, newest first."""
    page_obj = Paginator(Job.objects.filter(owner=get_person(request)), 20).get_page(request.GET.get("page"))
    return render(request, "jobs/index.html", {"page_obj": page_obj, "desk_nav_items": account_nav("jobs:index")})


@login_required
@never_cache
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one job."""
    job = _get(request, public_id)
    return render(
        request,
        "jobs/detail.html",
        {"job": job, "download_url": _download_url(job), "desk_nav_items": account_nav("jobs:index")},
    )


@login_required
@never_cache
def progress(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer the poll of a progress bar; a finished job ends the poll."""
    job = _get(request, public_id)
    status = STOP_POLLING if job.is_finished else 200
    context = {"job": job, "download_url": _download_url(job)}
    response = render(request, "jobs/progress.html", context, status=status)
    if job.is_finished and request.headers.get("HX-Current-URL", "").endswith(reverse("jobs:detail", args=[public_id])):
        response["HX-Refresh"] = "true"  # the whole page of the job changes, not its bar alone
    return response


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Cancel one job, if it is not too late."""
    if cancel_job(job=_get(request, public_id)):
        messages.success(request, _("The work is cancelled."))
    else:
        messages.info(request, _("It was finished already."))
    return redirect("jobs:detail", public_id)


def _download_url(job: Job) -> str:
    """Return where the job's result lies, when its function named an address of this site."""
    url = str(job.result.get("url", "")) if job.state == Job.State.DONE else ""
    return url if url.startswith("/") and not url.startswith("//") else ""
