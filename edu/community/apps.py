"""The community room."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """Registration of the community room."""

    name = "edu.community"
    label = "community"
