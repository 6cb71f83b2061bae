"""Make more learners with a plausible history."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from edu.core.clock import now_utc
from edu.demo.history import generate_history


class Command(BaseCommand):
    """Make learners who bought, learned, practised and sat exams."""

    help = "Make learners with a plausible history over the last days."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many learners and days, and the seed of the chance."""
        parser.add_argument("--learners", type=int, default=60, help="how many learners to add")
        parser.add_argument("--days", type=int, default=90, help="how many days the history covers")
        parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same choices")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and say how many."""
        made = generate_history(learners=options["learners"], days=options["days"], seed=options["seed"], now=now_utc())
        self.stdout.write(f"{made} learners added")
