"""The exams room."""

from django.apps import AppConfig


class ExamsConfig(AppConfig):
    """Registration of the exams room."""

    name = "exams"

    def ready(self) -> None:
        """Say what this room keeps about a person, and let timelines show what rooms noticed."""
        from edu.accounts.deletion import register_personal_data
        from exams.delivery.signals import describe_signals
        from exams.delivery.times import describe_question_seconds
        from exams.invigilation import noticed  # noqa: F401 - registers its lines
        from exams.practice.export import describe_practice

        register_personal_data("exam_signals", lambda user_id: describe_signals(user_id=user_id))
        register_personal_data("exam_question_seconds", lambda user_id: describe_question_seconds(user_id=user_id))
        register_personal_data("practice", lambda user_id: describe_practice(user_id=user_id))
