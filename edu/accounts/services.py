"""Writes on accounts: made, signed out everywhere, emptied; API tokens made and revoked."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from edu.accounts.deletion import collect_personal_data, list_obstacles
from edu.accounts.models import ApiToken, User
from edu.accounts.passwords import make_first_password
from edu.accounts.phones import normalize_phone
from edu.accounts.tokens import PREFIX, digest_of, make_secret
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.events.publish import publish
from edu.events.types import AccountDeleted, UserRegistered

__all__ = [
    "choose_language",
    "create_account",
    "create_token",
    "delete_account",
    "export_personal_data",
    "remember_language",
    "revoke_token",
    "set_first_password",
    "sign_out_everywhere",
]

MAX_TOKENS = 20


def remember_language(*, user: User, language: str) -> None:
    """Keep the language of the page as the person's own, in which mails reach her, unless she has one already.

    A language that the site does not speak is not kept.
    """
    if user.language or language not in dict(settings.LANGUAGES):
        return
    if User.objects.filter(pk=user.pk, language="").update(language=language):
        user.language = language


def choose_language(*, user: User, language: str) -> None:
    """Make a language that the site speaks the person's own; anything else changes nothing."""
    if language in dict(settings.LANGUAGES) and user.language != language:
        user.language = language
        user.save(update_fields=["language"])


def create_account(
    *,
    email: str | None = None,
    phone: str | None = None,
    password: str | None = None,
    real_name: str = "",
    display_name: str = "",
    language: str = "",
    verified: bool = False,
    must_change_password: bool = False,
    announce: bool = True,
    **flags: bool,
) -> User:
    """Make an account for somebody, as imports, operators and the demo do; joins the caller's transaction.

    `verified` says that mail and phone are known to be hers, so that she signs in by them without a code. Without
    a password the account has none yet. `announce` publishes UserRegistered, by which she is greeted. `flags` are
    is_instructor, is_operator, is_staff and is_superuser. Conflict (field email or phone) when somebody has one of
    them already; InvalidPhone for a phone that is none.
    """
    mail = (email or "").strip().lower() or None
    number = normalize_phone(text=phone) if phone else None
    if mail and (User.objects.filter(email=mail).exists() or EmailAddress.objects.filter(email=mail).exists()):
        raise Conflict(_("Somebody has an account with this mail address already."), field="email")
    if number and User.objects.filter(phone=number).exists():
        raise Conflict(_("Somebody has an account with this phone already."), field="phone")
    unknown = set(flags) - {"is_instructor", "is_operator", "is_staff", "is_superuser"}
    if unknown:
        message = f"unknown flags: {sorted(unknown)}"
        raise TypeError(message)
    fields: dict[str, Any] = {
        "email": mail,
        "password": password,
        "phone": number,
        "phone_verified": bool(number and verified),
        "real_name": real_name[:80],
        "display_name": display_name[:80],
        "language": language,
        "must_change_password": must_change_password,
    }
    user = User.objects.create_user(**(fields | flags))
    if mail:
        EmailAddress.objects.create(user=user, email=mail, primary=True, verified=verified)
    if announce:
        publish(UserRegistered(user_id=user.pk))
    return user


def set_first_password(*, user: User) -> str:
    """Give the person a new first password, end her sessions, and return it: it is shown once and kept nowhere."""
    password = make_first_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    return password


def sign_out_everywhere(*, user: User) -> None:
    """End every session of the person, this one included; whoever calls keeps the present one alive if wished."""
    user.session_generation += 1
    user.save(update_fields=["session_generation"])


@transaction.atomic
def create_token(*, user: User, name: str, days: int = 0, now: datetime | None = None) -> tuple[ApiToken, str]:
    """Make an API token for the person and return it with its secret, which is never seen again.

    `days` until it ends, 0 for never. InvalidInput when she has too many live ones.
    """
    moment = now or now_utc()
    if ApiToken.objects.filter(user=user, revoked_at__isnull=True).count() >= MAX_TOKENS:
        raise InvalidInput(_("You have too many tokens. Revoke one first."), field="name")
    secret = make_secret()
    row = ApiToken.objects.create(
        user=user,
        name=name[:80],
        prefix=secret[: len(PREFIX) + 6],
        digest=digest_of(secret),
        created_at=moment,
        expires_at=moment + timedelta(days=days) if days else None,
    )
    return row, secret


def revoke_token(*, user: User, public_id: uuid.UUID, now: datetime | None = None) -> None:
    """End one of the person's tokens; NotFound when it is not hers. Revoking it again changes nothing."""
    row = ApiToken.objects.filter(user=user, public_id=public_id).first()
    if row is None:
        raise NotFound(_("There is no such token."))
    ApiToken.objects.filter(pk=row.pk, revoked_at__isnull=True).update(revoked_at=now or now_utc())


def export_personal_data(*, user: User) -> dict[str, Any]:
    """Return everything that is kept about the person as plain JSON values, by section."""
    account = {
        "id": str(user.public_id),
        "email": user.email,
        "phone": user.phone,
        "phone_verified": user.phone_verified,
        "real_name": user.real_name,
        "display_name": user.display_name,
        "language": user.language,
        "joined_at": user.date_joined.isoformat(),
        "last_login_at": user.last_login.isoformat() if user.last_login else None,
        "api_tokens": [
            {"name": row.name, "created_at": row.created_at.isoformat()} for row in user.jinbang_tokens.all()
        ],
    }
    return {"account": account} | collect_personal_data(user_id=user.pk)


@transaction.atomic(durable=True)
def delete_account(*, user: User, now: datetime | None = None) -> None:
    """Empty the account at its owner's wish: names, mail, phone, password, tokens and second factors go.

    The row stays without them, so that orders, results and certificates keep their records; other rooms empty theirs
    when they hear AccountDeleted. Conflict with every reason when a room says that she cannot leave yet.
    """
    obstacles = list_obstacles(user_id=user.pk)
    if obstacles:
        raise Conflict(" ".join(obstacles))
    ApiToken.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.username = f"deleted-{user.public_id.hex}"
    user.email = user.phone = None
    user.first_name = user.last_name = user.real_name = user.display_name = user.language = ""
    user.phone_verified = user.must_change_password = False
    user.is_active = user.is_staff = user.is_superuser = user.is_instructor = user.is_operator = False
    user.set_unusable_password()
    user.session_generation += 1
    user.deleted_at = now or now_utc()
    user.save()
    publish(AccountDeleted(user_id=user.pk, public_id=str(user.public_id)))
