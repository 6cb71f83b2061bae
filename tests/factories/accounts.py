"""People for tests."""

from itertools import count
from typing import Any

from edu.accounts.models import User
from edu.accounts.services import create_account

PASSWORD = "quiet-lantern-42"
_numbers = count(1)


def make_user(**fields: Any) -> User:
    """Return a person with a proved mail address and PASSWORD."""
    values: dict[str, Any] = {"email": f"person{next(_numbers)}@example.com", "password": PASSWORD, "verified": True}
    return create_account(**(values | fields))


def make_phone() -> str:
    """Return a Chinese mobile number that no other test person has."""
    return f"+86138{next(_numbers):08d}"
