"""The practice key: a signed statement that its bearer may answer in one practice session of one learner.

It lets an answer pass without a browser session. Whether the practice is finished and the account still open is seen
in their rows; the key itself ends LASTS after the page with it was made.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from edu.core.errors import NotAllowed
from exams.models import PracticeSession

SALT = "exams.practice"
LASTS = timedelta(days=7)


class InvalidPracticeKey(NotAllowed):
    """This practice key is not valid (any more). Open the practice again."""

    code = "invalid_practice_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeKey:
    """Who may answer in which session; `public_id` is the session's id in addresses."""

    session_id: int
    public_id: str
    user_id: int


def sign_practice_key(session: PracticeSession, /, *, now: datetime) -> str:
    """Return the key of a session as text for the Authorization header. The caller has made sure whose it is."""
    fields = [session.pk, str(session.public_id), session.user_id, int((now + LASTS).timestamp())]
    return signing.Signer(salt=SALT).sign_object(fields)


def read_practice_key(text: str, /, *, now: datetime) -> PracticeKey:
    """Return what the key says; InvalidPracticeKey when it was not signed here or has ended."""
    try:
        session_id, public_id, user_id, expires = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidPracticeKey from error
    if now.timestamp() > expires:
        raise InvalidPracticeKey
    return PracticeKey(session_id=session_id, public_id=public_id, user_id=user_id)
