"""The events room."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Registration of the events room."""

    name = "edu.events"
    label = "events"
