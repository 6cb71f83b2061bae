"""Writes on organisations: made, staffed, joined, left; first passwords for people whose account the trainer keeps."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.accounts.services import create_account, set_first_password
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from edu.events.publish import publish
from edu.events.types import MemberJoined, MemberLeft, MemberMoved
from edu.organizations.models import Department, Invitation, Membership, Organization
from edu.organizations.queries import is_trainer

__all__ = [
    "add_member",
    "create_department",
    "create_invitation",
    "create_member",
    "create_organization",
    "end_membership",
    "join_by_invitation",
    "move_member",
    "reset_member_password",
    "revoke_invitation",
    "set_role",
]


def _require_trainer(*, actor: User | None, organization_id: int) -> None:
    """Let trainers of the organisation and operators pass (None is the system); NotFound for everybody else."""
    if actor is None or actor.is_operator or actor.is_superuser:
        return
    if not is_trainer(user_id=actor.pk, organization_id=organization_id):
        raise NotFound(_("There is no such organisation."))


def _get_current(*, organization_id: int, membership_id: int) -> Membership:
    """Return a current membership of the organisation; NotFound otherwise."""
    row = (
        Membership.objects.select_related("user")
        .filter(pk=membership_id, organization_id=organization_id, left_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such member."))
    return row


def _check_department(*, organization_id: int, department_id: int | None) -> None:
    """Refuse a department of another organisation."""
    if (
        department_id is not None
        and not Department.objects.filter(pk=department_id, organization_id=organization_id).exists()
    ):
        raise InvalidInput(_("There is no such department in this organisation."), field="department")


def _trace(actor: User | None, action: str, row: Membership, changes: dict[str, Any] | None = None) -> None:
    """Write what was done to a membership into the audit log."""
    record(
        actor=actor,
        action=action,
        object_kind="membership",
        object_id=row.public_id,
        object_label=str(row.user),
        changes=changes,
        organization_id=row.organization_id,
    )


@transaction.atomic
def create_organization(*, name: str, code: str, actor: User | None = None) -> Organization:
    """Make an organisation; Conflict (field code) when its sign-in code is taken."""
    if Organization.objects.filter(code__iexact=code).exists():
        raise Conflict(_("Another organisation has this sign-in code."), field="code")
    row = Organization.objects.create(name=name, code=code.lower())
    record(
        actor=actor,
        action="organization.create",
        object_kind="organization",
        object_id=row.public_id,
        object_label=name,
        organization_id=row.pk,
    )
    return row


@transaction.atomic
def create_department(
    *, organization_id: int, name: str, parent_id: int | None = None, actor: User | None = None
) -> Department:
    """Make a department, or return the one that has the name already."""
    _require_trainer(actor=actor, organization_id=organization_id)
    _check_department(organization_id=organization_id, department_id=parent_id)
    row, _created = Department.objects.get_or_create(
        organization_id=organization_id, name=name.strip(), defaults={"parent_id": parent_id}
    )
    return row


@transaction.atomic
def add_member(
    *,
    organization_id: int,
    user: User,
    role: str = Membership.Role.MEMBER,
    department_id: int | None = None,
    staff_number: str | None = None,
    actor: User | None = None,
    now: datetime | None = None,
) -> Membership:
    """Make the person a member; Conflict when she is one already or the staff number is taken.

    `actor` None is the system.
    """
    _require_trainer(actor=actor, organization_id=organization_id)
    return _join(
        organization_id=organization_id,
        user=user,
        role=role,
        department_id=department_id,
        staff_number=staff_number,
        traced_to=actor,
        now=now or now_utc(),
    )


def _join(
    *,
    organization_id: int,
    user: User,
    role: str,
    department_id: int | None,
    staff_number: str | None,
    traced_to: User | None,
    now: datetime,
) -> Membership:
    """Write the membership, publish it and trace it to whoever caused it."""
    _check_department(organization_id=organization_id, department_id=department_id)
    number = (staff_number or "").strip() or None
    current = Membership.objects.filter(organization_id=organization_id, left_at__isnull=True)
    if current.filter(user=user).exists():
        raise Conflict(_("This person is a member already."))
    if number and current.filter(staff_number__iexact=number).exists():
        raise Conflict(_("Another member has this staff number."), field="staff_number")
    try:
        with transaction.atomic():
            row = Membership.objects.create(
                organization_id=organization_id,
                user=user,
                role=role,
                department_id=department_id,
                staff_number=number,
                joined_at=now,
            )
    except IntegrityError as error:  # somebody was faster
        raise Conflict(_("This person or this staff number was added just now."), field="staff_number") from error
    publish(MemberJoined(organization_id=organization_id, user_id=user.pk, membership_id=row.pk))
    _trace(traced_to, "membership.join", row, {"staff_number": [None, number], "role": [None, role]})
    return row


@transaction.atomic
def create_member(
    *,
    organization_id: int,
    real_name: str,
    staff_number: str,
    department_id: int | None = None,
    email: str | None = None,
    phone: str | None = None,
    language: str = "",
    actor: User | None = None,
) -> tuple[Membership, str]:
    """Make an account for a member of staff; return the membership and the first password, which is shown once.

    Mail and phone are kept unproved. Conflict (field email or phone) when somebody has them already: that person
    is to be invited by link, since nobody's own account is put into an organisation without her.
    """
    _require_trainer(actor=actor, organization_id=organization_id)
    if not staff_number.strip():
        raise InvalidInput(_("A staff number is needed."), field="staff_number")
    user = create_account(email=email, phone=phone, real_name=real_name, language=language)
    password = set_first_password(user=user)
    row = add_member(
        organization_id=organization_id,
        user=user,
        department_id=department_id,
        staff_number=staff_number,
        actor=actor,
    )
    return row, password


@transaction.atomic
def move_member(
    *, organization_id: int, membership_id: int, department_id: int | None, actor: User | None
) -> Membership:
    """Put a member into another department of the organisation, or into none."""
    _require_trainer(actor=actor, organization_id=organization_id)
    _check_department(organization_id=organization_id, department_id=department_id)
    row = _get_current(organization_id=organization_id, membership_id=membership_id)
    before = row.department_id
    if before != department_id:
        row.department_id = department_id
        row.save(update_fields=["department"])
        publish(MemberMoved(organization_id=organization_id, user_id=row.user_id, department_id=department_id))
        _trace(actor, "membership.move", row, {"department_id": [before, department_id]})
    return row


@transaction.atomic
def set_role(*, organization_id: int, membership_id: int, role: str, actor: User | None) -> Membership:
    """Make a member a trainer, or a trainer a member; Conflict when the last trainer would go."""
    _require_trainer(actor=actor, organization_id=organization_id)
    if role not in Membership.Role.values:
        raise InvalidInput(_("There is no such role."), field="role")
    row = _get_current(organization_id=organization_id, membership_id=membership_id)
    before = row.role
    if before != role:
        if before == Membership.Role.TRAINER:
            _keep_a_trainer(row)
        row.role = role
        row.save(update_fields=["role"])
        _trace(actor, "membership.role", row, {"role": [before, role]})
    return row


def _keep_a_trainer(row: Membership) -> None:
    """Refuse to let an organisation's last trainer go."""
    others = Membership.objects.filter(
        organization_id=row.organization_id, role=Membership.Role.TRAINER, left_at__isnull=True
    ).exclude(pk=row.pk)
    if not others.exists():
        raise Conflict(_("The organisation needs at least one trainer."))


