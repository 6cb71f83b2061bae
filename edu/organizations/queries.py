"""Reads of organisations for other rooms."""

from collections.abc import Sequence
from dataclasses import dataclass

from edu.organizations.models import Membership


@dataclass(frozen=True, kw_only=True)
class MembershipView:
    """A current membership as other rooms see it."""

    organization_id: int
    organization_name: str
    user_id: int
    department_id: int | None
    role: str


def list_memberships(*, user_id: int) -> list[MembershipView]:
    """Return the organisations that the person belongs to now."""
    rows = Membership.objects.filter(
        user_id=user_id, left_at__isnull=True, organization__is_active=True
    ).select_related("organization")
    return [
        MembershipView(
            organization_id=row.organization_id,
            organization_name=row.organization.name,
            user_id=row.user_id,
            department_id=row.department_id,
            role=row.role,
        )
        for row in rows
    ]


def list_organization_ids(*, user_id: int) -> set[int]:
    """Return ids of the organisations that the person belongs to now."""
    return {row.organization_id for row in list_memberships(user_id=user_id)}


def is_trainer(*, user_id: int, organization_id: int) -> bool:
    """Whether the person is a trainer of the organisation now."""
    return Membership.objects.filter(
        user_id=user_id,
        organization_id=organization_id,
        role=Membership.Role.TRAINER,
        left_at__isnull=True,
        organization__is_active=True,
    ).exists()


@dataclass(frozen=True, kw_only=True)
class StaffView:
    """A person's place in an organisation: staff number and department as they are, or were when she left."""

    user_id: int
    staff_number: str
    department_name: str
    is_current: bool


def staff_by_user(*, organization_id: int, user_ids: Sequence[int] | None = None) -> dict[int, StaffView]:
    """Return the people of an organisation by user id, those who left included; only `user_ids` where given."""
    rows = Membership.objects.filter(organization_id=organization_id).select_related("department").order_by("id")
    if user_ids is not None:
        rows = rows.filter(user_id__in=user_ids)
    return {
        row.user_id: StaffView(
            user_id=row.user_id,
            staff_number=row.staff_number or "",
            department_name=row.department.name if row.department else "",
            is_current=row.left_at is None,
        )
        for row in rows
    }
