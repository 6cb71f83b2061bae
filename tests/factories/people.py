"""People for tests."""

import itertools

from edu.accounts.models import User

_numbers = itertools.count(1)


def make_user(**fields) -> User:
    """Return a saved user with an unused mail address unless one is given."""
    fields.setdefault("email", f"person{next(_numbers)}@example.com")
    return User.objects.create_user(**fields)
