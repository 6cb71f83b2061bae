"""The public check of a serial.

Whoever holds a certificate has its serial and already reads the holder's name on it, so the check shows the full name:
a masked one would prove less than the paper claims. Serials cannot be guessed, and misses are counted per address.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from certificates.domain.eligibility import State
from certificates.domain.serials import InvalidSerial, parse_serial
from certificates.models import Certificate
from edu.core.clock import now_utc

MAX_MISSES = 20
MISS_WINDOW_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What the public may know of a serial. `state` is valid, expired, revoked, replaced, unknown or mistyped."""

    serial: str
    state: str
    holder_name: str = ""
    title: str = ""
    score_text: str = ""
    issuer: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""

    @property
    def is_found(self) -> bool:
        """Whether there is such a certificate, good or not."""
        return bool(self.title)


def verify_serial(*, text: str, now: datetime | None = None) -> Verification:
    """Return what is known of the serial that somebody typed or scanned."""
    try:
        serial = parse_serial(text)
    except InvalidSerial:
        return Verification(serial=text[:40], state="mistyped")
    row = Certificate.objects.filter(serial=serial).first()
    if row is None:
        return Verification(serial=serial, state="unknown")
    state = row.state_at(now or now_utc())
    ended_at = {
        State.REVOKED: row.revoked_at,
        State.REPLACED: row.superseded_at,
        State.EXPIRED: row.expires_at,
    }.get(state)
    return Verification(
        serial=serial,
        state=state.value,
        holder_name=row.holder_name,
        title=row.title,
        score_text=row.score_text,
        issuer=str(row.snapshot.get("issuer", "")),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        ended_at=ended_at,
        reason=row.revoke_reason,
    )


def is_blocked(*, address: str) -> bool:
    """Whether too many unknown serials were asked for from this network address of late."""
    return bool(cache.get(_key(address), 0) >= MAX_MISSES)


def count_miss(*, address: str) -> None:
    """Remember one unknown serial of this network address for MISS_WINDOW_SECONDS."""
    key = _key(address)
    cache.add(key, 0, MISS_WINDOW_SECONDS)
    try:
        cache.incr(key)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, MISS_WINDOW_SECONDS)


def _key(address: str) -> str:
    return f"certificates:misses:{address}"