@transaction.atomic
def end_membership(
    *, organization_id: int, membership_id: int, actor: User | None, now: datetime | None = None
) -> None:
    """End a membership; the row stays as a record. Conflict for the last trainer, NotFound when it ended before."""
    _require_trainer(actor=actor, organization_id=organization_id)
    row = _get_current(organization_id=organization_id, membership_id=membership_id)
    if row.role == Membership.Role.TRAINER and actor is not None:
        _keep_a_trainer(row)
    row.left_at = now or now_utc()
    row.save(update_fields=["left_at"])
    publish(MemberLeft(organization_id=organization_id, user_id=row.user_id, membership_id=row.pk))
    _trace(actor, "membership.end", row)


def _is_kept_by_trainer(row: Membership) -> bool:
    """Whether the account exists for this organisation alone, so that its trainer may set its password."""
    user = row.user
    privileged = user.is_staff or user.is_superuser or user.is_operator or user.is_instructor
    proved = user.phone_verified or EmailAddress.objects.filter(user=user, verified=True).exists()
    elsewhere = (
        Membership.objects.filter(user=user, left_at__isnull=True).exclude(organization_id=row.organization_id).exists()
    )
    return bool(row.staff_number) and not (privileged or proved or elsewhere)


@transaction.atomic
def reset_member_password(*, organization_id: int, membership_id: int, actor: User) -> str:
    """Give a member a new first password and return it; it is shown once, and changed at the next sign-in.

    NotAllowed when the person keeps the account herself (a proved mail or phone, another organisation, a role on the
    platform): she resets it by mail or phone, and no trainer gets into it.
    """
    _require_trainer(actor=actor, organization_id=organization_id)
    row = _get_current(organization_id=organization_id, membership_id=membership_id)
    if not _is_kept_by_trainer(row):
        raise NotAllowed(_("This person keeps the account herself and resets its password by mail or phone."))
    password = set_first_password(user=row.user)
    _trace(actor, "membership.reset_password", row)
    return password


