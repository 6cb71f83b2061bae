"""The public check over the API."""

from datetime import datetime

import ninja
from django.http import HttpRequest
from ninja.errors import HttpError

from certificates.verify import count_miss, is_blocked, verify_serial
from edu.accounts.throttle import client_address
from edu.core.errors import NotFound

router = ninja.Router(tags=["certificates"])


class VerificationOut(ninja.Schema):
    """A certificate as the public may see it; `state` is valid, expired, revoked or replaced."""

    serial: str
    state: str
    holder_name: str
    title: str
    score_text: str
    issuer: str
    issued_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    reason: str


@router.get("/verify/{serial}", response=VerificationOut, auth=None, summary="Check a certificate by its serial")
def verify(request: HttpRequest, serial: str) -> object:
    """Answer what is known of a serial; 404 when there is none, 429 after too many unknown ones."""
    address = client_address(request)
    if is_blocked(address=address):
        raise HttpError(429, "Too many unknown serials were asked for. Try again in ten minutes.")
    found = verify_serial(text=serial)
    if not found.is_found:
        count_miss(address=address)
        message = "There is no certificate with this serial."
        raise NotFound(message)
    return found
