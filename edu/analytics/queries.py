"""Reads of the roll-ups."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from edu.analytics.models import DailyFigure

CURRENCY: str = settings.SITE_CURRENCY
"""ISO 4217 code of the figures that are money."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The days of a period, and each metric's value a day (0 where nothing was computed)."""

    days: tuple[date, ...]
    values: dict[str, tuple[int, ...]]

    def of(self, metric: str) -> tuple[int, ...]:
        """Return one metric's values."""
        return self.values.get(metric, tuple(0 for _day in self.days))

    def last(self, metric: str) -> int:
        """Return the value of the last day."""
        return self.of(metric)[-1] if self.days else 0

    def change_percent(self, metric: str) -> int | None:
        """Return the last 7 days against the 7 before, in per cent; None where there is nothing to compare with."""
        values = self.of(metric)
        before, latest = sum(values[-14:-7]), sum(values[-7:])
        return round(100 * (latest - before) / before) if before else None


def get_figures(*, until_on: date, days: int) -> Figures:
    """Return all metrics of the `days` days that end with `until_on`. One query."""
    first = until_on - timedelta(days=days - 1)
    period = tuple(first + timedelta(days=number) for number in range(days))
    table: dict[str, dict[date, int]] = {}
    rows = DailyFigure.objects.filter(day__gte=first, day__lte=until_on)
    for day, metric, value in rows.values_list("day", "metric", "value"):
        table.setdefault(metric, {})[day] = value
    return Figures(
        days=period, values={name: tuple(found.get(day, 0) for day in period) for name, found in table.items()}
    )


def has_figures() -> bool:
    """Whether any figure was computed yet."""
    return DailyFigure.objects.exists()
