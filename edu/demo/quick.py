"""Writing much at once: fewer waits for the disk while the demo is made."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def quick_commits() -> Iterator[None]:
    """Let SQLite not wait for the disk at each commit meanwhile; PostgreSQL and an open transaction are left alone.

    In WAL mode the database stays whole when the power fails; only the last of the demo could be missing then.
    """
    quick = connection.vendor == "sqlite" and not connection.in_atomic_block
    if not quick:
        yield
        return
    with connection.cursor() as cursor:
        before = int(cursor.execute("PRAGMA synchronous").fetchone()[0])
        cursor.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA synchronous = {before}")
