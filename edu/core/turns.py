"""Taking turns: one holder at a time among the threads and processes of a machine, by a lock that ends with its holder.

A turn is a courtesy. Who does not get it in time goes on without it, and what it spares (waiting in vain for something
that only one can have) then costs what it would have cost.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock

WAIT_SECONDS = 10.0
PAUSE_SECONDS = 0.0002
"""Between two looks at a turn that another process has; one thread of each process looks."""


class Turn:
    """The turn at a file: `path` is made where it is missing and stays empty. Threads may share one object."""

    def __init__(self, path: Path, /) -> None:
        self.path = path
        self._threads = Lock()
        self._descriptor: int | None = None

    def take(self, *, seconds: float = WAIT_SECONDS) -> bool:
        """Wait at most `seconds` for the turn; whether it is ours now. Where files cannot be locked, it never is."""
        deadline = time.monotonic() + seconds
        if not self._threads.acquire(timeout=seconds):
            return False
        try:
            is_ours = self._lock(deadline)
        except BaseException:
            self._threads.release()
            raise
        if not is_ours:
            self._threads.release()
        return is_ours

    def give_back(self) -> None:
        """Let the next one have it; only for who has it."""
        if self._descriptor is not None:
            with suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._threads.release()

    def _lock(self, deadline: float) -> bool:
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            while True:
                try:
                    fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        return False
                    time.sleep(PAUSE_SECONDS)
                else:
                    return True
        except OSError:
            return False


_turns: dict[Path, Turn] = {}
_registry = Lock()


def turn_at(path: Path, /) -> Turn:
    """Return this process's object for a file, the same for all its threads."""
    turn = _turns.get(path)
    if turn is None:
        with _registry:
            turn = _turns.setdefault(path, Turn(path))
    return turn


def _forget() -> None:
    """A child has its own threads, and must not share its parent's hold on a file."""
    global _registry
    _registry = Lock()
    for turn in _turns.values():
        if turn._descriptor is not None:
            with suppress(OSError):
                os.close(turn._descriptor)
    _turns.clear()


os.register_at_fork(after_in_child=_forget)
