"""A trainer gives a member of staff a new first password."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.accounts.services import set_first_password
from edu.audit.services import record
from edu.core.errors import NotAllowed, NotFound
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

    NotAllowed when the person keeps the account herself (a proved mail or phone, another organisation, a role on the
    platform): she resets it by mail or phone, and no trainer gets into it.
    """
    require_manager(actor=actor, organization_id=organization_id)
    row = (
        Membership.objects.select_related("user")
        .filter(organization_id=organization_id, pk=membership_id, left_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such member."))
    elsewhere = Membership.objects.filter(user_id=row.user_id, left_at__isnull=True).exclude(
        organization_id=organization_id
    )
    proved = EmailAddress.objects.filter(user_id=row.user_id, verified=True)
    if not may_reset_password(row) or proved.exists() or elsewhere.exists():
        raise NotAllowed(_("This person keeps the account herself and resets its password by mail or phone."))
    with transaction.atomic():
        password = set_first_password(user=row.user)
        record(
            actor=actor,
            action="membership.reset_password",
            object_kind="membership",
            object_id=row.public_id,
            object_label=row.user.get_full_name(),
            organization_id=organization_id,
        )
    return password
