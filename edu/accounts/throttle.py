"""Limits on how often something may be asked: fixed windows counted in the cache. Entries of every room may call it."""

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from edu.core.client_address import find_client_address
from edu.core.errors import TooManyRequests


def check_rate(*, key: str, limit: int, window_seconds: int, now: float | None = None) -> None:
    """Count one request under `key`; TooManyRequests when it is more than `limit` in the current window.

    Windows are fixed: they begin at multiples of `window_seconds`, so a burst over a boundary may reach twice the
    limit. A cache that is emptied forgets, which lets too many through and never too few. `now` is a Unix time.
    """
    moment = time.time() if now is None else now
    window = int(moment // window_seconds)
    name = f"rate:{hashlib.sha256(key.encode()).hexdigest()[:40]}:{window_seconds}:{window}"
    if cache.add(name, 1, timeout=window_seconds + 5):
        count = 1
    else:
        try:
            count = cache.incr(name)
        except ValueError:  # it ran out between the two calls
            cache.set(name, 1, timeout=window_seconds + 5)
            count = 1
    if count > limit:
        raise TooManyRequests(retry_after_seconds=max(1, int((window + 1) * window_seconds - moment)))


def client_address(request: HttpRequest) -> str:
    """Return the address that a request came from; X-Forwarded-For counts as far as TRUSTED_PROXIES vouch for it."""
    return find_client_address(
        remote=str(request.META.get("REMOTE_ADDR", "")),
        forwarded_for=request.headers.get("X-Forwarded-For", ""),
        trusted=settings.TRUSTED_PROXIES,
    )
