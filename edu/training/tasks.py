"""Periodic work of the training room; each may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from edu.core.clock import now_utc
from edu.training.assignments.create import ask_to_open
from edu.training.assignments.progress import refresh_assignment
from edu.training.assignments.reminders import notify_deadlines
from edu.training.models import Assignment
from edu.training.staff.sheets import forget_credentials


@shared_task(name="edu.training.tasks.open_started_assignments")
def open_started_assignments() -> int:
    """Open assignments whose first day has come, and what a crash left unopened; return how many."""
    today = timezone.localdate(now_utc())
    rows = Assignment.objects.filter(
        starts_on__lte=today,
        closed_at__isnull=True,
        deleted_at__isnull=True,
        targets__opened_at__isnull=True,
        targets__ended_at__isnull=True,
    ).distinct()
    for row in rows:
        ask_to_open(assignment=row)
    return len(rows)


@shared_task(name="edu.training.tasks.tell_deadlines")
def tell_deadlines() -> int:
    """Tell people of deadlines that come near or have passed; return how many were told."""
    return notify_deadlines()


@shared_task(name="edu.training.tasks.refresh_progress")
def refresh_progress() -> int:
    """Read progress anew in running assignments, for what no event told; return how many assignments."""
    rows = Assignment.objects.filter(closed_at__isnull=True, deleted_at__isnull=True)
    for row in rows:
        refresh_assignment(assignment=row)
    return len(rows)


@shared_task(name="edu.training.tasks.forget_first_passwords")
def forget_first_passwords() -> int:
    """Forget first passwords that nobody fetched in time; return how many."""
    return forget_credentials()
