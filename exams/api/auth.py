"""Who calls: a person by token or session, or the bearer of an attempt key or of a practice key."""

import uuid

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from edu.core.clock import now_utc
from edu.core.errors import NotFound
from exams.delivery.keys import AttemptKey, read_attempt_key
from exams.practice.keys import PracticeKey, read_practice_key

READS_PER_MINUTE = 240


class AttemptKeyAuth(AuthBase):
    """`Authorization: Attempt <key>`: the bearer may read and write that attempt. No session, no user row is read."""

    openapi_type = "http"
    openapi_scheme = "attempt"

    def __call__(self, request: HttpRequest) -> AttemptKey | None:
        """Return the key, None where there is none; InvalidAttemptKey for one that is not ours."""
        scheme, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "attempt" or not text:
            return None
        return read_attempt_key(text.strip(), now=now_utc())


class PracticeKeyAuth(AuthBase):
    """`Authorization: Practice <key>`: the bearer may answer in that practice session. No browser session is read."""

    openapi_type = "http"
    openapi_scheme = "practice"

    def __call__(self, request: HttpRequest) -> PracticeKey | None:
        """Return the key, None where there is none; InvalidPracticeKey for one that is not ours."""
        scheme, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "practice" or not text:
            return None
        return read_practice_key(text.strip(), now=now_utc())


def user_id_of(request: HttpRequest) -> int:
    """Return whose request this is, by token, session or attempt key."""
    who = request.auth  # type: ignore[attr-defined] # set by ninja
    return int(who.user_id if isinstance(who, AttemptKey) else who.pk)


def own_practice_key(request: HttpRequest, session_id: uuid.UUID) -> PracticeKey:
    """Return the practice key of the request; NotFound when it is the key of another session."""
    who = request.auth  # type: ignore[attr-defined] # set by ninja
    if not isinstance(who, PracticeKey) or who.public_id != str(session_id):
        raise NotFound(_("There is no such practice."))
    return who


def own_key(request: HttpRequest, attempt_id: uuid.UUID) -> AttemptKey | None:
    """Return the attempt key of the request; NotFound when it is the key of another attempt."""
    who = request.auth  # type: ignore[attr-defined] # set by ninja
    if not isinstance(who, AttemptKey):
        return None
    if who.public_id != str(attempt_id):
        raise NotFound(_("There is no such attempt."))
    return who
