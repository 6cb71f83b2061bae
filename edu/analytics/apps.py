"""The analytics room."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Registration of the analytics room."""

    name = "edu.analytics"
    label = "analytics"
