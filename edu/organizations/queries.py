"""Reads of organisations for other rooms."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from edu.organizations.models import Department, Invitation, Membership, Organization
from edu.organizations.resets import may_reset_password
from edu.schema.kept_queries import Given, KeptQuery


@dataclass(frozen=True, kw_only=True)
class MembershipView:
    """A current membership as other rooms see it."""

    organization_id: int
    organization_public_id: uuid.UUID
    organization_name: str
    user_id: int
    department_id: int | None
    role: str


@dataclass(frozen=True, kw_only=True)
class DepartmentView:
    """A department in the tree: `depth` 0 at the top, `member_count` without those below it."""

    id: int
    public_id: uuid.UUID
    name: str
    parent_id: int | None
    depth: int
    member_count: int


@dataclass(frozen=True, kw_only=True)
class MemberView:
    """A person in an organisation, or who was."""

    membership_id: int
    public_id: uuid.UUID
    user_id: int
    real_name: str
    staff_number: str
    job_title: str
    phone: str
    email: str
    department_id: int | None
    department_name: str
    role: str
    joined_at: datetime
    left_at: datetime | None
    last_login_at: datetime | None
    must_change_password: bool
    password_resettable: bool


@dataclass(frozen=True, kw_only=True)
class InvitationRow:
    """An invitation link as its trainers see it."""

    id: int
    public_id: uuid.UUID
    token: str
    department_name: str
    expires_at: datetime
    max_uses: int | None
    used_count: int
    revoked_at: datetime | None
    created_by: str


_MEMBERSHIPS: KeptQuery[tuple[int, uuid.UUID, str, int | None, str]] = KeptQuery(
    lambda: (
        Membership.objects.filter(
            user_id=Given("user_id", BigIntegerField()), left_at__isnull=True, organization__is_active=True
        )
        .order_by("pk")
        .values_list("organization_id", "organization__public_id", "organization__name", "department_id", "role")
    )
)


def list_memberships(*, user_id: int) -> list[MembershipView]:
    """Return the organisations that the person belongs to now."""
    return [
        MembershipView(
            organization_id=organization_id,
            organization_public_id=public_id,
            organization_name=organization_name,
            user_id=user_id,
            department_id=department_id,
            role=role,
        )
        for organization_id, public_id, organization_name, department_id, role in _MEMBERSHIPS.rows(user_id=user_id)
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


def organization_name(*, organization_id: int) -> str:
    """Return the name of an organisation, "" when there is none."""
    return Organization.objects.filter(pk=organization_id).values_list("name", flat=True).first() or ""


def sign_in_code(*, organization_id: int) -> str:
    """Return what its staff type beside their staff number, "" when there is no such organisation."""
    return Organization.objects.filter(pk=organization_id).values_list("code", flat=True).first() or ""


def list_trainer_ids(*, organization_id: int) -> list[int]:
    """Return user ids of the organisation's trainers."""
    return list(
        Membership.objects.filter(organization_id=organization_id, role=Membership.Role.TRAINER, left_at__isnull=True)
        .order_by("pk")
        .values_list("user_id", flat=True)
    )


