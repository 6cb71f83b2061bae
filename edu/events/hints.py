"""Telling a worker that there is something to deliver, without telling it for each of a thousand who hand in together.

A message to the broker takes 0.3 to 0.5 ms of processor time, a tenth of a whole submission, and one wakes a worker
that then delivers all there is; so a process says it at once, and what happens within the next moment it says once, at
the end of it.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

REST_SECONDS = 0.2
"""From one message of this process to the next."""


class Hints:
    """Sends a message no more often than every `rest_seconds`, and once more after the last time it was asked for."""

    def __init__(self, send: Callable[[], object], *, rest_seconds: float = REST_SECONDS) -> None:
        self._send = send
        self._rest_seconds = rest_seconds
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        """Begin anew; a process that was forked has none of the threads that its parent waits with."""
        self._lock = threading.Lock()
        self._next_at = 0.0
        self._waits = False

    def give(self) -> None:
        """Send the message now, or a moment later together with others. Never raises."""
        with self._lock:
            if self._waits:
                return
            now = time.monotonic()
            rest = self._next_at - now
            if rest > 0:
                self._waits = True
                timer = threading.Timer(rest, self._give_late)
                timer.daemon = True  # a process that ends does not wait: the sweep finds what was not said
                timer.start()
                return
            self._next_at = now + self._rest_seconds
        self._try()

    def _give_late(self) -> None:
        with self._lock:
            self._waits = False
            self._next_at = time.monotonic() + self._rest_seconds
        self._try()

    def _try(self) -> None:
        try:
            self._send()
        except Exception:  # noqa: BLE001 - a broker that is away must never fail the request that changed something
            logger.warning("could not hint the worker; the sweep will deliver")
