"""Pages of assignments: list, new, one with its people, reminders, exports, deadline, closing, deleting."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from edu.core.clock import now_utc
from edu.core.errors import DomainError
from edu.organizations.queries import MembershipView, list_departments, with_descendants
from edu.training.assignments.export import export_evidence, export_list, state_label
from edu.training.forms import AssignmentForm, DeadlineForm, TargetFilter
from edu.training.learning import list_assignable, list_statistics
from edu.training.models import Assignment, AssignmentTarget
from edu.training.plots import states_donut
from edu.training.queries import (
    AssignmentRow,
    TargetList,
    find_assignment_row,
    find_task,
    list_assignments,
)
from edu.training.services import (
    close_assignment,
    create_assignment,
    delete_assignment,
    extend_assignment,
    remind,
    reopen_assignment,
)
from edu.training.views.guard import actor_of, show, spreadsheet, tell_error, trainer_page
from edu.training.views.people import department_of
from edu.training.views.seats import ids_of_departments, user_ids_of_numbers

PAGE_SIZE = 50


@trainer_page
def assignments(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """List assignments: those that run, or the closed ones."""
    closed = request.GET.get("show") == "closed"
    rows = list_assignments(organization_id=organization.organization_id, is_closed=closed)
    tabs = [
        {"label": _("Running"), "url": "?", "current": not closed},
        {"label": _("Closed"), "url": "?show=closed", "current": closed},
    ]
    return show(
        request,
        organization,
        "assignments",
        {
            "title": _("Assignments"),
            "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
            "tabs": tabs,
            "closed": closed,
        },
    )


@trainer_page
def add(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Make an assignment."""
    organization_id = organization.organization_id
    departments = list_departments(organization_id=organization_id)
    products = list_assignable(organization_id=organization_id)
    form = AssignmentForm(
        request.POST or None,
        departments=departments,
        products=[(product.key, f"{product.title} ({kind_label(product.key)})") for product in products],
        initial={"starts_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        try:
            row = create_assignment(
                actor=actor_of(request),
                organization_id=organization_id,
                title=values["title"],
                product_keys=values["products"],
                due_at=values["due_on"],
                starts_on=values["starts_on"],
                everybody=values["everybody"],
                department_ids=ids_of_departments(departments, values["departments"]),
                user_ids=user_ids_of_numbers(organization_id=organization_id, text=values["staff_numbers"]),
                includes_newcomers=values["includes_newcomers"],
                message=values["message"],
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Assigned. People get access and a message in a moment."))
            return redirect("training:assignment", row.public_id)
    return show(
        request,
        organization,
        "add_assignment",
        {"title": _("New assignment"), "form": form, "has_products": bool(products)},
    )


def kind_label(key: str) -> str:
    """Return what kind of thing a product key names."""
    return {"course": _("course"), "exam": _("exam")}.get(key.partition(":")[0], "")


def _get(organization: MembershipView, public_id: uuid.UUID) -> tuple[Assignment, AssignmentRow]:
    """Return an assignment of the organisation and its counts; 404 for others."""
    row = find_assignment_row(organization_id=organization.organization_id, public_id=public_id)
    if row is None:
        raise Http404
    return Assignment.objects.get(pk=row.id), row


@trainer_page
def assignment(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Show one assignment: how it stands, and who stands where."""
    record, row = _get(organization, public_id)
    departments = list_departments(organization_id=organization.organization_id)
    form = TargetFilter(request.GET or None, departments=departments)
    values = form.cleaned_data if form.is_valid() else {}
    department = department_of(departments, values.get("department", ""))
    state = values.get("state", "")
    people = TargetList(
        assignment=record,
        state=state,
        search=values.get("q", ""),
        department_ids=with_descendants(departments=departments, department_ids={department.id})
        if department
        else None,
    )
    counts = {
        "": row.total,
        "not_started": row.not_started,
        "in_progress": row.in_progress,
        "late": row.late,
        "failed": row.failed,
        "done": row.done,
    }
    tabs = [
        {
            "label": state_label(name) if name else _("All"),
            "url": f"?state={name}" if name else "?",
            "current": name == state,
            "count": count,
        }
        for name, count in counts.items()
    ]
    tabs.append({"label": _("Left"), "url": "?state=left", "current": state == "left"})
    return show(
        request,
        organization,
        "assignment",
        {
            "title": record.title,
            "assignment": record,
            "row": row,
            "tabs": tabs,
            "form": form,
            "state": state,
            "plot": states_donut(row),
            "statistics": list_statistics(assignment=record),
            "page_obj": Paginator(people, PAGE_SIZE).get_page(request.GET.get("page")),
            "deadline_form": DeadlineForm(initial={"due_on": timezone.localdate(record.due_at)}),
            "today": timezone.localdate(),
            "is_past": record.due_at < now_utc(),
        },
    )


@trainer_page
@require_POST
def remind_people(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Remind everybody who is late, or one person (`person` is the id in the list)."""
    record, _row = _get(organization, public_id)
    target_ids = None
    if "person" in request.POST:
        try:
            wanted = uuid.UUID(request.POST["person"])
        except ValueError as error:
            raise Http404 from error
        target_ids = list(
            AssignmentTarget.objects.filter(assignment=record, public_id=wanted).values_list("pk", flat=True)
        )
        if not target_ids:
            raise Http404
    try:
        result = remind(
            actor=actor_of(request),
            organization_id=organization.organization_id,
            assignment_id=record.pk,
            target_ids=target_ids,
        )
    except DomainError as error:
        tell_error(request, error)
        return redirect("training:assignment", public_id)
    if result.reminded:
        text = ngettext("%(count)d person is reminded.", "%(count)d people are reminded.", result.reminded)
        messages.success(request, text % {"count": result.reminded})
    if result.already:
        text = ngettext(
            "%(count)d person was reminded today already.",
            "%(count)d people were reminded today already.",
            result.already,
        )
        messages.info(request, text % {"count": result.already})
    if not result.reminded and not result.already:
        messages.info(request, _("There is nobody to remind."))
    return redirect("training:assignment", public_id)


@trainer_page
def export(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Return the list as a spreadsheet, of one state if asked."""
    record, _row = _get(organization, public_id)
    state = request.GET.get("state", "")
    return spreadsheet(export_list(assignment=record, state=state, now=now_utc()), f"{record.title}.xlsx")


@trainer_page
def evidence(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Return the evidence file."""
    record, row = _get(organization, public_id)
    data = export_evidence(assignment=record, row=row, organization_name=organization.organization_name, now=now_utc())
    return spreadsheet(data, _("%(title)s evidence.xlsx") % {"title": record.title})


@trainer_page
@require_POST
def extend(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Move the deadline."""
    record, _row = _get(organization, public_id)
    form = DeadlineForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This is not a date."))
        return redirect("training:assignment", public_id)
    try:
        extend_assignment(
            actor=actor_of(request),
            organization_id=organization.organization_id,
            assignment_id=record.pk,
            due_at=form.cleaned_data["due_on"],
        )
        messages.success(request, _("The deadline is moved."))
    except DomainError as error:
        tell_error(request, error)
    return redirect("training:assignment", public_id)


@trainer_page
@require_POST
def close(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Close an assignment, or open a closed one again."""
    record, row = _get(organization, public_id)
    act = reopen_assignment if row.is_closed else close_assignment
    act(actor=actor_of(request), organization_id=organization.organization_id, assignment_id=record.pk)
    messages.success(request, _("The assignment runs again.") if row.is_closed else _("The assignment is closed."))
    return redirect("training:assignment", public_id)


@trainer_page
@require_POST
def delete(request: HttpRequest, organization: MembershipView, public_id: uuid.UUID) -> HttpResponse:
    """Delete an assignment; what it opened closes."""
    record, _row = _get(organization, public_id)
    delete_assignment(actor=actor_of(request), organization_id=organization.organization_id, assignment_id=record.pk)
    messages.success(request, _("The assignment is deleted, and the access that it gave has ended."))
    return redirect("training:assignments")


def task(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a learner what was assigned to her, with a link to each course and exam; 404 for everybody else."""
    if not request.user.is_authenticated:
        from django.contrib.auth.views import redirect_to_login

        return redirect_to_login(request.get_full_path())
    found = find_task(user_id=actor_of(request).pk, public_id=public_id)
    if found is None:
        raise Http404
    return render(request, "training/task.html", {"title": found.title, "task": found, "desk": "learner"})
