"""Collect what is not translated yet."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from edu.schema.messages import add_missing


class Command(BaseCommand):
    """Add every text that no catalogue has to its room's catalogue, to be translated there."""

    help = "Add untranslated texts to locale/<room>/zh_Hans/LC_MESSAGES/django.po."

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect a room at a time and say how many were added."""
        for room in settings.LOCALE_ROOMS:
            added = add_missing(base=settings.BASE_DIR, room=room, rooms=tuple(settings.LOCALE_ROOMS))
            self.stdout.write(f"{room}: {added} new")
