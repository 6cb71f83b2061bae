"""The payments room."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Registration of the payments room."""

    name = "payments"
