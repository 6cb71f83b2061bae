"""The accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registration of the accounts room."""

    name = "edu.accounts"
    label = "accounts"
