"""The courses room."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Registration of the courses room."""

    name = "courses"
