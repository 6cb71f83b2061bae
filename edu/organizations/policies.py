"""Who may change what of an organisation; every use case of this room asks here."""

from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.core.errors import NotFound
from edu.organizations.models import Membership


def may_manage(*, user: User, organization_id: int) -> bool:
    """Whether the person is a trainer of the organisation now, or an operator of the platform."""
    if not user.is_active:
        return False
    if user.is_superuser or user.is_operator:
        return True
    return Membership.objects.filter(
        user_id=user.pk,
        organization_id=organization_id,
        role=Membership.Role.TRAINER,
        left_at__isnull=True,
        organization__is_active=True,
    ).exists()


def require_manager(*, actor: User | None, organization_id: int) -> None:
    """Raise NotFound unless `actor` may manage the organisation; None is the system and may."""
    if actor is not None and not may_manage(user=actor, organization_id=organization_id):
        raise NotFound(_("There is no such organisation."))
