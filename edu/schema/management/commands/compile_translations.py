"""Compile every room's message catalogue."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from edu.schema.translations import compile_catalogues


class Command(BaseCommand):
    """Write django.mo beside each django.po that is newer."""

    help = "Compile the message catalogues of all rooms (no gettext tools are needed)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile and say how many were written."""
        written = compile_catalogues(paths=[Path(path) for path in settings.LOCALE_PATHS])
        self.stdout.write(f"{written} catalogues written")
