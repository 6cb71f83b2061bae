"""Short transactions: how many rows one takes follows from how long the last took, and between two others get their
turn. On SQLite all writers queue for one lock, so a learner's save waits behind one such transaction at most.

Work in such transactions goes on where it stopped, so a power cut may take the last of them back: they do not wait for
the disk. Whoever commits next, a learner's save or the end of the work, waits for all that came before.
"""

import gc
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, models, transaction

PAUSE_SECONDS = 0.03
"""Rest between two transactions on SQLite: who waits for the lock looks for it every 25 ms at first."""
LONG_SECONDS, SHORT_SECONDS = 0.04, 0.02
"""A transaction over the one makes the next smaller, one below the other larger."""
MOST = 500


class Pace:
    """The size of the next transaction, in rows, and the rest since the last one."""

    def __init__(self, size: int = 250, *, least: int = 25, most: int | None = None) -> None:
        self._least, self._most = least, MOST if most is None else most
        self.size = min(size, self._most)
        self._ended_at = 0.0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold a transaction once others had their turn; what passed since the last one ended counts as rest."""
        if connection.vendor != "sqlite":
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    _run("SET LOCAL synchronous_commit TO off")
                yield
            self._adapt(0.0)
            return
        if (rest := PAUSE_SECONDS - (time.monotonic() - self._ended_at)) > 0:
            time.sleep(rest)
        began = 0.0
        with _without_waiting_for_the_disk():
            try:
                with transaction.atomic():
                    began = time.monotonic()  # the lock is ours
                    yield
            finally:
                self._ended_at = time.monotonic()
        self._adapt(self._ended_at - began)

    def _adapt(self, seconds: float) -> None:
        """Choose the next size; where nobody queues behind a transaction it grows to the largest."""
        if seconds > LONG_SECONDS:
            self.size = max(self._least, self.size // 2)
        elif seconds < SHORT_SECONDS:
            self.size = min(self._most, self.size + self.size // 4 + 1)


@contextmanager
def many_rows() -> Iterator[None]:
    """Spare the collector of garbage the half million objects of the site while many rows come and go: it would look
    through all of them again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def by_index() -> Iterator[None]:
    """Let PostgreSQL find rows by an index. Of a table that has grown since it was last analysed, as in an import, it
    takes every value for a frequent one and reads the whole table for a few hundred of them."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        _run("SET LOCAL enable_seqscan TO off")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _run("SET LOCAL enable_seqscan TO on")


def refresh_statistics(model: type[models.Model], fields: Iterable[str]) -> None:
    """Let PostgreSQL look at columns of a table that grows fast. It would do so by itself a minute later; until then it
    takes all values for the same and reads the whole table for a few hundred rows. SQLite does without."""
    if connection.vendor == "postgresql":
        name = connection.ops.quote_name
        columns = ", ".join(name(model._meta.get_field(field).column) for field in fields)
        _run(f"ANALYZE {name(model._meta.db_table)} ({columns})")


def _run(statement: str) -> int:
    """Run a statement; return its first value as a number, 0 where it has none."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return int(row[0]) if row else 0


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """Commit to the log of SQLite without waiting for the disk, and bring the log into the database after the lock is
    given back, so that no learner's save has to."""
    if connection.in_atomic_block:
        yield
        return
    synchronous, checkpoint = _run("PRAGMA synchronous"), _run("PRAGMA wal_autocheckpoint")
    _run(f"PRAGMA synchronous={min(synchronous, 1)}")
    _run("PRAGMA wal_autocheckpoint=0")
    try:
        yield
    finally:
        _run(f"PRAGMA synchronous={synchronous}")
        _run(f"PRAGMA wal_autocheckpoint={checkpoint}")
        _run("PRAGMA wal_checkpoint(PASSIVE)")
