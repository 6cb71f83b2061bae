"""Reads of the training room: for learners' pages, for the trainer's desk, and for other rooms."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from edu.access.queries import list_doors
from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.training.domain.states import shown_state
from edu.training.models import Assignment, AssignmentTarget, Seat, SeatPool

UNFINISHED = Q(outcome__in=["not_started", "in_progress"])


@dataclass(frozen=True, kw_only=True)
class OpenAssignment:
    """An assignment as its learner sees it: `state` is not_started, in_progress, late or failed."""

    public_id: uuid.UUID
    title: str
    organization_name: str
    state: str
    percent: int
    due_at: datetime
    url: str
    product_titles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AssignmentRow:
    """An assignment in the trainer's list, with how many people stand where."""

    id: int
    public_id: uuid.UUID
    title: str
    product_titles: tuple[str, ...]
    due_at: datetime
    is_closed: bool
    total: int
    done: int
    failed: int
    late: int
    in_progress: int
    not_started: int
    waiting: int

    @property
    def done_percent(self) -> int:
        """Return the share of those who are done, rounded down."""
        return self.done * 100 // self.total if self.total else 0


@dataclass(frozen=True, kw_only=True)
class TargetRow:
    """A person in an assignment's list."""

    id: int
    public_id: uuid.UUID
    user_id: int
    real_name: str
    staff_number: str
    department_name: str
    job_title: str
    state: str
    percent: int
    finished_at: datetime | None
    finished_late: bool
    reminded_at: datetime | None
    waits_for_seat: bool
    has_left: bool
    results: dict[str, dict[str, Any]]


def list_open_assignments(*, user_id: int, now: datetime | None = None) -> list[OpenAssignment]:
    """Return what the person still has to finish, the nearest deadline first; for the learner's home. One query."""
    moment = now or now_utc()
    rows = (
        AssignmentTarget.objects.filter(
            user_id=user_id,
            ended_at__isnull=True,
            opened_at__isnull=False,
            assignment__closed_at__isnull=True,
            assignment__deleted_at__isnull=True,
        )
        .exclude(outcome="done")
        .select_related("assignment__organization")
        .order_by("assignment__due_at", "pk")
    )
    return [
        OpenAssignment(
            public_id=row.public_id,
            title=row.assignment.title,
            organization_name=row.assignment.organization.name,
            state=shown_state(outcome=row.outcome, due_at=row.assignment.due_at, now=moment),
            percent=row.progress_percent,
            due_at=row.assignment.due_at,
            url=reverse("training:task", args=[row.public_id]),
            product_titles=tuple(product["title"] for product in row.assignment.products),
        )
        for row in rows
    ]


def list_assignments(
    *, organization_id: int, is_closed: bool | None = None, now: datetime | None = None
) -> list[AssignmentRow]:
    """Return the organisation's assignments, the latest deadline first, with counts of their people. One query."""
    rows = Assignment.objects.filter(organization_id=organization_id, deleted_at__isnull=True)
    if is_closed is not None:
        rows = rows.filter(closed_at__isnull=not is_closed)
    return [_assignment_row(row) for row in _counted(rows, now or now_utc())]


def find_assignment_row(
    *, organization_id: int, public_id: uuid.UUID, now: datetime | None = None
) -> AssignmentRow | None:
    """Return one assignment of the organisation with its counts, or None."""
    rows = Assignment.objects.filter(organization_id=organization_id, public_id=public_id, deleted_at__isnull=True)
    row = _counted(rows, now or now_utc()).first()
    return _assignment_row(row) if row is not None else None


def _counted(rows: QuerySet[Assignment], now: datetime) -> QuerySet[Assignment]:
    here = Q(targets__ended_at__isnull=True)
    begun, idle = Q(targets__outcome="in_progress"), Q(targets__outcome="not_started")
    late = Q(due_at__lt=now)
    return rows.annotate(
        total_count=Count("targets", filter=here),
        done_count=Count("targets", filter=here & Q(targets__outcome="done")),
        failed_count=Count("targets", filter=here & Q(targets__outcome="failed")),
        late_count=Count("targets", filter=here & late & (begun | idle)),
        begun_count=Count("targets", filter=here & ~late & begun),
        idle_count=Count("targets", filter=here & ~late & idle),
        waiting_count=Count("targets", filter=here & Q(targets__waits_for_seat=True)),
    ).order_by("-due_at", "-pk")


def _assignment_row(row: Any) -> AssignmentRow:
    return AssignmentRow(
        id=row.pk,
        public_id=row.public_id,
        title=row.title,
        product_titles=tuple(product["title"] for product in row.products),
        due_at=row.due_at,
        is_closed=row.closed_at is not None,
        total=row.total_count,
        done=row.done_count,
        failed=row.failed_count,
        late=row.late_count,
        in_progress=row.begun_count,
        not_started=row.idle_count,
        waiting=row.waiting_count,
    )


