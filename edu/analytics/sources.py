"""Where each figure comes from: other rooms' queries, asked once a day."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from courses import activity as courses
from edu.accounts import queries as accounts
from edu.analytics.models import DailyFigure
from edu.analytics.queries import CURRENCY
from exams import queries as exams
from payments import queries as payments

Metric = DailyFigure.Metric


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of the day and of the next, in the site's time zone."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def measure(*, day: date) -> dict[str, int]:
    """Return every metric of one day."""
    start, end = day_bounds(day)
    totals = payments.list_daily_totals(from_on=day, to_on=day)
    # Money of different currencies has no sum: the figures are of the site's own.
    money = [row for row in totals if row.currency == CURRENCY]
    active = courses.active_user_ids(from_at=start, to_at=end) | exams.active_user_ids(from_at=start, to_at=end)
    return {
        Metric.ORDERS: sum(row.orders for row in totals),
        Metric.BUYERS: sum(row.buyers for row in totals),
        Metric.INCOME: sum(row.paid_minor for row in money),
        Metric.REFUNDS: sum(row.refunded_minor for row in money),
        Metric.ACTIVE_LEARNERS: len(active),
        Metric.NEW_ACCOUNTS: accounts.count_registered(from_at=start, to_at=end),
        Metric.ATTEMPTS: exams.count_submitted(from_at=start, to_at=end),
        Metric.LESSONS: courses.count_completed_lessons(from_at=start, to_at=end),
    }