@transaction.atomic
def create_invitation(
    *,
    organization_id: int,
    actor: User,
    department_id: int | None = None,
    days: int = 14,
    max_uses: int | None = None,
    now: datetime | None = None,
) -> Invitation:
    """Make a link by which people join by themselves, for `days` (1 to 90) and at most `max_uses` people."""
    _require_trainer(actor=actor, organization_id=organization_id)
    _check_department(organization_id=organization_id, department_id=department_id)
    if not 1 <= days <= 90:
        raise InvalidInput(_("An invitation lives between 1 and 90 days."), field="days")
    row = Invitation.objects.create(
        organization_id=organization_id,
        department_id=department_id,
        token=secrets.token_urlsafe(24),
        created_by=actor,
        expires_at=(now or now_utc()) + timedelta(days=days),
        max_uses=max_uses,
    )
    record(
        actor=actor,
        action="invitation.create",
        object_kind="invitation",
        object_id=row.pk,
        organization_id=organization_id,
        changes={"days": days, "max_uses": max_uses},
    )
    return row


@transaction.atomic
def revoke_invitation(*, organization_id: int, invitation_id: int, actor: User) -> None:
    """Withdraw a link; NotFound when the organisation has no such link."""
    _require_trainer(actor=actor, organization_id=organization_id)
    rows = Invitation.objects.filter(pk=invitation_id, organization_id=organization_id)
    if not rows.exists():
        raise NotFound(_("There is no such invitation."))
    rows.filter(revoked_at__isnull=True).update(revoked_at=now_utc())


@transaction.atomic
def join_by_invitation(
    *, token: str, user: User, real_name: str, staff_number: str = "", now: datetime | None = None
) -> Membership:
    """Make the person a member by a link and keep her real name.

    NotFound when the link is over, used up or withdrawn; Conflict when she is a member already or the staff number
    is taken. The use is counted by a conditional update, so that two people cannot share the last place.
    """
    moment = now or now_utc()
    counted = (
        Invitation.objects.filter(
            token=token, revoked_at__isnull=True, expires_at__gt=moment, organization__is_active=True
        )
        .filter(Q(max_uses__isnull=True) | Q(used_count__lt=F("max_uses")))
        .update(used_count=F("used_count") + 1)
    )
    if not counted:
        raise NotFound(_("This invitation does not exist any more."))
    invitation = Invitation.objects.get(token=token)
    row = _join(
        organization_id=invitation.organization_id,
        user=user,
        role=Membership.Role.MEMBER,
        department_id=invitation.department_id,
        staff_number=staff_number,
        traced_to=user,
        now=moment,
    )
    if real_name and user.real_name != real_name:
        user.real_name = real_name[:80]
        user.save(update_fields=["real_name"])
    return row
