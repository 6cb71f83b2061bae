"""Reminding people: by a trainer's button, at most once a day each, and by themselves before and after the deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, NotFound
from edu.jobs.services import enqueue
from edu.notifications.services import notify
from edu.training.assignments.manage import get_assignment
from edu.training.assignments.opening import notice_context
from edu.training.domain.states import reminder_days
from edu.training.models import Assignment, AssignmentTarget
from edu.training.policies import require_trainer

UNFINISHED = (AssignmentTarget.Outcome.NOT_STARTED, AssignmentTarget.Outcome.IN_PROGRESS)
BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Reminded:
    """How many were reminded now, and how many had been today already."""

    reminded: int
    already: int


def remind(
    *,
    actor: User | None,
    organization_id: int,
    assignment_id: int,
    target_ids: Sequence[int] | None = None,
    now: datetime | None = None,
) -> Reminded:
    """Remind everybody who is late (None), or the named people who have not finished; once a day each.

    The people are claimed by a conditional update, then told by a job. Conflict when the assignment is closed;
    NotFound when a named person is not of it.
    """
    require_trainer(actor=actor, organization_id=organization_id)
    moment = now or now_utc()
    row = get_assignment(organization_id=organization_id, assignment_id=assignment_id)
    if row.closed_at is not None:
        raise Conflict(_("The assignment is closed."))
    people = AssignmentTarget.objects.filter(assignment=row, ended_at__isnull=True, opened_at__isnull=False)
    if target_ids is None:
        people = people.filter(outcome__in=UNFINISHED) if row.due_at < moment else people.none()
    else:
        wanted = set(target_ids)
        if people.filter(pk__in=wanted).count() != len(wanted):
            raise NotFound(_("There is no such person."))
        people = people.filter(pk__in=wanted, outcome__in=UNFINISHED)
    today = timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        every = list(people.values_list("pk", flat=True))
        free = Q(reminded_at__isnull=True) | Q(reminded_at__lt=today)
        claimed = list(people.filter(free).values_list("pk", flat=True))
        taken = []
        for start in range(0, len(claimed), BATCH):
            part = claimed[start : start + BATCH]
            if AssignmentTarget.objects.filter(free, pk__in=part).update(reminded_at=moment):
                taken += part
        if taken:
            enqueue(
                kind="training.remind",
                arguments={"target_ids": taken, "day": today.date().isoformat()},
                title=_("Remind people of “%(title)s”") % {"title": row.title},
            )
            record(
                actor=actor,
                action="assignment.remind",
                object_kind="assignment",
                object_id=row.public_id,
                object_label=row.title,
                changes={"people": len(taken)},
                organization_id=organization_id,
            )
    return Reminded(reminded=len(taken), already=len(every) - len(taken))


def send_reminders(*, target_ids: Sequence[int], day: str, now: datetime | None = None) -> int:
    """Tell the claimed people, once per person and `day`; return how many. Called by the job."""
    moment = now or now_utc()
    sent = 0
    for start in range(0, len(target_ids), BATCH):
        rows = AssignmentTarget.objects.filter(pk__in=target_ids[start : start + BATCH]).select_related("assignment")
        with transaction.atomic():
            for target in rows:
                kind = "training.late" if target.assignment.due_at < moment else "training.due"
                sent += _tell(target, kind, f"training.reminder:{target.pk}:{day}")
    return sent


def notify_deadlines(*, now: datetime | None = None) -> int:
    """Tell people three days and one day before the deadline, and once after it; return how many were told.

    `noticed` remembers the last stage, so a run that finds nothing new costs one query an assignment.
    """
    moment = now or now_utc()
    running = Assignment.objects.filter(
        closed_at__isnull=True,
        deleted_at__isnull=True,
        due_at__lte=moment + timedelta(days=3),
        due_at__gt=moment - timedelta(days=30),
    )
    return sum(_notify_stage(row, moment) for row in running)


def _notify_stage(assignment: Assignment, now: datetime) -> int:
    days = reminder_days(due_at=assignment.due_at, now=now)
    stage = str(days) if days is not None else "late" if assignment.due_at < now else ""
    if not stage:
        return 0
    kind = "training.late" if stage == "late" else "training.due"
    told = 0
    while True:
        with transaction.atomic():
            rows = list(
                AssignmentTarget.objects.filter(
                    assignment=assignment, ended_at__isnull=True, opened_at__isnull=False, outcome__in=UNFINISHED
                )
                .exclude(noticed=stage)
                .select_related("assignment")
                .order_by("pk")[:BATCH]
            )
            for target in rows:
                told += _tell(target, kind, f"{kind}:{target.pk}:{stage}:{assignment.due_at.isoformat()}")
            AssignmentTarget.objects.filter(pk__in=[row.pk for row in rows]).update(noticed=stage)
        if len(rows) < BATCH:
            return told


def _tell(target: AssignmentTarget, kind: str, dedupe_key: str) -> bool:
    message = notify(
        user_id=target.user_id,
        kind=kind,
        context={**notice_context(target.assignment), "percent": target.progress_percent},
        url=reverse("training:task", args=[target.public_id]),
        dedupe_key=dedupe_key,
    )
    return message is not None
