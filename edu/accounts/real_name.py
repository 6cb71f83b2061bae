"""Setting the real name, which stands on certificates."""

from django.db import transaction

from edu.accounts.models import User
from edu.core.errors import NotFound
from edu.events.publish import publish
from edu.events.types import RealNameSet

__all__ = ["set_real_name"]


def set_real_name(*, user_id: int, real_name: str) -> None:
    """Store the person's real name and tell the rooms that wait for it; NotFound for an unknown person."""
    with transaction.atomic():
        if not User.objects.filter(pk=user_id).update(real_name=real_name):
            message = "There is no such person."
            raise NotFound(message)
        publish(RealNameSet(user_id=user_id))
