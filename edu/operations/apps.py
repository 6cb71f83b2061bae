"""The operations room."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Registration of the operations room."""

    name = "edu.operations"
    label = "operations"
