"""The access room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registration of the access room."""

    name = "edu.access"
    label = "access"
