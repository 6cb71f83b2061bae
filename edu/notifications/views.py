"""The bell, the list behind it, and the choice of mails."""

import uuid

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from edu.accounts.requests import get_person
from edu.accounts.views import account_nav
from edu.core.errors import InvalidInput, NotFound
from edu.notifications.forms import PreferencesForm
from edu.notifications.kinds import CATEGORIES, find_stop_words, list_kinds
from edu.notifications.models import Notification
from edu.notifications.queries import list_muted_categories
from edu.notifications.services import mark_all_read, mark_read, set_muted_categories, switch_off_mails
from edu.notifications.unsubscribe import read_unsubscribe_token
from edu.notifications.wording import word_again

PAGE_SIZE = 20


@login_required
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """List the person's messages, newest first; all, unread ones, or those of one category."""
    chosen = request.GET.get("show", "")
    rows = Notification.objects.filter(user=get_person(request))
    if chosen == "unread":
        rows = rows.filter(read_at__isnull=True)
    elif chosen in CATEGORIES:
        rows = rows.filter(kind__in=[kind.name for kind in list_kinds() if kind.category == chosen])
    else:
        chosen = ""
    page_obj = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    kinds = {kind.name: kind for kind in list_kinds()}
    items = []
    for row in page_obj:
        kind = kinds.get(row.kind)
        title, body = word_again(row, kind=kind, user=request.user)
        category = CATEGORIES.get(kind.category, "") if kind else ""
        items.append({"row": row, "title": title, "body": body, "category": category})
    used = {kind.category for kind in kinds.values()}
    tabs = [{"label": _("All"), "url": "?", "current": not chosen}]
    tabs.append({"label": _("Unread"), "url": "?show=unread", "current": chosen == "unread"})
    tabs += [
        {"label": label, "url": f"?show={name}", "current": chosen == name}
        for name, label in CATEGORIES.items()
        if name in used
    ]
    context = {"page_obj": page_obj, "items": items, "tabs": tabs, "chosen": chosen}
    context["desk_nav_items"] = account_nav("notifications:inbox")
    return render(request, "notifications/inbox.html", context)


@login_required
@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """Answer the bell's poll with the bell."""
    return render(request, "notifications/bell.html")


@login_required
def open_message(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note that a message is seen and go where it leads; another's answers 404."""
    try:
        row = mark_read(user_id=get_person(request).pk, public_id=public_id)
    except NotFound as error:
        raise Http404 from error
    is_local = row.url.startswith("/") and not row.url.startswith("//")
    return redirect(row.url if is_local else "notifications:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that every message is seen."""
    mark_all_read(user_id=get_person(request).pk)
    messages.success(request, _("All messages are marked as read."))
    return redirect("notifications:inbox")


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Choose of which categories mails come; the bell shows all of them anyway."""
    muted = list_muted_categories(user_id=get_person(request).pk)
    form = PreferencesForm(request.POST if request.method == "POST" else None, muted=muted)
    if request.method == "POST" and form.is_valid():
        set_muted_categories(user_id=get_person(request).pk, categories=form.muted_categories())
        messages.success(request, _("Your choice is saved."))
        return redirect("notifications:preferences")
    context = {"form": form, "desk_nav_items": account_nav("notifications:preferences")}
    return render(request, "notifications/preferences.html", context)


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed link is the permission
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails of one category by the link in a mail; asking on GET, doing on POST."""
    claim = read_unsubscribe_token(token=token)
    if claim is None:
        raise Http404
    user_id, category = claim
    if category not in CATEGORIES or not get_user_model().objects.filter(pk=user_id, is_active=True).exists():
        raise Http404
    done = request.method == "POST"
    if done:
        try:
            switch_off_mails(user_id=user_id, category=category)
        except InvalidInput as error:
            raise Http404 from error
    context = {"category": CATEGORIES[category], "done": done, "words": find_stop_words(category)}
    return render(request, "notifications/unsubscribe.html", context)
