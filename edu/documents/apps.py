"""The documents room."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Registration of the documents room."""

    name = "edu.documents"
    label = "documents"
