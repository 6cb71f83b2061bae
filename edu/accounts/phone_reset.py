"""A new password by a code to the phone: the state lives in the session, the answers never tell who has an account."""

import secrets
import time
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from edu.accounts.models import User
from edu.accounts.throttle import check_rate, client_address

SESSION_KEY = "accounts_phone_reset"
VALID_SECONDS = 600
MAX_ATTEMPTS = 3


def start_phone_reset(*, request: HttpRequest, phone: str) -> None:
    """Send a code to the phone if it has an account; begin the same in the session either way.

    TooManyRequests after three codes in ten minutes for one phone, or twenty for one address.
    """
    check_rate(key=f"phone-reset:{phone}", limit=3, window_seconds=600)
    check_rate(key=f"phone-reset-from:{client_address(request)}", limit=20, window_seconds=600)
    adapter = get_adapter(request)
    user = adapter.get_user_by_phone(phone)
    code = f"{secrets.randbelow(1_000_000):06d}"
    if user is not None:
        adapter.send_verification_code_sms(user=user, phone=phone, code=code)
    request.session[SESSION_KEY] = {
        "phone": phone,
        "code": code,
        "user_id": user.pk if user is not None else None,
        "at": time.time(),
        "failed": 0,
    }


def find_phone_reset(*, session: SessionBase) -> dict[str, Any] | None:
    """Return the reset under way; None when there is none or it ran out."""
    state: dict[str, Any] | None = session.get(SESSION_KEY)
    if state is None:
        return None
    if time.time() - state["at"] > VALID_SECONDS or state["failed"] >= MAX_ATTEMPTS:
        session.pop(SESSION_KEY, None)
        return None
    return state


def finish_phone_reset(*, request: HttpRequest, code: str, password: str) -> bool:
    """Set the new password if the code is right; the phone is then proved too. False for a wrong code, which counts."""
    state = find_phone_reset(session=request.session)
    if state is None:
        return False
    user = User.objects.filter(pk=state["user_id"], phone=state["phone"], is_active=True).first()
    typed = "".join(character for character in code if character.isdigit())
    if user is None or not secrets.compare_digest(typed, state["code"]):
        state["failed"] += 1
        request.session[SESSION_KEY] = state
        return False
    request.session.pop(SESSION_KEY, None)
    adapter = get_adapter(request)
    adapter.set_phone_verified(user, state["phone"])
    adapter.set_password(user, password)
    return True
