"""`make run`: set up what is missing, then run broker, web, worker and scheduler as one process group."""

import os
import subprocess
import sys
import time
from pathlib import Path

from . import broker, preflight, stamps
from .browser_libraries import ensure_browser_libraries
from .environment import ensure_environment
from .paths import CannotStart, Folders, say
from .probe import WebProbe
from .run_lock import RunLock, end_leftovers
from .supervisor import Part, Supervisor

SETTINGS = "edu.settings.embedded"
ACCOUNTS_FILE = "demo-accounts.txt"
DATABASE_FILE = "jinbang.sqlite3"
SKIPPED_FOLDERS = {".venv", "node_modules", "var", ".git", "tests"}


def run(*, folders: Folders, port_text: str) -> int:
    """Start the whole site and stay until Ctrl-C; returns the exit code. Raises CannotStart before anything starts."""
    began = time.monotonic()
    port = preflight.parse_port(port_text)
    address = f"http://{preflight.LOOPBACK}:{port}/"
    first = not (folders.vendor / ".stamp").exists() or not folders.python.exists()
    preflight.require_disk(
        folder=folders.root,
        needed_bytes=preflight.FIRST_START_BYTES if first else preflight.REPEATED_START_BYTES,
    )
    lock = RunLock(folders.run / "launcher.lock")
    lock.acquire(address=address)
    try:
        for name in end_leftovers(folders.run / "parts.json"):
            say(f"Ended {name}, which a killed run had left behind.")
        preflight.require_port(port)
        ensure_environment(folders=folders, locks=["installer", "base"])
        ensure_browser_libraries(folders=folders)
        prepare(folders=folders)
        parts = plan_parts(folders=folders, port=port)
        probe = WebProbe(port=port)
        return Supervisor(
            parts=parts,
            log_folder=folders.log,
            state_file=folders.run / "parts.json",
            folder=folders.root,
            is_ready=probe.is_answered,
            on_ready=lambda: say(banner(folders=folders, address=address, seconds=time.monotonic() - began)),
        ).run()
    finally:
        lock.release()


def site_environment(folders: Folders, **extra: str) -> dict[str, str]:
    """Return the environment that every part and command of the embedded site gets."""
    return folders.environment(DJANGO_SETTINGS_MODULE=SETTINGS, **extra)


def prepare(*, folders: Folders) -> bool:
    """Translate, migrate and load the demo in one Django process; return False when its inputs are unchanged.

    Inputs are all migrations, the message catalogues, the demo's code and content, and the locked requirements.
    """
    database = os.environ.get("DATABASE_URL", "")
    demo = os.environ.get("JINBANG_DEMO", "1")
    value = stamps.fingerprint(root=folders.root, files=preparation_inputs(folders.root), words=[database, demo])
    stamp = folders.run / "prepared.stamp"
    is_there = bool(database) or (folders.var / DATABASE_FILE).exists()
    if is_there and stamps.is_current(stamp, value):
        return False
    stamps.remove(stamp)
    began = time.monotonic()
    say("Preparing the database, the translations and the demo ...")
    run_command(folders=folders, arguments=["prepare"])
    stamps.write(stamp, value)
    say(f"  done in {time.monotonic() - began:.0f} s")
    return True


def preparation_inputs(root: Path) -> list[Path]:
    """Return the files that `manage.py prepare` works from."""
    found = [root / "requirements" / "base.txt"]
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in SKIPPED_FOLDERS and name != "__pycache__"]
        here = Path(folder)
        parts = here.relative_to(root).parts
        if parts[:1] == ("locale",):
            found += [here / name for name in files if name.endswith(".po")]
        elif parts[:2] == ("edu", "demo"):
            found += [here / name for name in files if not name.endswith(".pyc")]
        elif here.name == "migrations":
            found += [here / name for name in files if name.endswith(".py")]
    return [path for path in found if path.is_file()]


def run_command(*, folders: Folders, arguments: list[str]) -> None:
    """Run one management command with the console as its output; raise CannotStart when it fails."""
    try:
        code = subprocess.run(
            [str(folders.python), "manage.py", *arguments],
            cwd=folders.root,
            env=site_environment(folders),
            stdin=subprocess.DEVNULL,
        ).returncode
    except KeyboardInterrupt:
        raise CannotStart("Interrupted: run the same command again to go on.") from None
    if code != 0:
        raise CannotStart(
            f"`manage.py {' '.join(arguments)}` failed with code {code}: its output is above; "
            "`make demo-reset` begins with an empty database."
        )


