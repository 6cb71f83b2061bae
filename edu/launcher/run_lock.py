"""One running copy a folder: a lock that the kernel drops with its holder, and what a killed run left behind."""

import fcntl
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from .guardian import end_groups
from .paths import CannotStart


class RunLock:
    """An exclusive lock on `path`, held until `release` or until this process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+", encoding="utf-8")

    def acquire(self, *, address: str = "") -> None:
        """Take the lock and note who holds it; raise CannotStart naming the holder when it is taken."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise CannotStart(
                f"Jinbang is already running from this folder ({holder}): "
                "stop it with Ctrl-C in its window first, or start a second copy from another clone."
            ) from None
        self._file.seek(0)
        self._file.truncate()
        where = f", {address}" if address else ""
        self._file.write(f"process {os.getpid()}{where}")
        self._file.flush()

    def release(self) -> None:
        """Give the lock back."""
        self._file.close()


def started_mark(pid: int) -> str | None:
    """Return what tells this process from a later one with the same number, or None when there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            # The name in brackets may hold spaces; field 22, the start time, is the 20th after it.
            return stat.read_text("utf-8", "replace").rpartition(")")[2].split()[19]
        except (OSError, IndexError):
            return None
    shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip() or None


def remember_parts(path: Path, pids: dict[str, int]) -> None:
    """Write which process each part is, for the next start to find them if this one is killed."""
    rows = [{"part": name, "pid": pid, "started": started_mark(pid)} for name, pid in pids.items()]
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(rows), "utf-8")
    fresh.replace(path)


def end_leftovers(path: Path, *, grace_seconds: float = 3.0) -> list[str]:
    """End the parts of a killed run that are still there and return their names; the lock must be held.

    A process is ended only if its start time is the remembered one: numbers are used again.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    left = [row for row in rows if row["started"] and started_mark(row["pid"]) == row["started"]]
    end_groups({row["pid"] for row in left}, grace_seconds=grace_seconds)
    path.unlink(missing_ok=True)
    return [row["part"] for row in left]
