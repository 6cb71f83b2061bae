"""Short transactions: how many rows one takes follows from how long the last took, and between two others get their
turn. On SQLite all writers queue for one lock, so a learner's save waits behind one such transaction at most."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

PAUSE_SECONDS = 0.03
"""Rest between two transactions on SQLite: who waits for the lock looks for it every 25 ms at first."""
LONG_SECONDS, SHORT_SECONDS = 0.05, 0.025
"""A transaction over the one makes the next smaller, one below the other larger."""
MOST = 500


class Pace:
    """The size of the next transaction, in rows, and the rest since the last one."""

    def __init__(self, size: int = 250, *, least: int = 25) -> None:
        self.size = min(size, MOST)
        self._least = least
        self._ended_at = 0.0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold a transaction once others had their turn; what passed since the last one ended counts as rest."""
        is_queue = connection.vendor == "sqlite"
        rest = PAUSE_SECONDS - (time.monotonic() - self._ended_at)
        if rest > 0 and is_queue:
            time.sleep(rest)
        began = 0.0
        try:
            with transaction.atomic():
                began = time.monotonic()  # the lock is ours
                if connection.vendor == "postgresql":
                    # Work that goes on where it stopped may lose its last steps; whoever commits next waits for all.
                    with connection.cursor() as cursor:
                        cursor.execute("SET LOCAL synchronous_commit TO off")
                yield
        finally:
            self._ended_at = time.monotonic()
        self._adapt(self._ended_at - began if is_queue else 0.0)

    def _adapt(self, seconds: float) -> None:
        """Choose the next size; where nobody queues behind a transaction it grows to the largest."""
        if seconds > LONG_SECONDS:
            self.size = max(self._least, self.size // 2)
        elif seconds < SHORT_SECONDS:
            self.size = min(MOST, self.size + self.size // 4 + 1)
