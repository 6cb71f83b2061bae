"""The notifications room: finds every app's notices.py at start."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    """Registration of the notifications room."""

    name = "edu.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Import every installed app's `notices` module, which registers its kinds of messages."""
        from edu.accounts.deletion import register_personal_data
        from edu.notifications.queries import describe_messages

        autodiscover_modules("notices")
        register_personal_data("messages", lambda user_id: describe_messages(user_id=user_id))
