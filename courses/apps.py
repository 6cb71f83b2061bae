"""The courses room."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Registration of the courses room."""

    name = "courses"

    def ready(self) -> None:
        """Make finished courses known to the certificate room."""
        from courses.achievements import register

        register()
