"""The website room."""

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    """Registration of the website room."""

    name = "edu.website"
    label = "website"
