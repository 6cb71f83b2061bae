"""Reads of accounts for other rooms."""

import uuid

from django.utils.translation import gettext

from edu.accounts.models import ApiToken, User


def user_display(user: User) -> str:
    """Return the name that others see."""
    return str(user)


def list_tokens(*, user: User) -> list[ApiToken]:
    """Return the person's tokens that are not revoked, newest first."""
    return list(ApiToken.objects.filter(user=user, revoked_at__isnull=True).order_by("-id"))


def find_user(*, public_id: uuid.UUID) -> User | None:
    """Return the active person of a public id."""
    return User.objects.filter(public_id=public_id, is_active=True).first()


def public_name(*, user: User) -> str:
    """Return the name for strangers: the display name, or one that gives neither real name, mail nor phone away."""
    if user.deleted_at or user.display_name:
        return str(user)
    return gettext("Learner %(code)s") % {"code": user.public_id.hex[:4].upper()}
