"""Reads of organisations for other rooms."""

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


def list_user_ids_by_staff_number(*, staff_number: str) -> list[int]:
    """Return people who have, or had, this staff number in any organisation."""
    return list(Membership.objects.filter(staff_number__iexact=staff_number).values_list("user_id", flat=True))
