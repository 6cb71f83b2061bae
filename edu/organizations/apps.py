"""The organizations room."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Registration of the organizations room."""

    name = "edu.organizations"
    label = "organizations"
