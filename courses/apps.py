"""The courses room."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Registration of the courses room."""

    name = "courses"

    def ready(self) -> None:
        """Make finished courses known to the certificate room, quizzes and classes to the exams room, and listen to the
        page editor."""
        from courses import cohorts, question_uses
        from courses.achievements import register
        from courses.authoring import editor_news

        register()
        question_uses.register()
        cohorts.register()
        editor_news.connect()
