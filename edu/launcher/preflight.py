"""What must be true before anything is made or started: platform, disk, port. Each failure is one sentence."""

import errno
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from .paths import CannotStart

GIB = 1024**3
FIRST_START_BYTES = 2 * GIB
REPEATED_START_BYTES = GIB // 4
LOOPBACK = "127.0.0.1"


def require_platform(*, name: str = os.name) -> None:
    """Raise CannotStart on an operating system without POSIX process groups."""
    if name != "posix":
        raise CannotStart(
            "Jinbang starts on Linux and macOS: on Windows run the same command inside WSL 2 (wsl --install)."
        )


def require_disk(*, folder: Path, needed_bytes: int, free: Callable[[Path], int] | None = None) -> None:
    """Raise CannotStart when the disk of `folder` has less than `needed_bytes` left."""
    free_bytes = free(folder) if free else shutil.disk_usage(folder).free
    if free_bytes < needed_bytes:
        raise CannotStart(
            f"The disk of {folder} has {free_bytes / GIB:.1f} GB left and {needed_bytes / GIB:.1f} GB are needed: "
            "free some space and run the same command again."
        )


def parse_port(text: str) -> int:
    """Return the port that `text` names; raise CannotStart when it is not a number from 1 to 65535."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise CannotStart(f"PORT={text} is not a port: choose a number from 1024 to 65535, as in `PORT=9000 make run`.")


def require_port(port: int) -> None:
    """Raise CannotStart when nothing can listen on `port` of the loopback address, naming a way out."""
    other = 9000 if port != 9000 else 9001
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Without it, connections of a server that has just stopped keep the port busy for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"Port {port} is in use by another program: stop it, or choose another port, "
                    f"as in `PORT={other} make run`."
                ) from None
            raise CannotStart(
                f"Port {port} cannot be opened ({error.strerror}): choose another one, as in `PORT={other} make run`."
            ) from None
