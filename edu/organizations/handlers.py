"""What organisations do when news arrives."""

from edu.events.types import AccountDeleted
from edu.organizations.models import Membership
from edu.organizations.services import end_membership


def end_memberships(event: AccountDeleted) -> None:
    """End every membership of a person who has left the platform."""
    for row in Membership.objects.filter(user_id=event.user_id, left_at__isnull=True):
        end_membership(organization_id=row.organization_id, membership_id=row.pk, actor=None)
