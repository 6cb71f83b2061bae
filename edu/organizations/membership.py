"""People join, move, change role and leave; a membership ends but the record stays."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.accounts.services import create_account, set_first_password
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.events.publish import publish
from edu.events.types import MemberJoined, MemberLeft, MemberMoved, MemberRoleChanged
from edu.organizations.models import Department, Membership
from edu.organizations.policies import require_manager

UNDO_SECONDS = 24 * 3600
"""How long a removal can be undone."""


def create_member(
    *,
    actor: User | None = None,
    organization_id: int,
    real_name: str,
    staff_number: str,
    department_id: int | None = None,
    phone: str | None = None,
    email: str | None = None,
    job_title: str = "",
    role: str = Membership.Role.MEMBER,
    language: str = "",
) -> tuple[Membership, str]:
    """Make an account for a member of staff; return the membership and the first password, which is shown once.

    Mail and phone are kept unproved. InvalidInput when name or number are missing; Conflict, with the field, when
    the staff number is taken, or phone or mail belong to another account: that person is invited by link, since
    nobody may take over an account by naming its phone.
    """
    require_manager(actor=actor, organization_id=organization_id)
    _check_department(organization_id, department_id)
    real_name = " ".join(real_name.split())
    if not real_name:
        raise InvalidInput(_("The name is missing."), field="real_name")
    if not staff_number.strip():
        raise InvalidInput(_("A staff number is needed."), field="staff_number")
    with transaction.atomic():
        user = create_account(email=email, phone=phone, real_name=real_name, display_name=real_name, language=language)
        password = set_first_password(user=user)
        row = join(
            organization_id=organization_id,
            user=user,
            department_id=department_id,
            staff_number=staff_number,
            job_title=job_title,
            role=role,
            is_managed=True,
            traced_to=actor,
        )
    return row, password


def add_member(
    *,
    actor: User | None = None,
    organization_id: int,
    user: User,
    department_id: int | None = None,
    staff_number: str | None = None,
    job_title: str = "",
    role: str = Membership.Role.MEMBER,
    now: datetime | None = None,
) -> Membership:
    """Make somebody with an account of her own a member; Conflict when she is one or the staff number is taken."""
    require_manager(actor=actor, organization_id=organization_id)
    _check_department(organization_id, department_id)
    with transaction.atomic():
        return join(
            organization_id=organization_id,
            user=user,
            department_id=department_id,
            staff_number=staff_number or "",
            job_title=job_title,
            role=role,
            is_managed=False,
            traced_to=actor,
            now=now,
        )


def move_members(
    *, actor: User | None, organization_id: int, membership_ids: Sequence[int], department_id: int | None
) -> int:
    """Put members into a department (None: into none); return how many moved. NotFound when one is not a member."""
    require_manager(actor=actor, organization_id=organization_id)
    _check_department(organization_id, department_id)
    with transaction.atomic():
        rows = _current(organization_id, membership_ids)
        names = dict(Department.objects.filter(organization_id=organization_id).values_list("pk", "name"))
        moving = [row for row in rows if row.department_id != department_id]
        for row in moving:
            before = names.get(row.department_id or 0, "")
            row.department_id = department_id
            row.save(update_fields=["department"])
            _record(actor, "membership.move", row, {"department": [before, names.get(department_id or 0, "")]})
            publish(MemberMoved(organization_id=organization_id, user_id=row.user_id, department_id=department_id))
    return len(moving)


def move_member(*, actor: User | None, organization_id: int, membership_id: int, department_id: int | None) -> bool:
    """Put a member into another department of the organisation, or into none; True when she was elsewhere before."""
    return bool(
        move_members(
            actor=actor,
            organization_id=organization_id,
            membership_ids=[membership_id],
            department_id=department_id,
        )
    )


def end_memberships(
    *, actor: User | None, organization_id: int, membership_ids: Sequence[int], now: datetime | None = None
) -> int:
    """End memberships; return how many ended. Nobody removes herself, and one trainer always stays.

    The rows stay, so that records of learning keep their owner; MemberLeft tells the rooms that hold seats.
    """
    require_manager(actor=actor, organization_id=organization_id)
    moment = now or now_utc()
    with transaction.atomic():
        rows = _current(organization_id, membership_ids)
        if actor is not None and any(row.user_id == actor.pk for row in rows):
            raise Conflict(_("You cannot remove yourself. Ask another trainer."))
        if actor is not None:  # who leaves the platform leaves without being asked
            _keep_a_trainer(organization_id, rows)
        for row in rows:
            row.left_at = moment
            row.save(update_fields=["left_at"])
            _record(actor, "membership.end", row)
            publish(MemberLeft(organization_id=organization_id, user_id=row.user_id, membership_id=row.pk))
    return len(rows)


def end_membership(
    *, actor: User | None, organization_id: int, membership_id: int, now: datetime | None = None
) -> None:
    """End one membership; the record stays. NotFound when it ended before."""
    end_memberships(actor=actor, organization_id=organization_id, membership_ids=[membership_id], now=now)


def restore_memberships(
    *, actor: User | None, organization_id: int, membership_ids: Sequence[int], now: datetime | None = None
) -> int:
    """Undo removals of the last UNDO_SECONDS; return how many. Conflict when a staff number was given away since."""
    require_manager(actor=actor, organization_id=organization_id)
    since = (now or now_utc()) - timedelta(seconds=UNDO_SECONDS)
    wanted = set(membership_ids)
    try:
        with transaction.atomic():
            rows = list(
                Membership.objects.select_related("user").filter(
                    organization_id=organization_id, pk__in=wanted, left_at__gte=since
                )
            )
            if len(rows) != len(wanted):
                raise NotFound(_("There is no such removal, or it is too long ago."))
            for row in rows:
                row.left_at = None
                row.save(update_fields=["left_at"])
                _record(actor, "membership.restore", row)
                publish(MemberJoined(organization_id=organization_id, user_id=row.user_id, membership_id=row.pk))
    except IntegrityError as error:
        raise Conflict(_("Somebody else has this staff number, or the person joined again.")) from error
    return len(rows)


def set_role(*, actor: User | None, organization_id: int, membership_id: int, role: str) -> None:
    """Make a member a trainer or a trainer a member; one trainer always stays."""
    require_manager(actor=actor, organization_id=organization_id)
    if role not in Membership.Role.values:
        raise InvalidInput(_("There is no such role."), field="role")
    with transaction.atomic():
        (row,) = _current(organization_id, [membership_id])
        if row.role == role:
            return
        if role == Membership.Role.MEMBER:
            _keep_a_trainer(organization_id, [row])
        before, row.role = row.role, role
        row.save(update_fields=["role"])
        _record(actor, "membership.role", row, {"role": [before, role]})
        publish(MemberRoleChanged(organization_id=organization_id, user_id=row.user_id, role=role))


def make_trainer(*, actor: User | None, organization_id: int, membership_id: int) -> None:
    """Let a member manage the organisation's training."""
    set_role(actor=actor, organization_id=organization_id, membership_id=membership_id, role=Membership.Role.TRAINER)


