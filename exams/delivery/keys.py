"""The attempt key: a signed statement that its bearer may write the responses of one attempt in one epoch.

It lets a save pass without a session or a user row. Deadline, pause and epoch are checked in the attempt's row, so an
extension needs no new key; the key itself ends seven days after the exam closes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.core import signing

from edu.core.errors import NotAllowed

SALT = "exams.attempt"
OUTLIVES_CLOSE = timedelta(days=7)


class InvalidAttemptKey(NotAllowed):
    """This attempt key is not valid (any more). Open the exam again."""

    code = "invalid_attempt_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptKey:
    """Who may write which attempt, in which epoch; `slots` and `grace_seconds` spare the hot path two reads."""

    attempt_id: int
    public_id: str
    user_id: int
    epoch: int
    slots: int
    grace_seconds: int


def sign_attempt_key(key: AttemptKey, /, *, closes_at: datetime) -> str:
    """Return the key as text for the Authorization header."""
    expires = int((closes_at + OUTLIVES_CLOSE).timestamp())
    fields = [key.attempt_id, key.public_id, key.user_id, key.epoch, key.slots, key.grace_seconds, expires]
    return signing.Signer(salt=SALT).sign_object(fields)


def read_attempt_key(text: str, /, *, now: datetime) -> AttemptKey:
    """Return what the key says; InvalidAttemptKey when it was not signed here or has ended."""
    try:
        key, expires = _signed_here(text, settings.SECRET_KEY)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidAttemptKey from error
    if now.timestamp() > expires:
        raise InvalidAttemptKey
    return key


@lru_cache(maxsize=4096)
def _signed_here(text: str, _secret: str) -> tuple[AttemptKey, int]:
    """Return what a key that is signed with the site's secret says, and when it ends; kept, as a room sends the same
    key with every save."""
    fields = signing.Signer(salt=SALT).unsign_object(text)
    attempt_id, public_id, user_id, epoch, slots, grace, expires = fields
    key = AttemptKey(
        attempt_id=attempt_id, public_id=public_id, user_id=user_id, epoch=epoch, slots=slots, grace_seconds=grace
    )
    return key, expires
