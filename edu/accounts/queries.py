"""Reads of accounts for other rooms."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext

from edu.accounts.models import ApiToken, User
from edu.core.errors import NotFound


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


def get_user(*, user_id: int) -> User:
    """Return a person; NotFound when there is none."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        message = "There is no such person."
        raise NotFound(message)
    return user


def find_users(*, text: str, also_ids: Iterable[int] = (), limit: int = 50) -> list[User]:
    """Return people whose mail, name, phone (four digits or more) or account name holds `text`, and `also_ids`."""
    digits = "".join(character for character in text if character.isdigit())
    condition = (
        Q(email__icontains=text) | Q(display_name__icontains=text) | Q(real_name__icontains=text) | Q(username=text)
    )
    if len(digits) >= 4:
        condition |= Q(phone__contains=digits)
    return list(User.objects.filter(condition | Q(pk__in=list(also_ids))).order_by("-id")[:limit])


def users_by_identifier(*, identifiers: set[str]) -> dict[str, User]:
    """Return people by each of `identifiers`: mail in lower case, phone in E.164, or account name. One query."""
    found: dict[str, User] = {}
    rows = User.objects.filter(Q(email__in=identifiers) | Q(phone__in=identifiers) | Q(username__in=identifiers))
    for user in rows:
        found.update({key: user for key in (user.email, user.phone, user.username) if key})
    return found


def count_registered(*, from_at: datetime, to_at: datetime) -> int:
    """Return how many accounts were made in the period."""
    return User.objects.filter(date_joined__gte=from_at, date_joined__lt=to_at).count()


def list_operator_ids() -> list[int]:
    """Return the people who work at the operator's desk."""
    return list(User.objects.filter(is_operator=True, is_active=True).values_list("id", flat=True))
