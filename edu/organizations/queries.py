"""Reads of organisations for other rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from edu.organizations.models import Invitation, Membership


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
@dataclass(frozen=True, kw_only=True)
class StaffView:
    """A person's place in an organisation: staff number and department as they are, or were when she left."""

    user_id: int
    staff_number: str
    department_name: str
    is_current: bool


def staff_by_user(*, organization_id: int, user_ids: Sequence[int] | None = None) -> dict[int, StaffView]:
    """Return the people of an organisation by user id, those who left included; only `user_ids` where given. One query."""
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
@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """An invitation that may still be used."""

    organization_name: str
    department_name: str
    expires_at: datetime


def get_open_invitation(*, token: str, now: datetime | None = None) -> InvitationView:
    """Return the invitation of a link; NotFound when there is none, or it is over, used up or withdrawn."""
    row = (
        Invitation.objects.select_related("organization", "department")
        .filter(
            token=token,
            revoked_at__isnull=True,
            expires_at__gt=now or now_utc(),
            organization__is_active=True,
        )
        .filter(Q(max_uses__isnull=True) | Q(used_count__lt=F("max_uses")))
        .first()
    )
    if row is None:
        raise NotFound(_("This invitation does not exist any more."))
    return InvitationView(
        organization_name=row.organization.name,
        department_name=row.department.name if row.department else "",
        expires_at=row.expires_at,
    )


def list_trainer_ids(*, organization_id: int) -> list[int]:
    """Return the user ids of the organisation's trainers."""
    return list(
        Membership.objects.filter(
            organization_id=organization_id, role=Membership.Role.TRAINER, left_at__isnull=True
        ).values_list("user_id", flat=True)
    )


def describe_memberships(*, user_id: int) -> list[dict[str, str | None]]:
    """Return every membership the person has or had, for the download of her data."""
    rows = Membership.objects.filter(user_id=user_id).select_related("organization", "department").order_by("id")
    return [
        {
            "organization": row.organization.name,
            "department": row.department.name if row.department else None,
            "role": row.role,
            "staff_number": row.staff_number,
            "joined_at": row.joined_at.isoformat(),
            "left_at": row.left_at.isoformat() if row.left_at else None,
        }
        for row in rows
    ]


def why_trainer_stays(user_id: int) -> str | None:
    """Return why the person cannot delete her account: she is an organisation's only trainer. None otherwise."""
    for membership in list_memberships(user_id=user_id):
        if membership.role == Membership.Role.TRAINER and list_trainer_ids(
            organization_id=membership.organization_id
        ) == [user_id]:
            return _("You are the only trainer of %(name)s. Make somebody else its trainer first.") % {
                "name": membership.organization_name
            }
    return None
