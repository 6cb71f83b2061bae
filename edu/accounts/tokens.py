"""API tokens: made once, kept as digests, read by the API's bearer authentication."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from ninja.security import HttpBearer

from edu.accounts.models import ApiToken, User
from edu.accounts.throttle import check_rate
from edu.core.clock import now_utc

PREFIX = "jb_"
USED_RESOLUTION_SECONDS = 3600
"""How fine `last_used_at` is: one write an hour and token instead of one a request."""


def make_secret() -> str:
    """Return a new token as its owner will use it: 256 random bits behind a prefix that scanners can find."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_user_by_token(*, secret: str, now: datetime) -> User | None:
    """Return the active owner of a live token, in one query; None for a wrong, revoked or expired one.

    Notes the use, to the hour, with one more statement at most once an hour.
    """
    row = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(secret), revoked_at__isnull=True, user__is_active=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= timedelta(seconds=USED_RESOLUTION_SECONDS):
        hour = now.replace(minute=0, second=0, microsecond=0)
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=hour)
    return row.user


class TokenAuth(HttpBearer):
    """`Authorization: Bearer jb_…`: gives the API the token's owner as request.auth and request.auth_user.

    Each token may make settings.API_REQUESTS_PER_MINUTE requests a minute; more raise TooManyRequests (429).
    """

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return the person, or None, which answers 401. A person with a first password gets none."""
        if not token.startswith(PREFIX):
            return None
        check_rate(key=f"api:{digest_of(token)}", limit=settings.API_REQUESTS_PER_MINUTE, window_seconds=60)
        user = find_user_by_token(secret=token, now=now_utc())
        if user is None or user.must_change_password:
            return None
        request.auth_user = user  # type: ignore[attr-defined] # read by the rooms' routers
        return user
