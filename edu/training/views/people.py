"""Pages of people: the list, adding, moving, removing and its undo, roles, passwords."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from edu.core.errors import DomainError
from edu.organizations.queries import (
    DepartmentView,
    MemberList,
    MembershipView,
    MemberView,
    find_member,
    list_departments,
    list_members_by_ids,
    sign_in_code,
    with_descendants,
)
from edu.organizations.services import (
    create_member,
    end_memberships,
    move_members,
    reset_member_password,
    restore_memberships,
    set_role,
)
from edu.training.forms import MemberForm, PeopleFilter, department_choices
from edu.training.queries import list_targets_of
from edu.training.views.guard import actor_of, show, tell_error, trainer_page

PAGE_SIZE = 50


def department_of(departments: Sequence[DepartmentView], text: str) -> DepartmentView | None:
    """Return the department of a public id as text; None for no text, 404 for one of elsewhere."""
    if not text:
        return None
    for row in departments:
        if str(row.public_id) == text:
            return row
    raise Http404


@trainer_page
def people(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """List the people with search and filters."""
    departments = list_departments(organization_id=organization.organization_id)
    form = PeopleFilter(request.GET or None, departments=departments)
    values = form.cleaned_data if form.is_valid() else {}
    chosen = values.get("department", "")
    department = department_of(departments, chosen) if chosen != "none" else None
    page_obj: Any = Paginator(
        MemberList(
            organization_id=organization.organization_id,
            search=values.get("q", ""),
            department_ids=with_descendants(departments=departments, department_ids={department.id})
            if department
            else None,
            without_department=chosen == "none",
            role=values.get("role", ""),
            state=values.get("state", "") or "current",
        ),
        PAGE_SIZE,
    ).get_page(request.GET.get("page"))
    return show(
        request,
        organization,
        "people",
        {
            "title": _("People"),
            "form": form if form.is_bound else PeopleFilter(departments=departments),
            "page_obj": page_obj,
            "is_filtered": any(values.values()),
            "departments": department_choices(departments),
            "removed": request.GET.getlist("removed"),
        },
    )


def _back(request: HttpRequest, **extra: Sequence[str]) -> HttpResponse:
    """Return to the list, with the filters that the form carried along."""
    query = request.GET.copy()
    query.pop("removed", None)
    for name, values in extra.items():
        query.setlist(name, list(values))
    text = query.urlencode()
    return redirect(reverse("training:people") + (f"?{text}" if text else ""))


def _chosen(request: HttpRequest, organization: MembershipView) -> list[MemberView]:
    """Return the people of the ticked boxes; 404 when one is not the organisation's."""
    ids = request.POST.getlist("member")
    rows = list_members_by_ids(organization_id=organization.organization_id, public_ids=ids)
    if len(rows) != len(set(ids)):
        raise Http404
    return rows


@trainer_page
@require_POST
def bulk(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Move or remove the ticked people."""
    rows = _chosen(request, organization)
    if not rows:
        messages.warning(request, _("Nobody is ticked."))
        return _back(request)
    ids = [row.membership_id for row in rows]
    actor, organization_id = actor_of(request), organization.organization_id
    try:
        if request.POST.get("action") == "remove":
            end_memberships(actor=actor, organization_id=organization_id, membership_ids=ids)
            return _back(request, removed=[str(row.public_id) for row in rows])
        target = request.POST.get("department", "")
        department = department_of(list_departments(organization_id=organization_id), target) if target else None
        count = move_members(
            actor=actor,
            organization_id=organization_id,
            membership_ids=ids,
            department_id=department.id if department else None,
        )
        messages.success(
            request, ngettext("%(count)d person moved.", "%(count)d people moved.", count) % {"count": count}
        )
    except DomainError as error:
        tell_error(request, error)
    return _back(request)


@trainer_page
@require_POST
def restore(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Undo a removal."""
    found = []
    for text in request.POST.getlist("member"):
        try:
            row = find_member(organization_id=organization.organization_id, public_id=uuid.UUID(text))
        except ValueError as error:
            raise Http404 from error
        if row is None:
            raise Http404
        found.append(row)
    try:
        count = restore_memberships(
            actor=actor_of(request),
            organization_id=organization.organization_id,
            membership_ids=[row.membership_id for row in found],
        )
        messages.success(
            request,
            ngettext("%(count)d person is back.", "%(count)d people are back.", count) % {"count": count},
        )
    except DomainError as error:
        tell_error(request, error)
    return _back(request)


@trainer_page
def person(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Show one person with what is assigned to her and what can be done."""
    row = _get(organization, public_id)
    return show(
        request,
        organization,
        "person",
        {
            "title": row.real_name,
            "member": row,
            "targets": list_targets_of(organization_id=organization.organization_id, user_id=row.user_id),
            "is_self": row.user_id == request.user.pk,
        },
    )


def _get(organization: MembershipView, public_id: uuid.UUID) -> MemberView:
    row = find_member(organization_id=organization.organization_id, public_id=public_id)
    if row is None:
        raise Http404
    return row


@trainer_page
@require_POST
def role(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Make a person a trainer, or a trainer a member."""
    row = _get(organization, public_id)
    try:
        set_role(
            actor=actor_of(request),
            organization_id=organization.organization_id,
            membership_id=row.membership_id,
            role=request.POST.get("role", ""),
        )
        messages.success(request, _("The role of %(name)s has changed.") % {"name": row.real_name})
    except DomainError as error:
        tell_error(request, error)
    return redirect("training:person", public_id)


@never_cache
@trainer_page
@require_POST
def reset(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Give a person a new first password and show it this once: it is in this answer and nowhere else."""
    row = _get(organization, public_id)
    try:
        password = reset_member_password(
            actor=actor_of(request),
            organization_id=organization.organization_id,
            membership_id=row.membership_id,
        )
    except DomainError as error:
        tell_error(request, error)
        return redirect("training:person", public_id)
    return _credentials(request, organization, row, password)


@sensitive_post_parameters()
@never_cache
@trainer_page
def add(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Add one person by hand and show the first password this once."""
    departments = list_departments(organization_id=organization.organization_id)
    form = MemberForm(request.POST or None, departments=departments)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = dict(form.cleaned_data)
        department = department_of(departments, values.pop("department"))
        try:
            membership, password = create_member(
                actor=actor_of(request),
                organization_id=organization.organization_id,
                department_id=department.id if department else None,
                **values,
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            row = _get(organization, membership.public_id)
            return _credentials(request, organization, row, password)
    return show(request, organization, "add_person", {"title": _("Add a person"), "form": form})


def _credentials(request: HttpRequest, organization: MembershipView, row: MemberView, password: str) -> HttpResponse:
    return show(
        request,
        organization,
        "first_password",
        {
            "title": _("First password"),
            "member": row,
            "password": password,
            "code": sign_in_code(organization_id=organization.organization_id),
        },
    )
