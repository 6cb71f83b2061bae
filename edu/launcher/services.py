"""What tests need from the machine: system packages, a throw-away PostgreSQL, a throw-away Valkey."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import broker
from .environment import run_logged
from .paths import Folders, say


@dataclass(frozen=True)
class SystemNeed:
    """A program or shared library that a part of the tests needs, and the Debian package that brings it."""

    package: str
    commands: tuple[str, ...]
    purpose: str
    library: str = ""

    def find(self) -> str | None:
        """Return the path of the program, or the name of the shared library; None when it is not there."""
        if self.library:
            try:
                return str(ctypes.CDLL(self.library)._name)
            except OSError:
                return None
        folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
        # Debian keeps the server's programs off the path.
        folders += [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
        folders += ["/opt/homebrew/bin", "/usr/local/pgsql/bin"]
        for command in self.commands:
            if found := shutil.which(command, path=os.pathsep.join(folders)):
                return found
        return None


POSTGRES = SystemNeed("postgresql", ("initdb",), "the tests on PostgreSQL")
CHROMIUM = SystemNeed("chromium", ("chromium", "chromium-browser", "google-chrome"), "the browser journeys")
GETTEXT = SystemNeed("gettext", ("msgfmt",), "the check of the message catalogues")
POPPLER = SystemNeed("poppler-utils", ("pdftotext",), "the tests that read rendered certificates")
ATOMIC = SystemNeed("libatomic1", (), "the browser journeys (the driver's Node.js needs it)", library="libatomic.so.1")
NEEDS = (POSTGRES, CHROMIUM, GETTEXT, POPPLER, *((ATOMIC,) if sys.platform == "linux" else ()))


def ensure_system_packages(*, folders: Folders) -> list[str]:
    """Install what is missing where this is allowed; return one sentence for each need that stays unmet."""
    missing = [need for need in NEEDS if need.find() is None]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        names = [need.package for need in missing]
        say(f"Installing system packages: {', '.join(names)} ...")
        log = folders.log / "apt.log"
        environment = folders.environment(DEBIAN_FRONTEND="noninteractive")
        run_logged(["apt-get", "update", "-qq"], folders=folders, log=log, environment=environment)
        run_logged(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names],
            folders=folders, log=log, environment=environment,
        )  # fmt: skip
    return [
        f"not run: {need.purpose} ({need.package} is not installed and could not be installed here)"
        for need in missing
        if need.find() is None
    ]


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def throw_away_postgres(*, log: Path, durable: bool = False) -> Iterator[str]:
    """Run a PostgreSQL of our own in a temporary folder and yield its DATABASE_URL; everything goes with it.

    Unless `durable`, nothing is written safely to disk: that makes tests fast and is right for nothing else.
    PostgreSQL refuses to run as root, so root lends the folder to another user. Raises OSError when it does not start.
    """
    initdb = POSTGRES.find()
    if initdb is None:
        raise OSError("PostgreSQL is not installed")
    binaries = Path(initdb).resolve().parent
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="jinbang-pg-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        if user is not None:
            shutil.chown(folder, user=user)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            made = subprocess.run(
                [
                    str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "jinbang", "-A", "trust",
                    "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                ],
                cwd=folder, user=user, stdout=output, stderr=output,
            )  # fmt: skip
            if made.returncode != 0:
                raise OSError(f"initdb failed, see {log}")
            port = free_port()
            options = {
                "port": str(port),
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": str(folder),
                "max_connections": "100",
                "shared_buffers": "128MB",
            }
            if not durable:
                options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes", "autovacuum"), "off")
            arguments = [text for key, value in options.items() for text in ("-c", f"{key}={value}")]
            server = subprocess.Popen(
                [str(binaries / "postgres"), "-D", str(folder / "data"), *arguments],
                cwd=folder, user=user, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        _wait_for_postgres(server=server, ready=binaries / "pg_isready", port=port, log=log)
        yield f"postgres://jinbang@127.0.0.1:{port}/postgres"
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)  # "fast": ends sessions, rolls back
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> str | None:
    """Return the user to run PostgreSQL as when this is root, else None."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise OSError("PostgreSQL refuses to run as root and there is no other user")


def _wait_for_postgres(*, server: subprocess.Popen[bytes], ready: Path, port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        answer = subprocess.run(
            [str(ready), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "jinbang", "-d", "postgres"],
            capture_output=True,
        )
        if answer.returncode == 0:
            return
        time.sleep(0.1)
    raise OSError(f"PostgreSQL did not start, see {log}")


@contextlib.contextmanager
def throw_away_valkey(*, folders: Folders) -> Iterator[dict[str, str]]:
    """Run a Valkey of our own in a temporary folder and yield the environment that points to it.

    Raises OSError when this platform has none or it does not start.
    """
    server = broker.find_server(folders=folders)
    if server is None:
        raise OSError("this platform has no embedded Valkey")
    with tempfile.TemporaryDirectory(prefix="jinbang-vk-") as temporary:
        folder = Path(temporary)
        socket_path = broker.choose_socket(folder=folder)
        broker.write_configuration(socket_path=socket_path, data=folder / "data", file=folder / "valkey.conf")
        process = subprocess.Popen(
            [str(server), str(folder / "valkey.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if not broker.wait_until_it_answers(socket_path=socket_path, seconds=10):
                raise OSError("Valkey did not start")
            yield broker.addresses(socket_path=socket_path)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
