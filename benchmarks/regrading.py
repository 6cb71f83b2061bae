"""Regrades and statistics at two sizes, on a database of their own: rows for the table."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Row
from benchmarks.servers import ROOT
from edu.launcher.services import throw_away_postgres

REGRADED_PER_SECOND = 500
STATISTICS_SECONDS = 6.7
WEAK_TOPICS_MS = 300
FLAT = 1.25
"""How much larger the process may grow with ten times the attempts."""


def measured(*, database: str, sizes: Sequence[int]) -> list[dict[str, float]]:
    """Return the figures of each size, measured in processes of their own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jinbang-marked-")))
        (folder / "static").mkdir()
        environment = dict(os.environ) | {
            "JINBANG_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "PYTHONPATH": str(ROOT),
            "JINBANG_BROKER": "manual",
        }  # fmt: skip
        for name in ("DATABASE_URL", "REDIS_URL", "JINBANG_DEBUG"):
            environment.pop(name, None)
        if database == "postgresql":
            url = stack.enter_context(throw_away_postgres(log=folder / "postgres.log", durable=True))
            environment["DATABASE_URL"] = url
        found = []
        for size in sizes:
            for act in ("make", "measure"):
                ended = subprocess.run(
                    [sys.executable, "-m", "benchmarks.marked", act, str(size)],
                    cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE,
                )  # fmt: skip
            found.append(json.loads(ended.stdout.splitlines()[-1]))
        return found


def rows(*, database: str, sizes: Sequence[int], figures: Sequence[dict[str, float]]) -> list[Row]:
    """Return the table's rows; the reference of the larger size is the smaller one."""
    small, found = figures[0], []
    for size, one in zip(sizes, figures, strict=True):
        is_first = one is small
        name = f"{database}: regrade, {size:,} attempts of 50"
        for label, key in (("preview", "preview"), ("carried out", "apply"), ("undone", "undo")):
            found.append(
                Row(
                    name=f"{name}, {label}",
                    value=one[key],
                    unit="attempts/s",
                    reference=None if is_first else small[key],
                    reach=("value", "least", REGRADED_PER_SECOND),
                )
            )
        found.append(
            Row(
                name=f"{name}, memory at most",
                value=one["peak_mb"],
                unit="MB",
                reference=None if is_first else small["peak_mb"],
                reach=None if is_first else ("ratio", "most", FLAT),
            )
        )
        found.append(
            Row(
                name=f"{database}: statistics, {size:,} attempts of 50, computed",
                value=one["statistics_s"],
                unit="s",
                reference=None if is_first else small["statistics_s"],
                reach=("value", "most", STATISTICS_SECONDS) if size <= 10_000 else None,
            )
        )
        found.append(
            Row(
                name=f"{database}: statistics page, {size:,} attempts of 50",
                value=one["page_ms"],
                unit="ms",
                reference=None if is_first else small["page_ms"],
            )
        )
        found.append(
            Row(
                name=f"{database}: statistics page, {size:,} attempts of 50",
                value=one["page_statements"],
                unit="statements",
                reference=None if is_first else small["page_statements"],
                reach=None if is_first else ("ratio", "most", 1.0),
            )
        )
        found.append(
            Row(
                name=f"{database}: weak topics of a bank, {size:,} exam attempts of 50",
                value=one["weak_ms"],
                unit="ms",
                reference=None if is_first else small["weak_ms"],
                reach=("value", "most", WEAK_TOPICS_MS),
            )
        )
    return found
