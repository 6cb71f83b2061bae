"""The courses room."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Registration of the courses room."""

    name = "courses"

    def ready(self) -> None:
        """Tell the certificates room how a finished course is called."""
        from certificates.services import register_achievement
        from courses.achievements import course_achievement, list_authored_courses

        register_achievement(kind="course", resolve=course_achievement, list_for_author=list_authored_courses)
