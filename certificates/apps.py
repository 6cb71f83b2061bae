"""The certificates room."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registration of the certificates room."""

    name = "certificates"
