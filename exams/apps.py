"""The exams room."""

from django.apps import AppConfig


class ExamsConfig(AppConfig):
    """Registration of the exams room."""

    name = "exams"
