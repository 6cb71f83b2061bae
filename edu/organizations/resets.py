"""A trainer gives a member of staff a new first password."""

from django.db import transaction
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.audit.services import record
from edu.core.errors import NotAllowed, NotFound
from edu.organizations.contacts import new_first_password
from edu.organizations.models import Membership
from edu.organizations.policies import require_manager


def may_reset_password(membership: Membership) -> bool:
    """Whether trainers may reset the password: only of an account that the organisation made and that stayed its own.

    A person who joined with an account of her own, proved her phone, or works for the platform resets it herself.
    """
    user = membership.user
    return membership.is_managed and not (
        user.phone_verified or user.is_staff or user.is_superuser or user.is_operator or user.is_instructor
    )


def reset_member_password(*, actor: User | None, organization_id: int, membership_id: int) -> str:
    """Set and return a new first password, to be shown once; the member changes it at the next sign-in.

    NotAllowed for accounts that are not the organisation's own or belong to people of several organisations.
    """
    require_manager(actor=actor, organization_id=organization_id)
    row = (
        Membership.objects.select_related("user")
        .filter(organization_id=organization_id, pk=membership_id, left_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound("There is no such member.")
    elsewhere = Membership.objects.filter(user_id=row.user_id, left_at__isnull=True).exclude(
        organization_id=organization_id
    )
    if not may_reset_password(row) or elsewhere.exists():
        raise NotAllowed(_("This person signs in with an account of her own and resets the password herself."))
    password = new_first_password()
    with transaction.atomic():
        row.user.set_password(password)
        row.user.must_change_password = True
        row.user.save(update_fields=["password", "must_change_password"])
        record(
            actor=actor,
            action="member.reset_password",
            object_kind="membership",
            object_id=row.public_id,
            object_label=row.user.get_full_name(),
            organization_id=organization_id,
        )
    return password
