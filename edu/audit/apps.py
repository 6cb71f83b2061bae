"""The audit room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what to which object."""

    name = "edu.audit"
    label = "audit"