def edit_member(
    *, actor: User | None, organization_id: int, membership_id: int, staff_number: str, job_title: str
) -> bool:
    """Change number and position of a member; True when something changed. InvalidInput when the number is taken."""
    require_manager(actor=actor, organization_id=organization_id)
    try:
        with transaction.atomic():
            (row,) = _current(organization_id, [membership_id])
            after = {"staff_number": staff_number.strip()[:40] or None, "job_title": job_title.strip()[:80]}
            changes: dict[str, object] = {
                field: [getattr(row, field), value] for field, value in after.items() if getattr(row, field) != value
            }
            if not changes:
                return False
            row.staff_number, row.job_title = after["staff_number"], after["job_title"] or ""
            row.save(update_fields=["staff_number", "job_title"])
            _record(actor, "membership.edit", row, changes)
    except IntegrityError as error:
        raise InvalidInput(_("Somebody else has this staff number."), field="staff_number") from error
    return True


def join(
    *,
    organization_id: int,
    user: User,
    department_id: int | None,
    staff_number: str,
    job_title: str,
    role: str,
    is_managed: bool,
    traced_to: User | None,
    now: datetime | None = None,
) -> Membership:
    """Write the membership, publish it, trace it to whoever caused it. Authorises nobody: its callers have."""
    number = staff_number.strip()[:40] or None
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
                department_id=department_id,
                staff_number=number,
                job_title=job_title.strip()[:80],
                role=role,
                is_managed=is_managed,
                joined_at=now or now_utc(),
            )
    except IntegrityError as error:  # somebody was faster
        raise Conflict(_("This person or this staff number was added just now."), field="staff_number") from error
    publish(MemberJoined(organization_id=organization_id, user_id=user.pk, membership_id=row.pk))
    _record(traced_to, "membership.join", row, {"staff_number": [None, number], "role": [None, str(role)]})
    return row


def _check_department(organization_id: int, department_id: int | None) -> None:
    if (
        department_id is not None
        and not Department.objects.filter(organization_id=organization_id, pk=department_id).exists()
    ):
        raise NotFound(_("There is no such department."))


def _current(organization_id: int, membership_ids: Sequence[int]) -> list[Membership]:
    """Return current memberships with their users; NotFound when one is not of the organisation or has ended."""
    wanted = set(membership_ids)
    rows = list(
        Membership.objects.select_related("user")
        .filter(organization_id=organization_id, pk__in=wanted, left_at__isnull=True)
        .order_by("pk")
    )
    if len(rows) != len(wanted):
        raise NotFound(_("There is no such member."))
    return rows


def _keep_a_trainer(organization_id: int, leaving: Sequence[Membership]) -> None:
    """Raise Conflict when no trainer would stay."""
    if not any(row.role == Membership.Role.TRAINER for row in leaving):
        return
    staying = Membership.objects.filter(
        organization_id=organization_id, role=Membership.Role.TRAINER, left_at__isnull=True
    ).exclude(pk__in=[row.pk for row in leaving])
    if not staying.exists():
        raise Conflict(_("An organisation needs at least one trainer. Make somebody else a trainer first."))


def _record(actor: User | None, action: str, row: Membership, changes: dict[str, object] | None = None) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="membership",
        object_id=row.public_id,
        object_label=row.user.get_full_name(),
        changes=changes,
        organization_id=row.organization_id,
    )
