"""Pages of announcements."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.community.course_of import course_or_404
from edu.community.forms import AnnouncementForm
from edu.community.policies import may_announce
from edu.community.queries import announcement_views, find_announcements
from edu.community.services import publish_announcement, withdraw_announcement
from edu.core.errors import DomainError, NotFound

PAGE_SIZE = 20


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List what is announced to the person, newest first."""
    page = Paginator(find_announcements(user=request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Announcements"),
        "page_obj": page,
        "announcements": announcement_views(page.object_list),
        "may_announce": may_announce(request.user, course_id=None),
    }
    return render(request, "community/announcements.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Announce something to everybody, or to the learners of a course."""
    card = course_or_404(slug=slug, user=request.user) if slug else None
    course_id = card.id if card else None
    if not may_announce(request.user, course_id=course_id):
        raise Http404
    form = AnnouncementForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                publish_announcement(author=request.user, course_id=course_id, **form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, _("It is announced."))
                if card is not None:
                    return redirect("community:course", card.slug)
                return redirect("community:announcements")
    context = {"title": _("Announce something"), "course": card, "form": form}
    return render(request, "community/announce.html", context, status=status)


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an announcement down."""
    try:
        withdraw_announcement(user=request.user, public_id=public_id)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, _("The announcement is taken down."))
    return redirect("community:announcements")
