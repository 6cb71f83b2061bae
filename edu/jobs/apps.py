"""The jobs room: finds every app's background.py at start, and loads the Celery application where one is asked for."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Registration of the jobs room."""

    name = "edu.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Import every installed app's `background` module, which registers its functions, and the Celery application
        where that is the broker: without it tasks are sent to Celery's default, a broker on this machine that nobody
        listens to."""
        autodiscover_modules("background")
        if settings.JOBS_BROKER == "celery":
            import_module("edu.celery")
