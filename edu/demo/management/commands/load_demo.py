"""Load the demo content once."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from edu.demo.load import load_demo


class Command(BaseCommand):
    """Load people, courses, exams, offers, the enterprise and a history, unless they are there."""

    help = "Load the demo content; what is there already stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let the history be left out."""
        parser.add_argument("--learners", type=int, default=60, help="how many learners with a history (0: none)")
        parser.add_argument("--days", type=int, default=90, help="how many days the history covers")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, naming each step and its seconds."""
        began = time.monotonic()

        def say(step: str) -> None:
            self.stdout.write(f"demo: {step} ({time.monotonic() - began:.1f} s)")

        load_demo(say=say, learners=options["learners"], days=options["days"])
