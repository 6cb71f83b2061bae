"""The jobs room: finds every app's background.py at start."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Registration of the jobs room."""

    name = "edu.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Import every installed app's `background` module, which registers its functions."""
        autodiscover_modules("background")
