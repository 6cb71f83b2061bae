"""Everything between a fresh checkout and a running embedded site, in one process."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from edu.schema.translations import compile_catalogues


class Command(BaseCommand):
    """Compile translations, migrate, load the demo once."""

    help = "Compile translations, migrate the database, and load the demo content unless it is there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Allow leaving the demo out."""
        parser.add_argument("--no-demo", action="store_true", help="do not load demo content")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step, naming it."""
        compile_catalogues(paths=[Path(path) for path in settings.LOCALE_PATHS])
        self.stdout.write("database: migrating")
        call_command("migrate", interactive=False, verbosity=0)
        if not options["no_demo"] and os.environ.get("JINBANG_DEMO", "1") == "1":
            call_command("load_demo", stdout=self.stdout)