def list_departments(*, organization_id: int) -> list[DepartmentView]:
    """Return the departments as a tree: each after the one above it, by name. One query."""
    rows = list(
        Department.objects.filter(organization_id=organization_id)
        .annotate(member_count=Count("memberships", filter=Q(memberships__left_at__isnull=True)))
        .order_by("name")
    )
    below: dict[int | None, list[Department]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    result: list[DepartmentView] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for row in below.get(parent_id, ()):
            result.append(
                DepartmentView(
                    id=row.pk,
                    public_id=row.public_id,
                    name=row.name,
                    parent_id=row.parent_id,
                    depth=depth,
                    member_count=row.member_count,  # type: ignore[attr-defined] # annotated above
                )
            )
            walk(row.pk, depth + 1)

    walk(None, 0)
    return result


def with_descendants(*, departments: Sequence[DepartmentView], department_ids: set[int]) -> set[int]:
    """Return the given departments and all that stand under them."""
    wanted = set(department_ids)
    for row in departments:  # parents come before their children
        if row.parent_id in wanted:
            wanted.add(row.id)
    return wanted


class MemberList:
    """The people of an organisation by name, filtered; counts and slices cost one query each (a Paginator's list)."""

    def __init__(
        self,
        *,
        organization_id: int,
        search: str = "",
        department_ids: set[int] | None = None,
        without_department: bool = False,
        role: str = "",
        state: str = "current",
    ) -> None:
        rows = Membership.objects.filter(organization_id=organization_id)
        if state == "left":
            rows = rows.filter(left_at__isnull=False)
        elif state == "never":
            rows = rows.filter(left_at__isnull=True, user__last_login__isnull=True)
        else:
            rows = rows.filter(left_at__isnull=True)
        if without_department:
            rows = rows.filter(department__isnull=True)
        elif department_ids is not None:
            rows = rows.filter(department_id__in=department_ids)
        if role:
            rows = rows.filter(role=role)
        for word in search.split()[:5]:
            rows = rows.filter(
                Q(user__real_name__icontains=word)
                | Q(user__display_name__icontains=word)
                | Q(staff_number__icontains=word)
                | Q(job_title__icontains=word)
                | Q(user__phone__contains=word)
                | Q(user__email__icontains=word)
            )
        self._rows: QuerySet[Membership] = rows.select_related("user", "department").order_by(
            F("staff_number").asc(nulls_last=True), "pk"
        )

    def count(self) -> int:
        """Return how many there are."""
        return self._rows.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[MemberView]:
        return [_member_view(row) for row in self._rows[part]]


def list_members_by_ids(*, organization_id: int, public_ids: Sequence[str | uuid.UUID]) -> list[MemberView]:
    """Return those current members of the organisation that are named."""
    wanted = []
    for text in public_ids:
        try:
            wanted.append(uuid.UUID(str(text)))
        except ValueError:
            continue
    rows = Membership.objects.filter(
        organization_id=organization_id, public_id__in=wanted, left_at__isnull=True
    ).select_related("user", "department")
    return [_member_view(row) for row in rows.order_by("pk")]


def find_member(*, organization_id: int, public_id: uuid.UUID) -> MemberView | None:
    """Return one person of the organisation, left or not."""
    row = (
        Membership.objects.filter(organization_id=organization_id, public_id=public_id)
        .select_related("user", "department")
        .first()
    )
    return _member_view(row) if row is not None else None


def list_current_members(
    *, organization_id: int, department_ids: set[int] | None = None, user_ids: Sequence[int] | None = None
) -> list[MemberView]:
    """Return all current members, of some departments or some people if given. One query."""
    rows = Membership.objects.filter(organization_id=organization_id, left_at__isnull=True)
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    if user_ids is not None:
        rows = rows.filter(user_id__in=user_ids)
    return [_member_view(row) for row in rows.select_related("user", "department").order_by("pk")]


def count_members(*, organization_id: int) -> int:
    """Return how many people the organisation has now."""
    return Membership.objects.filter(organization_id=organization_id, left_at__isnull=True).count()


def list_invitations(*, organization_id: int) -> list[InvitationRow]:
    """Return the organisation's invitation links, newest first."""
    rows = Invitation.objects.filter(organization_id=organization_id).select_related("department", "created_by")
    return [
        InvitationRow(
            id=row.pk,
            public_id=row.public_id,
            token=row.token,
            department_name=row.department.name if row.department else "",
            expires_at=row.expires_at,
            max_uses=row.max_uses,
            used_count=row.used_count,
            revoked_at=row.revoked_at,
            created_by=str(row.created_by or ""),
        )
        for row in rows.order_by("-pk")
    ]


def _member_view(row: Membership) -> MemberView:
    return MemberView(
        membership_id=row.pk,
        public_id=row.public_id,
        user_id=row.user_id,
        real_name=row.user.real_name or str(row.user),
        staff_number=row.staff_number or "",
        job_title=row.job_title,
        phone=row.user.phone or "",
        email=row.user.email or "",
        department_id=row.department_id,
        department_name=row.department.name if row.department else "",
        role=row.role,
        joined_at=row.joined_at,
        left_at=row.left_at,
        last_login_at=row.user.last_login,
        must_change_password=row.user.must_change_password,
        password_resettable=may_reset_password(row),
    )


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """An invitation as whoever has its link may read it.

    `over` says why nobody can join by it any more (withdrawn, expired, used_up, closed: the organisation is); it is
    empty while somebody can.
    """

    organization_id: int
    organization_name: str
    department_name: str
    expires_at: datetime
    over: str = ""


def get_invitation(*, token: str, now: datetime | None = None) -> InvitationView:
    """Return the invitation of a link, usable or over; NotFound when there never was one."""
    row = Invitation.objects.select_related("organization", "department").filter(token=token).first()
    if row is None:
        raise NotFound(_("There is no such invitation."))
    return InvitationView(
        organization_id=row.organization_id,
        organization_name=row.organization.name,
        department_name=row.department.name if row.department else "",
        expires_at=row.expires_at,
        over=_why_over(row, now or now_utc()),
    )


def _why_over(row: Invitation, now: datetime) -> str:
    if not row.organization.is_active:
        return "closed"
    if row.revoked_at is not None:
        return "withdrawn"
    if row.max_uses is not None and row.used_count >= row.max_uses:
        return "used_up"
    return "" if row.expires_at > now else "expired"


def is_current_member(*, user_id: int, organization_id: int) -> bool:
    """Whether the person belongs to the organisation now."""
    return Membership.objects.filter(
        user_id=user_id, organization_id=organization_id, left_at__isnull=True, organization__is_active=True
    ).exists()


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
