"""Long work of the training room: applying an import, opening an assignment, reminding, serving those who wait."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.jobs.registry import job
from edu.jobs.run import JobContext
from edu.training.assignments.opening import open_targets, serve_waiting
from edu.training.assignments.reminders import send_reminders
from edu.training.models import Assignment
from edu.training.staff.apply import apply_import


def _language_of(user_id: int | None) -> str:
    """Return the language in which progress is told to the person who asked for the work."""
    language = User.objects.filter(pk=user_id).values_list("language", flat=True).first()
    return language or settings.LANGUAGE_CODE


@job("training.import_staff")
def import_staff(context: JobContext, *, import_id: int, actor_id: int) -> dict[str, Any]:
    """Apply a previewed import of staff."""
    with translation.override(_language_of(actor_id)):

        def report(done: int, total: int) -> None:
            context.progress(
                done * 100 // max(1, total), _("%(done)d of %(total)d people") % {"done": done, "total": total}
            )

        return apply_import(import_id=import_id, actor_id=actor_id, report=report)


@job("training.open_assignment")
def open_assignment(context: JobContext, *, assignment_id: int) -> dict[str, Any]:
    """Give the people of an assignment their access and tell them."""
    row = Assignment.objects.filter(pk=assignment_id, deleted_at__isnull=True).first()
    if row is None:
        return {"opened": 0}
    with translation.override(_language_of(row.created_by_id)):

        def report(done: int, total: int) -> None:
            context.progress(
                done * 100 // max(1, total), _("%(done)d of %(total)d people") % {"done": done, "total": total}
            )

        return {"opened": open_targets(assignment=row, report=report)}


@job("training.remind")
def remind(_context: JobContext, *, target_ids: list[int], day: str) -> dict[str, Any]:
    """Tell the people whom a trainer reminded."""
    return {"reminded": send_reminders(target_ids=target_ids, day=day)}


@job("training.serve_waiting")
def serve(_context: JobContext, *, organization_id: int) -> dict[str, Any]:
    """Give new seats to those who wait for one."""
    return {"served": serve_waiting(organization_id=organization_id)}
