"""Invitation links: made, withdrawn, and used to join."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.events.publish import publish
from edu.events.types import MemberJoined
from edu.organizations.models import Department, Invitation, Membership
from edu.organizations.policies import require_manager

MAX_DAYS = 90
MAX_USES = 10_000


class InvitationUnusable(Conflict):
    """The link was withdrawn, has expired or is used up."""

    code = "invitation_unusable"


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """What somebody who opens the link may know."""

    organization_id: int
    organization_name: str
    department_name: str
    expires_at: datetime


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
    if department_id is not None and not Department.objects.filter(
        organization_id=organization_id, pk=department_id
    ).exists():
        raise NotFound("There is no such department.")
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
        raise NotFound("There is no such invitation.")
    with transaction.atomic():
        if Invitation.objects.filter(pk=row.pk, revoked_at__isnull=True).update(revoked_at=now_utc()):
            _record(actor, "invitation.revoke", row)


def find_invitation(*, token: str, now: datetime | None = None) -> InvitationView | None:
    """Return what a usable link leads to, or None."""
    row = Invitation.objects.filter(_usable(now or now_utc()), token=token).select_related(
        "organization", "department"
    ).first()
    if row is None:
        return None
    return InvitationView(
        organization_id=row.organization_id,
        organization_name=row.organization.name,
        department_name=row.department.name if row.department else "",
        expires_at=row.expires_at,
    )


def accept_invitation(*, user: User, token: str, now: datetime | None = None) -> Membership:
    """Let a signed-in person join by a link. Who is a member already stays as she is, and the link is not used.

    InvitationUnusable when it cannot be used (any more). The count is a conditional update, so that two people
    cannot share the last use.
    """
    moment = now or now_utc()
    with transaction.atomic():
        row = Invitation.objects.filter(_usable(moment), token=token).first()
        if row is None:
            raise InvitationUnusable(_("This invitation has ended. Ask your trainer for a new link."))
        present = Membership.objects.filter(
            organization_id=row.organization_id, user=user, left_at__isnull=True
        ).first()
        if present is not None:
            return present
        if not Invitation.objects.filter(_usable(moment), pk=row.pk).update(used_count=F("used_count") + 1):
            raise InvitationUnusable(_("This invitation has ended. Ask your trainer for a new link."))
        try:
            with transaction.atomic():
                membership = Membership.objects.create(
                    organization_id=row.organization_id,
                    user=user,
                    department_id=row.department_id,
                    joined_at=moment,
                )
        except IntegrityError as error:
            raise Conflict(_("You are a member already.")) from error
        publish(
            MemberJoined(
                organization_id=row.organization_id, user_id=user.pk, membership_id=membership.pk
            )
        )
        _record(user, "invitation.accept", row)
    return membership


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
