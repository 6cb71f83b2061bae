"""The overview, the organisation's own courses and banks, and the change log."""

from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from edu.audit.wording import action_label
from edu.core.clock import now_utc
from edu.organizations.queries import MemberList, MembershipView, count_members, list_departments
from edu.training.learning import list_own_things
from edu.training.models import StaffImport
from edu.training.plots import done_bars, states_donut
from edu.training.queries import AssignmentRow, list_assignments, list_audit_entries, list_pools
from edu.training.views.guard import show, trainer_page

PAGE_SIZE = 50
PLOTTED = 6


@trainer_page
def desk(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """Show how things stand and what there is to do."""
    organization_id = organization.organization_id
    rows = list_assignments(organization_id=organization_id, is_closed=False)
    pools = list_pools(organization_id=organization_id)
    total = _sum(rows)
    preview = StaffImport.objects.filter(
        organization_id=organization_id, created_by_id=request.user.pk, state=StaffImport.State.PREVIEW
    ).first()
    return show(
        request,
        organization,
        "desk",
        {
            "title": organization.organization_name,
            "people_count": count_members(organization_id=organization_id),
            "never_count": MemberList(organization_id=organization_id, state="never").count(),
            "department_count": len(list_departments(organization_id=organization_id)),
            "bought": sum(pool.bought_count for pool in pools),
            "used": sum(pool.used_count for pool in pools),
            "full_pools": [pool for pool in pools if not pool.free_count],
            "rows": rows[:10],
            "running_count": len(rows),
            "total": total,
            "late_rows": [row for row in rows if row.late],
            "waiting_rows": [row for row in rows if row.waiting],
            "donut": states_donut(total) if total else None,
            "bars": done_bars(rows[:PLOTTED][::-1]) if rows else None,
            "preview": preview,
            "now": now_utc(),
        },
    )


def _sum(rows: list[AssignmentRow]) -> AssignmentRow | None:
    """Return all rows added up, or None without any."""
    if not rows:
        return None
    names = ("total", "done", "failed", "late", "in_progress", "not_started", "waiting")
    return replace(rows[0], **{name: sum(getattr(row, name) for row in rows) for name in names})


@trainer_page
def library(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """List what belongs to the organisation alone."""
    things = list_own_things(organization_id=organization.organization_id)
    return show(request, organization, "library", {"title": _("Own courses and banks"), "things": things})


@trainer_page
def audit(request: HttpRequest, organization: MembershipView) -> HttpResponse:
    """List who changed what in the organisation."""
    page_obj = Paginator(list_audit_entries(organization_id=organization.organization_id), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    for entry in page_obj:
        entry.label = action_label(entry.action)
    return show(request, organization, "audit", {"title": _("Change log"), "page_obj": page_obj})
