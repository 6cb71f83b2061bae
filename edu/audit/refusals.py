"""Ids that were asked for in vain: one line in the log for each, and an audit entry when an account does it often.

Somebody who guesses the address of another's attempt, file or course is answered 404 (401, 403) and leaves a trace. A
stale link leaves the same trace; only the number tells them apart.
"""

import logging
import uuid
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from edu.accounts.throttle import client_address
from edu.audit.services import record

logger = logging.getLogger("edu.security")

REFUSED = frozenset({401, 403, 404})
WINDOW_SECONDS = 3600
THRESHOLD = 30
"""Refusals of one account (or of one address without one) within the window that are written to the audit log."""


def asked_ids(request: HttpRequest) -> list[str]:
    """Return the ids in the address of a request, as far as it leads to a page at all."""
    match = request.resolver_match
    return [str(value) for value in match.kwargs.values() if _is_id(value)] if match else []


def _is_id(value: Any) -> bool:
    if isinstance(value, uuid.UUID):
        return True
    try:
        uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def _who(request: HttpRequest) -> Any | None:
    """Return the account behind a request: by attempt key or token, else by session; None for nobody."""
    by_key = getattr(request, "auth", None)
    if getattr(by_key, "is_authenticated", False):
        return by_key
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def note_refusal(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write down that ids of this request were refused; nothing where its address has none."""
    ids = asked_ids(request)
    if not ids:
        return
    user = _who(request)
    address = client_address(request)
    key = getattr(getattr(request, "auth", None), "user_id", None)
    account = user.pk if user is not None else key
    logger.warning(
        "refused %s %s (%s): %s, account %s, address %s",
        request.method,
        request.resolver_match.view_name if request.resolver_match else "",
        response.status_code,
        " ".join(ids),
        account or "none",
        address or "unknown",
    )
    place = f"refusals:{account or address}"
    cache.add(place, 0, WINDOW_SECONDS)
    try:
        count = cache.incr(place)
    except ValueError:  # the window ended between the two
        return
    if count == THRESHOLD:
        record(
            actor=user,
            action="access.refused_often",
            object_kind="user",
            object_id=getattr(user, "public_id", "") or account or "",
            object_label=str(user) if user is not None else (address or ""),
            changes={"refusals": THRESHOLD, "window_seconds": WINDOW_SECONDS, "last": ids},
            ip_address=address,
        )
