"""Invitation links: made, withdrawn, and used to join."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from edu.organizations.membership import join
from edu.organizations.models import Department, Invitation, Membership
from edu.organizations.policies import require_manager

MAX_DAYS = 90
MAX_USES = 10_000


def create_invitation(
    *,
    actor: User | None,
    organization_id: int,
    days: int = 14,
    max_uses: int | None = None,
    department_id: int | None = None,
    now: datetime | None = None,
) -> Invitation:
    """Make a link that works for `days` (1 to MAX_DAYS) and `max_uses` people (None: any number)."""
    require_manager(actor=actor, organization_id=organization_id)
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(_("Choose between 1 and %(count)d days.") % {"count": MAX_DAYS}, field="days")
    if max_uses is not None and not 1 <= max_uses <= MAX_USES:
        raise InvalidInput(_("Choose between 1 and %(count)d people.") % {"count": MAX_USES}, field="max_uses")
    if (
        department_id is not None
        and not Department.objects.filter(organization_id=organization_id, pk=department_id).exists()
    ):
        raise NotFound(_("There is no such department."))
    with transaction.atomic():
        row = Invitation.objects.create(
            organization_id=organization_id,
            department_id=department_id,
            token=secrets.token_urlsafe(24),
            created_by=actor,
            expires_at=(now or now_utc()) + timedelta(days=days),
            max_uses=max_uses,
        )
        _record(actor, "invitation.create", row, {"days": days, "max_uses": max_uses})
    return row


def revoke_invitation(*, actor: User | None, organization_id: int, invitation_id: int) -> None:
    """Withdraw a link; who joined by it stays."""
    require_manager(actor=actor, organization_id=organization_id)
    row = Invitation.objects.filter(organization_id=organization_id, pk=invitation_id).first()
    if row is None:
        raise NotFound(_("There is no such invitation."))
    with transaction.atomic():
        if Invitation.objects.filter(pk=row.pk, revoked_at__isnull=True).update(revoked_at=now_utc()):
            _record(actor, "invitation.revoke", row)


def join_by_invitation(
    *, token: str, user: User, real_name: str, staff_number: str = "", now: datetime | None = None
) -> Membership:
    """Make the person a member by a link and keep her real name.

    NotFound when the link is over, used up or withdrawn; Conflict when she is a member already or the staff number
    is taken. The use is counted by a conditional update, so that two people cannot share the last place.
    """
    moment = now or now_utc()
    with transaction.atomic():
        if not Invitation.objects.filter(_usable(moment), token=token).update(used_count=F("used_count") + 1):
            raise NotFound(_("This invitation does not exist any more."))
        invitation = Invitation.objects.get(token=token)
        row = join(
            organization_id=invitation.organization_id,
            user=user,
            department_id=invitation.department_id,
            staff_number=staff_number,
            job_title="",
            role=Membership.Role.MEMBER,
            is_managed=False,
            traced_to=user,
            now=moment,
        )
        if real_name and user.real_name != real_name:
            user.real_name = real_name[:80]
            user.save(update_fields=["real_name"])
    return row


def _usable(now: datetime) -> Q:
    return Q(revoked_at__isnull=True, expires_at__gt=now, organization__is_active=True) & (
        Q(max_uses__isnull=True) | Q(used_count__lt=F("max_uses"))
    )


def _record(actor: User | None, action: str, row: Invitation, changes: dict[str, int | None] | None = None) -> None:
    record(
        actor=actor,
        action=action,
        object_kind="invitation",
        object_id=row.public_id,
        object_label=row.department.name if row.department else "",
        changes=changes,
        organization_id=row.organization_id,
    )
