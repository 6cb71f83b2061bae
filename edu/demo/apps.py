"""The demo room."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registration of the demo room."""

    name = "edu.demo"
    label = "demo"
