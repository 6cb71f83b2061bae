"""What a learner practised by day of the site's time zone: one statement for goal, streak, strip and trends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Least, TruncDate
from django.utils import timezone

from edu.core.clock import local_date, start_of_day
from exams.models import PracticeAnswer

DAYS_KEPT = 366
"""How far back streaks are looked for: a longer one is shown as a year."""
LONGEST_SECONDS = 600
"""A question left open longer counts as so many seconds: nobody thinks that long, but phones are put down."""
RIGHT_FROM = 1 - 1e-6
"""Part of the marks from which an answer is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeDay:
    """A day with practice: questions answered, how many of them were marked, right among those, seconds spent."""

    on: date
    answered: int
    marked: int
    right: int
    seconds: int


def site_today(now: datetime, /) -> date:
    """Return the day on which a moment falls in the site's time zone."""
    return local_date(moment=now, zone=timezone.get_default_timezone())


def day_began(on: date, /) -> datetime:
    """Return the first moment of a day in the site's time zone."""
    return start_of_day(on=on, zone=timezone.get_default_timezone())


def _by_day(rows: QuerySet[PracticeAnswer]) -> QuerySet[Any, Any]:
    return rows.annotate(day=TruncDate("answered_at", tzinfo=timezone.get_default_timezone())).order_by()


def list_days(*, user_id: int, today: date) -> list[PracticeDay]:
    """Return the learner's days with practice of the last DAYS_KEPT days, oldest first; one statement."""
    since = day_began(today - timedelta(days=DAYS_KEPT))
    rows = (
        _by_day(PracticeAnswer.objects.filter(user_id=user_id, answered_at__gte=since))
        .values("day")
        .annotate(
            answered=Count("pk"),
            marked=Count("pk", filter=Q(fraction__isnull=False)),
            right=Count("pk", filter=Q(fraction__gte=RIGHT_FROM)),
            spent=Sum(Least("seconds", LONGEST_SECONDS)),
        )
    )
    days = [
        PracticeDay(
            on=row["day"],
            answered=row["answered"],
            marked=row["marked"],
            right=row["right"],
            seconds=row["spent"] or 0,
        )
        for row in rows
    ]
    return sorted(days, key=lambda day: day.on)


def days_of_many(*, user_ids: Iterable[int], today: date) -> dict[int, set[date]]:
    """Return the days with practice of several learners in the last DAYS_KEPT days; one statement."""
    since = day_began(today - timedelta(days=DAYS_KEPT))
    found: dict[int, set[date]] = {}
    rows = _by_day(PracticeAnswer.objects.filter(user_id__in=list(user_ids), answered_at__gte=since))
    for user_id, day in rows.values_list("user_id", "day").distinct():
        found.setdefault(user_id, set()).add(day)
    return found
