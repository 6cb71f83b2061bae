"""The exams room."""

from django.apps import AppConfig


class ExamsConfig(AppConfig):
    """Registration of the exams room."""

    name = "exams"

    def ready(self) -> None:
        """Say what this room keeps about a person."""
        from edu.accounts.deletion import register_personal_data
        from exams.delivery.signals import describe_signals

        register_personal_data("exam_signals", lambda user_id: describe_signals(user_id=user_id))
