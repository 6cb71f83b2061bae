"""Computing roll-ups."""

from datetime import date, timedelta

from django.db import transaction

from edu.analytics.models import DailyFigure
from edu.analytics.sources import measure
from edu.core.clock import now_utc

__all__ = ["roll_up", "roll_up_range"]


def roll_up(*, day: date) -> None:
    """Compute the figures of one day anew; repeating it is harmless."""
    now = now_utc()
    rows = [
        DailyFigure(day=day, metric=metric, value=value, computed_at=now) for metric, value in measure(day=day).items()
    ]
    with transaction.atomic():
        DailyFigure.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["day", "metric"], update_fields=["value", "computed_at"]
        )


def roll_up_range(*, from_on: date, to_on: date) -> int:
    """Compute every day from `from_on` to `to_on`, both included; return how many."""
    days = (to_on - from_on).days + 1
    for number in range(days):
        roll_up(day=from_on + timedelta(days=number))
    return days
