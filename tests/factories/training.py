"""Seats and assignments for tests."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from edu.access.services import register_door
from edu.organizations.models import Organization
from edu.training.models import Assignment, AssignmentTarget, SeatPool
from edu.training.services import add_seats, create_assignment


def make_pool(organization: Organization, *, seats: int = 3, kind: str = "course") -> SeatPool:
    key = f"{kind}:{uuid.uuid4()}"
    register_door(product_key=key, title="安全生产", url="/courses/safety/")
    return add_seats(
        actor=None,
        organization_id=organization.pk,
        product_key=key,
        title="安全生产",
        quantity=seats,
        source_key=f"test:{uuid.uuid4()}",
    )


def make_assignment(organization: Organization, pool: SeatPool, **fields: Any) -> Assignment:
    values: dict[str, Any] = {
        "title": "年度安全培训",
        "product_keys": [pool.product_key],
        "due_at": timezone.now() + timedelta(days=7),
        "everybody": True,
        **fields,
    }
    return create_assignment(actor=None, organization_id=organization.pk, **values)


def pass_deadline(assignment: Assignment, *, at: datetime | None = None) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(due_at=at or timezone.now() - timedelta(hours=1))
    assignment.refresh_from_db()


def set_outcome(assignment: Assignment, user_id: int, outcome: str) -> None:
    AssignmentTarget.objects.filter(assignment=assignment, user_id=user_id).update(outcome=outcome)
