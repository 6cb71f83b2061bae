"""Compute the figures of past days anew."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from edu.analytics.services import roll_up_range


class Command(BaseCommand):
    """`manage.py roll_up --days 90`: the last 90 days, today included. Repeating it is harmless."""

    help = "Compute the daily figures of the operator's desk for the last days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number of days."""
        parser.add_argument("--days", type=int, default=90, help="how many days, today included (default 90)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and say how many."""
        today = timezone.localdate()
        days = max(1, options["days"])
        done = roll_up_range(from_on=today - timedelta(days=days - 1), to_on=today)
        self.stdout.write(f"Computed the figures of {done} days.")
