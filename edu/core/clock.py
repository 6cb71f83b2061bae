"""The wall clock. Entries and use cases read it here and pass it down as `now`; domain code never does."""

from datetime import UTC, datetime


def now_utc() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(tz=UTC)
