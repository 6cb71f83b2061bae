"""The media room."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """Registration of the media room."""

    name = "media"
