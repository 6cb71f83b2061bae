"""Pages of departments and invitations, and the choice among several organisations."""

import uuid

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from edu.organizations.queries import InvitationRow, MembershipView, list_departments, list_invitations
from edu.organizations.services import (
    add_department,
    create_invitation,
    edit_department,
    remove_department,
    revoke_invitation,
)
from edu.training.forms import DepartmentForm, InvitationForm
from edu.training.views.guard import SESSION_KEY, actor_of, show, tell_error, trainer_page
from edu.training.views.people import department_of


@trainer_page
@require_POST
def switch(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Choose another organisation that the person trains for."""
    chosen = request.POST.get("organization", "")
    trained: list[MembershipView] = request.trained  # type: ignore[attr-defined] # set by the guard
    if chosen not in {str(row.organization_id) for row in trained}:
        raise Http404
    request.session[SESSION_KEY] = int(chosen)
    return redirect("training:desk")


@trainer_page
def departments(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Show the tree of departments and add one."""
    rows = list_departments(organization_id=organization.organization_id)
    form = DepartmentForm(request.POST or None, departments=rows)
    if request.method == "POST" and form.is_valid():
        parent = department_of(rows, form.cleaned_data["parent"])
        try:
            add_department(
                actor=actor_of(request),
                organization_id=organization.organization_id,
                name=form.cleaned_data["name"],
                parent_id=parent.id if parent else None,
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("The department “%(name)s” is there.") % {"name": form.cleaned_data["name"]})
            return redirect("training:departments")
    return show(
        request,
        organization,
        "departments",
        {"title": _("Departments"), "departments": rows, "form": form},
    )


@trainer_page
def department(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Rename, move or remove one department."""
    rows = list_departments(organization_id=organization.organization_id)
    row = department_of(rows, str(public_id))
    assert row is not None  # an id is never empty
    others = [other for other in rows if other.id != row.id]
    parent = next((other for other in rows if other.id == row.parent_id), None)
    form = DepartmentForm(
        request.POST if request.method == "POST" and "remove" not in request.POST else None,
        departments=others,
        initial={"name": row.name, "parent": str(parent.public_id) if parent else ""},
    )
    try:
        if request.method == "POST" and "remove" in request.POST:
            remove_department(
                actor=actor_of(request), organization_id=organization.organization_id, department_id=row.id
            )
            messages.success(request, _("The department “%(name)s” is gone.") % {"name": row.name})
            return redirect("training:departments")
        if request.method == "POST" and form.is_valid():
            above = department_of(others, form.cleaned_data["parent"])
            edit_department(
                actor=actor_of(request),
                organization_id=organization.organization_id,
                department_id=row.id,
                name=form.cleaned_data["name"],
                parent_id=above.id if above else None,
            )
            messages.success(request, _("Saved."))
            return redirect("training:departments")
    except DomainError as error:
        if form.is_bound and error.field in form.fields:
            form.add_error(error.field, error.message)
        else:
            tell_error(request, error)
    return show(request, organization, "department", {"title": row.name, "department": row, "form": form})


@trainer_page
def invitations(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """List invitation links and make one."""
    rows = list_departments(organization_id=organization.organization_id)
    form = InvitationForm(request.POST or None, departments=rows)
    if request.method == "POST" and form.is_valid():
        department = department_of(rows, form.cleaned_data["department"])
        try:
            made = create_invitation(
                actor=actor_of(request),
                organization_id=organization.organization_id,
                days=form.cleaned_data["days"],
                max_uses=form.cleaned_data["max_uses"],
                department_id=department.id if department else None,
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return redirect("training:invitation", made.public_id)
    now = now_utc()
    links = list_invitations(organization_id=organization.organization_id)
    return show(
        request,
        organization,
        "invitations",
        {
            "title": _("Invitations"),
            "form": form,
            "open": [row for row in links if is_usable(row, now)],
            "over": [row for row in links if not is_usable(row, now)][:50],
        },
    )


def is_usable(row: InvitationRow, now: object) -> bool:
    """Whether somebody may still join by the link."""
    full = row.max_uses is not None and row.used_count >= row.max_uses
    return row.revoked_at is None and row.expires_at > now and not full  # type: ignore[operator] # a datetime


def _invitation(organization: MembershipView, public_id: uuid.UUID) -> InvitationRow:
    for row in list_invitations(organization_id=organization.organization_id):
        if row.public_id == public_id:
            return row
    raise Http404


def join_address(row: InvitationRow) -> str:
    """Return the whole address of an invitation."""
    return settings.BASE_URL + reverse("organizations:join", args=[row.token])


@trainer_page
def invitation(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Show one link with its QR code, to be copied or printed."""
    row = _invitation(organization, public_id)
    return show(
        request,
        organization,
        "invitation",
        {
            "title": _("Invitation"),
            "invitation": row,
            "address": join_address(row),
            "usable": is_usable(row, now_utc()),
        },
    )


@trainer_page
def invitation_qr(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Return the QR code of a link as SVG."""
    import io

    buffer = io.BytesIO()
    segno.make(join_address(_invitation(organization, public_id)), error="m").save(
        buffer, kind="svg", scale=8, border=2, light="#ffffff"
    )
    response = HttpResponse(buffer.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


@trainer_page
@require_POST
def invitation_revoke(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Withdraw a link."""
    row = _invitation(organization, public_id)
    revoke_invitation(actor=actor_of(request), organization_id=organization.organization_id, invitation_id=row.id)
    messages.success(request, _("The link no longer works. Who joined by it stays."))
    return redirect("training:invitations")