def plan_parts(*, folders: Folders, port: int) -> list[Part]:
    """Return the parts of the site, broker first; without a broker, a poller of the job table takes its place."""
    web_workers = min(2, os.cpu_count() or 1)
    server = broker.find_server(folders=folders)
    if server is None:
        say(
            "This platform has no embedded Valkey: background work goes through the database and starts a little later."
        )
        environment = site_environment(folders, JINBANG_BROKER="database")
    else:
        socket_path = broker.choose_socket(folder=folders.run)
        configuration = folders.run / "valkey.conf"
        broker.write_configuration(socket_path=socket_path, data=folders.var / "valkey", file=configuration)
        environment = site_environment(folders, **broker.addresses(socket_path=socket_path))
    environment.setdefault("JINBANG_BASE_URL", f"http://{preflight.LOOPBACK}:{port}")
    web = Part(
        name="web",
        command=[
            folders.tool("granian"), "--interface", "wsgi", "--host", preflight.LOOPBACK, "--port", str(port),
            "--workers", str(web_workers), "--blocking-threads", "4", "--respawn-failed-workers",
            "--workers-kill-timeout", "5", "edu.wsgi:application",
        ],
        environment=environment,
    )  # fmt: skip
    if server is None:
        poller = Part(
            name="worker",
            command=[str(folders.python), "manage.py", "run_jobs"],
            environment=environment,
            waits=True,
        )
        return [web, poller]
    celery = [str(folders.python), "-m", "celery", "-A", "edu.celery"]
    return [
        Part(
            name="broker",
            command=[str(server), str(configuration)],
            environment=environment,
            stops_last=True,
        ),
        web,
        # Prefork: a task that eats memory, crashes or overruns its time limit is ended without its neighbours,
        # which threads cannot do; the second process shares most of its memory with the first.
        Part(
            name="worker",
            command=[
                *celery, "worker", "--queues", "jinbang", "--pool", "prefork", "--concurrency", "2",
                "--prefetch-multiplier", "1", "-O", "fair", "--without-gossip", "--without-mingle",
                "--hostname", "jinbang@%h", "--loglevel", "INFO",
            ],
            environment=environment,
            waits=True,
        ),
        # Films have a worker of their own: one takes whole cores for minutes, and no grade, mail or certificate waits.
        # Alone in its process, it needs no second one to be forked from.
        Part(
            name="films",
            command=[
                *celery, "worker", "--queues", "jinbang-films", "--pool", "solo", "--prefetch-multiplier", "1",
                "-O", "fair", "--without-gossip", "--without-mingle", "--hostname", "films@%h", "--loglevel", "INFO",
            ],
            environment=environment,
            waits=True,
        ),
        Part(
            name="scheduler",
            command=[
                *celery, "beat", "--schedule", str(folders.run / "schedule"), "--pidfile", "", "--loglevel", "INFO",
            ],
            environment=environment,
            waits=True,
        ),
    ]  # fmt: skip


def banner(*, folders: Folders, address: str, seconds: float) -> str:
    """Return what is printed when the site answers: its address, the demo accounts, how to stop it."""
    try:
        accounts = (folders.var / ACCOUNTS_FILE).read_text("utf-8").strip()
    except OSError:
        accounts = ""
    line = "-" * 72
    rows = [line, f"Jinbang is open at {address}  (after {seconds:.1f} s)"]
    if accounts:
        rows += ["", accounts]
    rows += ["", "Films are still being prepared in the background. Ctrl-C stops everything.", line]
    return "\n".join(rows)


def demo_reset(*, folders: Folders, sure: bool) -> int:
    """Remove the database, the uploads and the queue after asking; raise CannotStart while the site runs."""
    lock = RunLock(folders.run / "launcher.lock")
    lock.acquire()
    try:
        end_leftovers(folders.run / "parts.json")
        if not sure:
            sys.stdout.write(f"Everything in {folders.var} is deleted: database, uploads, logs. Go on? [y/N] ")
            sys.stdout.flush()
            if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
                say("Nothing was deleted.")
                return 1
        empty(folders.var, keep={folders.run / "launcher.lock"})
    finally:
        lock.release()
    say("Deleted. `make run` starts afresh.")
    return 0


def empty(folder: Path, *, keep: set[Path]) -> None:
    """Delete what is in `folder`, save the files to keep and their folders; links are removed, not followed."""
    for path in folder.iterdir():
        if path in keep:
            continue
        if path.is_dir() and not path.is_symlink():
            empty(path, keep=keep)
            if not any(one.is_relative_to(path) for one in keep):
                path.rmdir()
        else:
            path.unlink()
