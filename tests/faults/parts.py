"""What a campaign has done so far, part by part: it may be interrupted, go on, and be run for one fault alone.

A part is a group of runs of one fault on one database. Each lies in a file of its own, so that two commands may run at
the same time; `latest.json` is what all parts add up to.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.verdict import Tally

Counts = dict[str, int]
BOUNDS = ("lost", "double_submissions", "wrong_marks")
"""What has to be 0."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Runs `first` to `first + runs - 1` of a fault on a database: what they came to, what was `done` to network and
    site, which of them failed, when it ended (ISO 8601, UTC), how long it took, and on which commit.
    """

    database: str
    fault: str
    first: int
    runs: int
    tally: Tally
    done: Counts = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    at: str = ""
    seconds: int = 0
    commit: str = ""


class Parts:
    """The parts of the campaign in `folder`; `latest` is the file that they are added up in."""

    def __init__(self, *, folder: Path, latest: Path) -> None:
        self.folder, self.latest = folder, latest

    def begin(self, *, seed: int) -> int:
        """Return the seed of the campaign: the given one for a new campaign."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "seed"
        if not path.exists():
            path.write_text(f"{seed}\n")
        return int(path.read_text())

    def forget(self, *, databases: Iterable[str], faults: Iterable[str]) -> None:
        """Forget what was run of these faults on these databases."""
        chosen = {(database, fault) for database in databases for fault in faults}
        for path, part in self._read():
            if (part.database, part.fault) in chosen:
                path.unlink()

    def forget_all(self) -> None:
        """Forget the whole campaign."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, part: Part) -> None:
        """Keep a part, and add up anew."""
        name = f"{part.database}-{part.fault.replace(' ', '-')}-{part.first:05}.json"
        _write(self.folder / name, asdict(part))
        self.add_up()

    def all(self) -> list[Part]:
        """Return the parts by database, fault and number."""
        return [part for _path, part in self._read()]

    def next_run(self, *, database: str, fault: str) -> int:
        """Return how many runs of a fault on a database are done: the number of the next one."""
        own = [part for part in self.all() if (part.database, part.fault) == (database, fault)]
        return max((part.first + part.runs for part in own), default=0)

    def add_up(self) -> dict[str, Any]:
        """Write the sum of all parts, and return it."""
        parts = self.all()
        found = summary(parts) | {"seed": self.begin(seed=0)}
        _write(self.latest, found)
        return found

    def _read(self) -> list[tuple[Path, Part]]:
        found = []
        for path in sorted(self.folder.glob("*.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            found.append((path, Part(**content | {"tally": Tally(**content["tally"])})))
        return found


def summary(parts: Iterable[Part]) -> dict[str, Any]:
    """Return the totals over all parts, and the same by fault and by database."""
    total = _Sum()
    faults: dict[str, _Sum] = {}
    databases: dict[str, _Sum] = {}
    kept = list(parts)
    for part in kept:
        for one in (total, faults.setdefault(part.fault, _Sum()), databases.setdefault(part.database, _Sum())):
            one.add(part)
    return asdict(total.tally) | {
        "by_fault": {name: one.written() for name, one in faults.items()},
        "by_database": {name: one.written() for name, one in databases.items()},
        "failures": len(total.failures),
        "failed_runs": total.failures,
        "seconds": sum(part.seconds for part in kept),
        "first_at": min((part.at for part in kept), default=""),
        "last_at": max((part.at for part in kept), default=""),
        "commits": sorted({part.commit for part in kept}),
    }


class _Sum:
    """Adds up parts."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.done: Counts = {}
        self.failures: list[str] = []

    def add(self, part: Part) -> None:
        self.tally.add(part.tally)
        self.failures += part.failures
        for name, count in part.done.items():
            self.done[name] = self.done.get(name, 0) + count

    def written(self) -> dict[str, Any]:
        return asdict(self.tally) | {"failures": len(self.failures), "done": dict(sorted(self.done.items()))}


def is_clean(found: Mapping[str, Any]) -> bool:
    """Whether a summary shows no lost answer, no double submission, no wrong mark and no run that failed."""
    return not found["failures"] and not any(found[name] for name in BOUNDS)


def table(found: Mapping[str, Any]) -> str:
    """Return a summary as a table in Markdown, by fault, and what was done to network and site below it."""
    heads = ("runs", "acknowledged", "graded", "kept_late", *BOUNDS)
    rows = [(name, one) for name, one in found["by_fault"].items()]
    rows += [(f"*all on {name}*", one) for name, one in found["by_database"].items()]
    rows += [("**all**", found)]
    width = max(len(name) for name, _one in rows)
    lines = [
        f"| {'fault':<{width}} | " + " | ".join(head.replace("_", " ") for head in heads) + " |",
        f"|{'-' * (width + 2)}|" + "|".join("-" * (len(head) + 1) + ":" for head in heads) + "|",
    ]
    lines += [
        f"| {name:<{width}} | " + " | ".join(f"{one[head]:>{len(head)},}" for head in heads) + " |"
        for name, one in rows
    ]
    done = [(name, one["done"]) for name, one in found["by_fault"].items() if one["done"]]
    told = [f"{name}: " + ", ".join(f"{what} {count:,}" for what, count in counts.items()) for name, counts in done]
    return "\n".join([*lines, "", *told])


def commit_of(root: Path) -> str:
    """Return the commit that is checked out, with a plus sign where files differ from it; "" outside of a clone."""
    try:
        asked = [
            subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        ]
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked[0] + ("+" if asked[1] else "")


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
