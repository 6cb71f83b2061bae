"""The search room."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Registration of the search room."""

    name = "edu.search"
    label = "search"
