"""Django's SQLite, whose writers queue.

SQLite has one writer at a time. Who finds it busy looks again after pauses that grow to a tenth of a second, whoever
comes in between goes first, and with sixteen writers one in a hundred waited some 85 ms for a lock that is held for
0.2. Here they wait for a turn beside the database (`<its file>.turn`), which the next one has at once. SQLite's own
lock stays what guards the data: whoever writes without a turn, or does not get one, waits as before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from edu.core.turns import Turn, turn_at


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes the turn where a transaction begins, and gives it back where it ends."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._turn: Turn | None = None

    def __del__(self) -> None:
        # A thread that ended in the middle of a transaction has lost its connection with it.
        self._give_turn_back()

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Write one statement outside of a transaction in turn; within one, the turn is ours already."""
        is_first = self._turn is None
        if is_first:
            self._take_turn()
        try:
            yield
        finally:
            if is_first:
                self._give_turn_back()

    def _take_turn(self) -> None:
        if self._turn is None and not self.is_in_memory_db():
            turn = turn_at(Path(f"{self.settings_dict['NAME']}.turn"))
            self._turn = turn if turn.take() else None

    def _give_turn_back(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.give_back()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_turn_back()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._give_turn_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_turn_back()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._give_turn_back()
