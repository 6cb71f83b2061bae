"""The site of the campaign: real web processes and a real worker, which are killed while candidates write."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.servers import ROOT
from edu.launcher.services import free_port, throw_away_postgres
from tests.faults.data import GRADING, IDLE, STARTING

READY_SECONDS = 600
"""Seconds that a part of the site may take to come up; a machine may be busy."""
SQLITE_LOCK_SECONDS = 1.5


class Site:
    """Web and worker on a database of their own; every method may be called from any thread."""

    def __init__(self, *, folder: Path, environment: dict[str, str], database: str) -> None:
        self.folder, self.environment, self.database = folder, environment, database
        self.port = free_port()
        self._web: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._reporter: subprocess.Popen[str] | None = None
        self._chance = random.Random(1)
        self._said = folder / "worker.says"

    def run(self, *arguments: str) -> None:
        """Run one of our modules on the site's database."""
        subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, env=self.environment, check=True)

    def make(self, *, candidates: int) -> Any:
        """Fill the empty database, and return what tests.faults.data made."""
        path = self.folder / "made.json"
        self.run("tests.faults.data", "make", str(path), str(candidates))
        return json.loads(path.read_text(encoding="utf-8"))

    def report(self) -> Any:
        """Return what the site holds of every attempt, read by a process of its own."""
        if self._reporter is None:
            self._reporter = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.data", "reports", os.devnull],
                cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                start_new_session=True,
            )  # fmt: skip
        assert self._reporter.stdin is not None
        assert self._reporter.stdout is not None
        path = self.folder / "report.json"
        self._reporter.stdin.write(f"{path}\n")
        self._reporter.stdin.flush()
        if not self._reporter.stdout.readline():
            raise OSError("The process that reads the attempts has ended.")
        return json.loads(path.read_text(encoding="utf-8"))

    def start(self) -> None:
        """Start web and worker and wait until the web answers."""
        self._start_web()
        self._start_worker()
        self.wait_until_ready()

    def _start_web(self) -> None:
        self._web = self._open(
            "web",
            [
                str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
                "--port", str(self.port), "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers",
                "edu.wsgi:application",
            ],
        )  # fmt: skip

    def _start_worker(self) -> None:
        self._said.write_bytes(STARTING)
        self._worker = self._open("worker", [sys.executable, "-m", "tests.faults.data", "work", str(self._said)])

    def _open(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as output:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def wait_until_ready(self) -> None:
        """Return when the web answers a request; OSError when it does not in time."""
        address = f"http://127.0.0.1:{self.port}/healthz"
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.keep_up()
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=30):
                return
            time.sleep(0.1)
        raise OSError(f"The web server did not start:\n{(self.folder / 'web.log').read_text(errors='replace')[-2000:]}")

    def keep_up(self) -> None:
        """Start the web again where it has ended by itself, as any service manager does: Granian starts a process that
        died again, and gives up where that one dies soon too.
        """
        if self._web is not None and self._web.poll() is not None:
            self._start_web()

    @property
    def is_grading(self) -> bool:
        """Whether the worker closes or grades an attempt at this moment."""
        return self._said.read_bytes() == GRADING

    def wait_until_swept(self) -> None:
        """Return when the worker has found nothing left to do; OSError when it does not get there in time."""
        self._said.write_bytes(STARTING)
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._said.read_bytes() == IDLE:
                return
            time.sleep(0.1)
        raise OSError(f"The worker did not end:\n{(self.folder / 'worker.log').read_text(errors='replace')[-2000:]}")

    def kill_web(self) -> str:
        """Kill web processes with -9: one, all of them, or their supervisor too; return which, once the site answers
        again.
        """
        assert self._web is not None
        children = Path(f"/proc/{self._web.pid}/task/{self._web.pid}/children")
        workers = list(map(int, children.read_text().split())) if children.exists() else []
        luck = self._chance.random()
        if luck < 0.3 or not workers:
            killed = "server"
            _kill_group(self._web)
            self._start_web()
        else:
            chosen = workers if luck < 0.65 else [self._chance.choice(workers)]
            killed = f"{len(chosen)} web processes" if len(chosen) > 1 else "1 web process"
            for worker in chosen:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
        self.wait_until_ready()
        return f"{killed} killed"

    def kill_worker(self) -> str:
        """Kill the worker with -9 and start it again."""
        assert self._worker is not None
        _kill_group(self._worker)
        self._start_worker()
        return "worker killed"

    def cut_database(self) -> str:
        """Cut every connection to PostgreSQL; keep SQLite's one lock from everybody for a while."""
        if self.database == "postgresql":
            import psycopg2

            with contextlib.closing(psycopg2.connect(self.environment["DATABASE_URL"])) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                    )
            return "connections cut"
        with contextlib.closing(sqlite3.connect(self.folder / "jinbang.sqlite3", timeout=10)) as connection:
            connection.isolation_level = None
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute("BEGIN EXCLUSIVE")
                time.sleep(SQLITE_LOCK_SECONDS)
                connection.execute("ROLLBACK")
        return "database locked"

    def stop(self) -> None:
        """Kill everything."""
        for process in (self._web, self._worker, self._reporter):
            if process is not None:
                _kill_group(process)


def _kill_group(process: subprocess.Popen[Any]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def running_site(*, database: str) -> Iterator[Site]:
    """Run a site in a temporary folder; everything goes with it."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jinbang-faults-")))
        (folder / "static").mkdir()
        environment = dict(os.environ) | {
            "JINBANG_VAR": str(folder),
            "JINBANG_BROKER": "manual",
            "DJANGO_SETTINGS_MODULE": "edu.settings.embedded",
            "PYTHONPATH": str(ROOT),
        }
        for name in ("DATABASE_URL", "REDIS_URL", "JINBANG_DEBUG"):
            environment.pop(name, None)
        if database == "postgresql":
            url = stack.enter_context(throw_away_postgres(log=folder / "postgres.log", durable=True))
            environment["DATABASE_URL"] = url
        site = Site(folder=folder, environment=environment, database=database)
        stack.callback(site.stop)
        yield site
