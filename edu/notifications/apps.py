"""The notifications room: finds every app's notices.py at start."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    """Registration of the notifications room."""

    name = "edu.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Import every installed app's `notices` module, which registers its kinds of messages."""
        autodiscover_modules("notices")
