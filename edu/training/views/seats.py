"""Pages of seats: pools with what is bought, used and free; giving and taking back."""

import re
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from edu.core.errors import DomainError, InvalidInput
from edu.organizations.queries import (
    DepartmentView,
    MembershipView,
    list_current_members,
    list_departments,
    with_descendants,
)
from edu.training.forms import SeatsForm
from edu.training.learning import list_offers_of_seats
from edu.training.models import Seat, SeatPool
from edu.training.queries import list_pools, list_seats
from edu.training.services import assign_seats, take_back_seats
from edu.training.views.guard import actor_of, show, tell_error, trainer_page
from edu.training.views.people import department_of

PAGE_SIZE = 50


def user_ids_of_numbers(*, organization_id: int, text: str) -> list[int]:
    """Return the people of staff numbers in a text; InvalidInput names the numbers that nobody has."""
    wanted = [number for number in re.split(r"[\s,;，；、]+", text) if number]
    if not wanted:
        return []
    known = {
        member.staff_number.lower(): member.user_id
        for member in list_current_members(organization_id=organization_id)
        if member.staff_number
    }
    unknown = [number for number in wanted if number.lower() not in known]
    if unknown:
        raise InvalidInput(
            _("Nobody has the staff number %(numbers)s.") % {"numbers": ", ".join(unknown[:10])},
            field="staff_numbers",
        )
    return [known[number.lower()] for number in wanted]


def ids_of_departments(departments: Sequence[DepartmentView], texts: Sequence[str]) -> list[int]:
    """Return the ids of departments named by their public ids; 404 for one of elsewhere."""
    return [row.id for text in texts if (row := department_of(departments, text)) is not None]


@trainer_page
def seats(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Show the pools and what is on sale."""
    pools = list_pools(organization_id=organization.organization_id)
    return show(
        request,
        organization,
        "seats",
        {"title": _("Seats"), "pools": pools, "offers": list_offers_of_seats()},
    )


def _pool(organization: MembershipView, public_id: uuid.UUID) -> SeatPool:
    row = SeatPool.objects.filter(organization_id=organization.organization_id, public_id=public_id).first()
    if row is None:
        raise Http404
    return row


@trainer_page
def pool(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Show who sits on the seats of one product, and give some to departments or people."""
    row = _pool(organization, public_id)
    organization_id = organization.organization_id
    departments = list_departments(organization_id=organization_id)
    form = SeatsForm(request.POST or None, departments=departments)
    if request.method == "POST" and form.is_valid():
        chosen = ids_of_departments(departments, form.cleaned_data["departments"])
        try:
            users = user_ids_of_numbers(organization_id=organization_id, text=form.cleaned_data["staff_numbers"])
            if chosen:
                wanted = with_descendants(departments=departments, department_ids=set(chosen))
                members = list_current_members(organization_id=organization_id, department_ids=wanted)
                users += [member.user_id for member in members]
            count = assign_seats(
                actor=actor_of(request), organization_id=organization_id, pool_id=row.pk, user_ids=users
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            text = ngettext("%(count)d seat was given.", "%(count)d seats were given.", count)
            messages.success(request, text % {"count": count})
            return redirect("training:pool", public_id)
    return show(
        request,
        organization,
        "pool",
        {
            "title": row.title,
            "pool": row,
            "form": form,
            "page_obj": Paginator(list_seats(pool_id=row.pk), PAGE_SIZE).get_page(request.GET.get("page")),
        },
    )


@trainer_page
@require_POST
def take_back(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Return the ticked seats to the pool."""
    row = _pool(organization, public_id)
    wanted = request.POST.getlist("seat")
    try:
        ids = dict(
            Seat.objects.filter(pool=row, public_id__in=[uuid.UUID(text) for text in wanted]).values_list(
                "public_id", "pk"
            )
        )
    except ValueError as error:
        raise Http404 from error
    if len(ids) != len(set(wanted)):
        raise Http404
    try:
        count = take_back_seats(
            actor=actor_of(request),
            organization_id=organization.organization_id,
            pool_id=row.pk,
            seat_ids=list(ids.values()),
        )
        text = ngettext("%(count)d seat is free again.", "%(count)d seats are free again.", count)
        messages.success(request, text % {"count": count})
    except DomainError as error:
        tell_error(request, error)
    return redirect("training:pool", public_id)
