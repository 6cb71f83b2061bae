"""Reads of accounts for other rooms."""

from edu.accounts.models import User


def user_display(user: User) -> str:
    """Return the name that others see."""
    return str(user)
