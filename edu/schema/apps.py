"""The schema room: comments in the database, the data dictionary."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from edu.schema.comments import write_comments


class SchemaConfig(AppConfig):
    """Writes the comments that Django does not write itself."""

    name = "edu.schema"
    label = "schema"

    def ready(self) -> None:
        """Write comments after each migrate."""
        post_migrate.connect(write_comments, sender=self, dispatch_uid="schema-comments")
