"""The clock: the only place that reads it. Entries call now_utc() and pass `now` down as an argument."""

from datetime import UTC, date, datetime, time, tzinfo


def now_utc() -> datetime:
    """Return this moment as an aware datetime in UTC."""
    return datetime.now(tz=UTC)


def as_utc(moment: datetime, /) -> datetime:
    """Return the same moment in UTC; raises ValueError for a naive datetime, whose moment nobody knows."""
    if moment.tzinfo is None:
        raise ValueError("A datetime without a time zone names no moment.")
    return moment.astimezone(UTC)


def start_of_day(*, on: date, zone: tzinfo) -> datetime:
    """Return the first moment of a calendar day in a time zone, expressed in UTC."""
    return datetime.combine(on, time.min, tzinfo=zone).astimezone(UTC)


def local_date(*, moment: datetime, zone: tzinfo) -> date:
    """Return the calendar day on which an aware moment falls in a time zone."""
    if moment.tzinfo is None:
        raise ValueError("A datetime without a time zone names no moment.")
    return moment.astimezone(zone).date()


def whole_seconds_between(*, earlier: datetime, later: datetime) -> int:
    """Return the whole seconds from one aware moment to another, rounded down; negative when they are
    reversed."""
    return int((as_utc(later) - as_utc(earlier)).total_seconds() // 1)
