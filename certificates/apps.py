"""The certificates room."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Registration of the certificates room."""

    name = "certificates"

    def ready(self) -> None:
        """Let the pages of exams tell which certificates passing earns."""
        from certificates.achievements import announce_on_exams

        announce_on_exams()
