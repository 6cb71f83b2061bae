"""Who may do what in the payments room."""

from typing import Any

from django.utils.translation import gettext as _

from edu.core.errors import NotAllowed
from edu.organizations.queries import MembershipView, list_memberships


def is_shop_operator(actor: Any) -> bool:
    """Whether the person keeps the shop: an active operator or superuser."""
    return bool(actor.is_active and (actor.is_operator or actor.is_superuser))


def require_operator(actor: Any | None) -> None:
    """Let operators and the system (None) pass; NotAllowed for everybody else."""
    if actor is not None and not is_shop_operator(actor):
        raise NotAllowed(_("Only an operator may do this."))


def list_buying_organizations(*, user_id: int) -> list[MembershipView]:
    """Return the organisations for which the person may buy: those where she is a trainer."""
    return [row for row in list_memberships(user_id=user_id) if row.role == "trainer"]
