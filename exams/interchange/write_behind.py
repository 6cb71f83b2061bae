"""Writing behind the reader's back: while the server takes one lot of rows, the next is made ready.

Only where the database is a server that works by itself, and where no transaction is open: SQLite works in this very
process, and another connection does not see what an open transaction has written.
"""

import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from django.db import connection

SWITCH_SECONDS = 0.0005
"""How long the thread waits for its turn at the interpreter, in place of Python's 5 ms: it does a dozen short things
for each lot, between which the server waits."""


class WriteBehind:
    """Does one thing after the other in a thread with a connection of its own; the caller is at most `ahead` of it."""

    def __init__(self, *, ahead: int = 1) -> None:
        is_server = connection.vendor == "postgresql" and not connection.in_atomic_block
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="write-behind") if is_server else None
        self._usual_switch_seconds = sys.getswitchinterval()
        self._ahead = ahead
        self._under_way: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        if self._pool is not None:
            sys.setswitchinterval(SWITCH_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is under way; raise its error unless another one is on its way. Behind an error nothing more is
        begun."""
        try:
            self.wait()
        except Exception:
            if error is None:
                raise
        finally:
            for waiting in self._under_way:
                waiting.cancel()
            if self._pool is not None:
                self._pool.submit(_close).result()
                self._pool.shutdown()
                sys.setswitchinterval(self._usual_switch_seconds)

    def run(self, act: Callable[[], None]) -> None:
        """Do this next: at once, or behind the caller, whom an error then reaches with one of the next calls."""
        self.wait(left=self._ahead - 1)
        if self._pool is None:
            act()
        else:
            self._under_way.append(self._pool.submit(act))

    def wait(self, *, left: int = 0) -> None:
        """Return when no more than `left` are under way; raise what went wrong with the others."""
        while len(self._under_way) > left:
            self._under_way.popleft().result()


def _close() -> None:
    """Close the connection of the thread that this runs in."""
    connection.close()
