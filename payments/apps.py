"""The payments room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Registration of the payments room."""

    name = "payments"
    verbose_name = _("Payments")
