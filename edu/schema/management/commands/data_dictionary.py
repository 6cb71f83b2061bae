"""Write docs/data-dictionary.md."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from edu.schema.dictionary import write_dictionary


class Command(BaseCommand):
    """Write the data dictionary from the models' comments."""

    help = "Write docs/data-dictionary.md from the comments of tables and columns."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file."""
        path = settings.BASE_DIR / "docs" / "data-dictionary.md"
        path.write_text(write_dictionary(), encoding="utf-8")
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)} written")
