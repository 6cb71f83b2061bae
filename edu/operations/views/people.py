"""Finding a person, and what the site knows of her."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edu.access.queries import list_products
from edu.accounts.models import User
from edu.accounts.queries import find_user
from edu.core.errors import DomainError
from edu.operations.forms import EndGrantForm, GrantForm, end_of, new_key
from edu.operations.people import end_grant, find_people, grant_by_hand
from edu.operations.permissions import operator_required
from edu.operations.person import get_person_facts


def _get(public_id: uuid.UUID) -> User:
    user = find_user(public_id=public_id)
    if user is None:
        raise Http404
    return user


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Search people by phone, mail, name, staff number or order number."""
    query = request.GET.get("q", "").strip()[:100]
    context = {
        "title": _("People"),
        "desk": "operator",
        "query": query,
        "people": find_people(query=query),
    }
    return render(request, "operations/people.html", context)


def _page(request: HttpRequest, user: User, *, form: GrantForm | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "title": str(user),
        "desk": "operator",
        "person": user,
        "facts": get_person_facts(user=user),
        "grant_form": form or GrantForm(products=list_products(), initial={"key": new_key()}),
    }
    return render(request, "operations/person.html", context, status=status)


@operator_required
@require_GET
def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one person: facts, orders, access with its reason, attempts, certificates, and who changed what."""
    return _page(request, _get(public_id))


@operator_required
@require_POST
def give(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Open a product to the person by hand."""
    user = _get(public_id)
    form = GrantForm(request.POST, products=list_products())
    if form.is_valid():
        values = form.cleaned_data
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
            return redirect(f"{reverse('operations:person', args=[public_id])}#access")
    return _page(request, user, form=form, status=422)


@operator_required
@require_POST
def end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End access that was given by hand."""
    user = _get(public_id)
    form = EndGrantForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why; the reason is kept in the audit log."))
        return _page(request, user, status=422)
    try:
        end_grant(actor=request.user, user_id=user.pk, **form.cleaned_data)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The access has ended."))
    return redirect(f"{reverse('operations:person', args=[public_id])}#access")