class TargetList:
    """The people of an assignment, filtered; counts and slices cost one query each (a Paginator's list)."""

    def __init__(
        self,
        *,
        assignment: Assignment,
        state: str = "",
        department_ids: set[int] | None = None,
        search: str = "",
        now: datetime | None = None,
    ) -> None:
        self._assignment = assignment
        self._now = now or now_utc()
        rows = AssignmentTarget.objects.filter(assignment=assignment)
        rows = rows.filter(ended_at__isnull=state != "left")
        past = assignment.due_at < self._now
        if state in ("done", "failed"):
            rows = rows.filter(outcome=state)
        elif state == "late":
            rows = rows.filter(UNFINISHED) if past else rows.none()
        elif state in ("in_progress", "not_started"):
            rows = rows.none() if past else rows.filter(outcome=state)
        elif state == "waiting":
            rows = rows.filter(waits_for_seat=True)
        if department_ids is not None:
            rows = rows.filter(membership__department_id__in=department_ids)
        for word in search.split()[:5]:
            rows = rows.filter(Q(user__real_name__icontains=word) | Q(membership__staff_number__icontains=word))
        self._rows = rows.select_related("user", "membership__department").order_by(
            F("membership__staff_number").asc(nulls_last=True), "pk"
        )

    def count(self) -> int:
        """Return how many there are."""
        return self._rows.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[TargetRow]:
        return [_target_row(row, self._assignment, self._now) for row in self._rows[part]]


def _target_row(row: AssignmentTarget, assignment: Assignment, now: datetime) -> TargetRow:
    department = row.membership.department
    return TargetRow(
        id=row.pk,
        public_id=row.public_id,
        user_id=row.user_id,
        real_name=row.user.get_full_name(),
        staff_number=row.membership.staff_number or "",
        department_name=department.name if department else "",
        job_title=row.membership.job_title,
        state="left" if row.ended_at else shown_state(outcome=row.outcome, due_at=assignment.due_at, now=now),
        percent=row.progress_percent,
        finished_at=row.finished_at,
        finished_late=row.finished_at is not None and row.finished_at > assignment.due_at,
        reminded_at=row.reminded_at,
        waits_for_seat=row.waits_for_seat,
        has_left=row.ended_at is not None,
        results=row.results,
    )


def list_pools(*, organization_id: int) -> list[SeatPool]:
    """Return the organisation's seats by product."""
    return list(SeatPool.objects.filter(organization_id=organization_id))


def list_seats(*, pool_id: int) -> QuerySet[Seat]:
    """Return the seats of a pool that are in use, with their people, latest first."""
    return (
        Seat.objects.filter(pool_id=pool_id, released_at__isnull=True)
        .select_related("user", "assignment")
        .order_by("-pk")
    )


def list_titles(*, product_keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return (title, address) of products by key."""
    return {key: (door.title, door.url) for key, door in list_doors(product_keys=list(product_keys)).items()}


def list_audit_entries(*, organization_id: int) -> QuerySet[AuditEntry]:
    """Return who changed what in the organisation, newest first."""
    return AuditEntry.objects.filter(organization_id=organization_id).order_by("-at", "-id")


@dataclass(frozen=True, kw_only=True)
class TaskItem:
    """A course or exam of a task, with its page and how far the learner is."""

    title: str
    url: str
    kind: str
    state: str
    percent: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """What was assigned to a learner."""

    title: str
    message: str
    organization_name: str
    due_at: datetime
    state: str
    percent: int
    waits_for_seat: bool
    is_over: bool
    items: tuple[TaskItem, ...]


def find_task(*, user_id: int, public_id: uuid.UUID, now: datetime | None = None) -> Task | None:
    """Return what was assigned to this person, or None when it is another's, not open yet or deleted."""
    row = (
        AssignmentTarget.objects.filter(
            public_id=public_id, user_id=user_id, opened_at__isnull=False, assignment__deleted_at__isnull=True
        )
        .select_related("assignment__organization")
        .first()
    )
    if row is None:
        return None
    assignment = row.assignment
    titles = list_titles(product_keys=assignment.product_keys)
    return Task(
        title=assignment.title,
        message=assignment.message,
        organization_name=assignment.organization.name,
        due_at=assignment.due_at,
        state=shown_state(outcome=row.outcome, due_at=assignment.due_at, now=now or now_utc()),
        percent=row.progress_percent,
        waits_for_seat=row.waits_for_seat,
        is_over=row.ended_at is not None or assignment.closed_at is not None,
        items=tuple(
            TaskItem(
                title=product["title"],
                url=titles.get(product["key"], ("", ""))[1],
                kind=product["key"].partition(":")[0],
                state=row.results.get(product["key"], {}).get("state", "not_started"),
                percent=row.results.get(product["key"], {}).get("percent", 0),
            )
            for product in assignment.products
        ),
    )


@dataclass(frozen=True, kw_only=True)
class PersonTask:
    """An assignment on the page of one person."""

    public_id: uuid.UUID
    title: str
    due_at: datetime
    state: str
    percent: int


def list_targets_of(*, organization_id: int, user_id: int, now: datetime | None = None) -> list[PersonTask]:
    """Return what the organisation assigned to one person, latest first."""
    moment = now or now_utc()
    rows = AssignmentTarget.objects.filter(
        assignment__organization_id=organization_id, assignment__deleted_at__isnull=True, user_id=user_id
    ).select_related("assignment")
    return [
        PersonTask(
            public_id=row.assignment.public_id,
            title=row.assignment.title,
            due_at=row.assignment.due_at,
            state="left"
            if row.ended_at
            else shown_state(outcome=row.outcome, due_at=row.assignment.due_at, now=moment),
            percent=row.progress_percent,
        )
        for row in rows.order_by("-pk")
    ]
