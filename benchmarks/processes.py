"""Processor time of running processes and their children, read from /proc (Linux only)."""

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def is_supported() -> bool:
    """Whether processor time can be read on this machine."""
    return (PROC / "self" / "stat").exists()


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return user + system seconds used so far by the processes `roots` and all below them.

    Children that have ended count once their parent has waited for them.
    """
    ticks = os.sysconf("SC_CLK_TCK")
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text()
        except OSError:  # it ended while we looked
            continue
        # The command stands in parentheses and may hold spaces; numbers follow its end.
        fields = text.rpartition(")")[2].split()
        pid = int(folder.name)
        parents[pid] = int(fields[1])
        used[pid] = sum(int(value) for value in fields[11:15])
    wanted = set(roots)
    return sum(ticks_used for pid, ticks_used in used.items() if _is_below(pid, wanted, parents)) / ticks


def _is_below(pid: int, wanted: set[int], parents: dict[int, int]) -> bool:
    """Whether a process or one above it is wanted."""
    while pid:
        if pid in wanted:
            return True
        pid = parents.get(pid, 0)
    return False
