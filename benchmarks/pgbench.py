"""PostgreSQL alone: pgbench sends the statement of a save, with synchronous commit, and nothing else."""

import contextlib
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from edu.launcher.services import SystemNeed

PGBENCH = SystemNeed("postgresql-contrib", ("pgbench",), "the benchmark of the statement alone")
_PLACES = (
    r"""'{"1": "\"b\""}'""",
    ":seq",
    "now()",
    "NULL",
    "now() - interval '120 seconds'",
    "now()",
    "'41,7'",
    ":attempt",
    ":person",
    "1",
    ":seq",
    "now() - interval '15 seconds'",
    "1",
)


def write_script(*, statement: str) -> str:
    """Return the pgbench script of the save's statement, whose placeholders become its variables.

    Each client saves to an attempt of its own, as learners do; `seq` goes up, so that every statement changes its row.
    """
    parts = statement.strip().split("%s")
    assert len(parts) == len(_PLACES) + 1, "the statement of a save has other parameters now"
    text = parts[0] + "".join(place + part for place, part in zip(_PLACES, parts[1:], strict=True))
    lines = [
        "\\set attempt :first_attempt + :client_id",
        "\\set person :first_person + :client_id",
        "\\set seq :seq + 1",
        re.sub(r"\s+", " ", text) + ";",
    ]
    return "\n".join(lines) + "\n"


def statements_per_second(
    *, database_url: str, statement: str, plan: dict[str, Any], clients: int, seconds: float, first_seq: int
) -> float | None:
    """Return how many of the statement PostgreSQL does in a second for `clients` connections; None without pgbench."""
    program = PGBENCH.find()
    if program is None:
        return None
    url = urlsplit(database_url)
    with tempfile.TemporaryDirectory(prefix="jinbang-pgbench-") as folder:
        script = Path(folder) / "save.sql"
        script.write_text(write_script(statement=statement), encoding="utf-8")
        done = subprocess.run(
            [
                program, "-n", "-f", str(script), "-c", str(clients), "-j", str(min(2, clients)),
                "-T", str(max(1, round(seconds))), "-h", str(url.hostname), "-p", str(url.port),
                "-U", str(url.username), "-D", f"first_attempt={plan['pgbench']['attempt_id']}",
                "-D", f"first_person={plan['pgbench']['user_id']}", "-D", f"seq={first_seq}", url.path.strip("/"),
            ],
            capture_output=True, text=True,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+) \(without initial", done.stdout)
    if done.returncode != 0 or found is None:
        raise OSError(f"pgbench failed:\n{done.stderr[-1000:]}")
    _require_changed_rows(database_url=database_url, plan=plan, clients=clients, first_seq=first_seq)
    return float(found.group(1))


def _require_changed_rows(*, database_url: str, plan: dict[str, Any], clients: int, first_seq: int) -> None:
    """Raise OSError when the statement found no row: the figure would be that of doing nothing."""
    first = plan["pgbench"]["attempt_id"]
    with contextlib.closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM exams_attempt WHERE id >= %s AND id < %s AND seq > %s",
            [first, first + clients, first_seq],
        )
        if cursor.fetchone() != (clients,):
            raise OSError("pgbench did not save to every attempt: the statement's conditions did not hold.")
