"""How django-allauth meets our user: user names are made, phones are kept on the user."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Phone and mail of our user model, for django-allauth."""
