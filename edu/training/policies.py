"""Who may do what at the trainer's desk: trainers in their own organisation, and nobody else."""

from django.utils.translation import gettext as _

from edu.accounts.models import User
from edu.core.errors import NotFound
from edu.organizations.queries import is_trainer


def require_trainer(*, actor: User | None, organization_id: int) -> None:
    """Raise NotFound unless `actor` trains for the organisation; None is the system and may."""
    if actor is None:
        return
    if not actor.is_active or not is_trainer(user_id=actor.pk, organization_id=organization_id):
        raise NotFound(_("There is no such organisation."))
