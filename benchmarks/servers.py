"""What a benchmark runs on: a database and a cache of its own, its data, and the site's real web server."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edu.launcher.paths import Folders
from edu.launcher.services import POSTGRES, free_port, throw_away_postgres, throw_away_valkey

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
WORKERS, THREADS = 2, 4


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running site: its port, where its data is described, and the processes that work for a request."""

    port: int
    plan: Path
    database_url: str
    environment: Mapping[str, str]
    process_ids: tuple[int, ...]


def find_databases() -> list[str]:
    """Return the databases that can be measured here."""
    return ["sqlite", "postgresql"] if POSTGRES.find() else ["sqlite"]


@contextlib.contextmanager
def running_site(*, database: str, data: Sequence[str]) -> Iterator[Site]:
    """Run the site on an empty database filled for the benchmark; everything is removed at the end.

    `data` is the module that fills it and writes the plan, and its arguments after the plan's path.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jinbang-bench-")))
        (folder / "static").mkdir()  # WhiteNoise warns where it is missing
        environment = dict(os.environ) | {
            "JINBANG_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "PYTHONPATH": str(ROOT),
        }
        for name in ("DATABASE_URL", "REDIS_URL", "JINBANG_DEBUG"):
            environment.pop(name, None)
        before = _children()
        if database == "postgresql":
            # Durable, as in production: an answer that is acknowledged lies on the disk.
            url = stack.enter_context(throw_away_postgres(log=folder / "postgres.log", durable=True))
            environment["DATABASE_URL"] = url
        with contextlib.suppress(OSError):  # without an embedded Valkey the site's cache is in files
            environment |= stack.enter_context(throw_away_valkey(folders=Folders(root=Path(sys.prefix).parent)))
        services = _children() - before
        plan = folder / "plan.json"
        subprocess.run(
            [sys.executable, "-m", data[0], str(plan), *data[1:]],
            cwd=ROOT, env=environment | {"JINBANG_BROKER": "manual"}, check=True,
        )  # fmt: skip
        web, port = stack.enter_context(_web_server(environment=environment, log=folder / "web.log"))
        yield Site(
            port=port,
            plan=plan,
            database_url=environment.get("DATABASE_URL", ""),
            environment=environment,
            process_ids=(web, *services),
        )


def run_module(site: Site, module: str, *arguments: str) -> str:
    """Run one of our modules on the site's database and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, env=dict(site.environment) | {"JINBANG_BROKER": "manual"}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def _children() -> set[int]:
    """Return the ids of this process's own children; empty where /proc does not tell."""
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return {int(text) for text in path.read_text().split()} if path.exists() else set()


@contextlib.contextmanager
def _web_server(*, environment: dict[str, str], log: Path) -> Iterator[tuple[int, int]]:
    """Run granian as the launcher does and yield its process id and port."""
    port = free_port()
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
                "--port", str(port), "--workers", str(min(WORKERS, os.cpu_count() or 1)),
                "--blocking-threads", str(THREADS), "edu.wsgi:application",
            ],
            cwd=ROOT, env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/benchmarks/empty/", server=server, log=log)
        yield server.pid, port
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(url: str, *, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise OSError(f"The web server did not answer:\n{log.read_text(errors='replace')[-2000:]}")
