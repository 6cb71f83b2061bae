"""The commands behind the Makefile's targets."""

import argparse
import errno
import os
import subprocess
import sys
from pathlib import Path

from .browser_libraries import ensure_browser_libraries
from .environment import ensure_environment, run_logged
from .paths import CannotStart, Folders, clone, say
from .preflight import require_platform

LOCK_OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--no-emit-index-url",
    "--universal",
    "--python-version",
    "3.11",
)
LOCKS = ("installer", "node", "base", "dev")


def main(arguments: list[str]) -> int:
    """Run one command and return the exit code; a CannotStart becomes one line on standard error."""
    parser = argparse.ArgumentParser(prog="make", description="Start, test and maintain a clone of Jinbang.")
    parser.add_argument(
        "command",
        choices=[
            "run",
            "demo-reset",
            "test",
            "check",
            "lock",
            "setup",
            "setup-dev",
            "manage",
            "bench",
            "faults",
            "conformance",
            "i18n",
            "fmt",
        ],
    )
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    folders = clone()
    try:
        # Before any module is loaded that only POSIX has, such as the one of the lock.
        require_platform()
        return _dispatch(folders=folders, command=chosen.command, rest=chosen.rest)
    except CannotStart as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{explain_os_error(error, root=folders.root)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted: nothing is lost, run the same command again to go on.\n")
        return 130


def explain_os_error(error: OSError, *, root: Path) -> str:
    """Return the one sentence for a system call that failed where no step foresaw it."""
    where = error.filename or root
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk of {where} is full: free some space and run the same command again."
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return (
            f"{where} cannot be opened or written ({error.strerror}): use a folder that belongs to you "
            "and is not read-only, and run the same command again."
        )
    return f"{where}: {error.strerror or error}. Mend this and run the same command again."


def _dispatch(*, folders: Folders, command: str, rest: list[str]) -> int:
    # Imported late, so that `make run` does not pay for the checks and the other way round.
    if command in {"run", "demo-reset"}:
        from . import run

        if command == "run":
            return run.run(folders=folders, port_text=os.environ.get("PORT", "") or "8000")
        return run.demo_reset(folders=folders, sure=os.environ.get("YES", "") == "1")
    if command in {"test", "check"}:
        from . import check

        return check.run_checks(folders=folders, quick=command == "check")
    if command == "lock":
        return lock(folders=folders)
    if command == "setup":
        # What a production machine needs of this clone: no demo, no tests.
        ensure_environment(folders=folders, locks=["installer", "base"])
        ensure_browser_libraries(folders=folders)
        return 0
    ensure_environment(folders=folders, locks=["installer", "base", "dev"])
    steps = {
        "setup-dev": [],
        "manage": [[str(folders.python), "manage.py", *rest]],
        "bench": [[str(folders.python), "-m", "benchmarks", *rest]],
        "faults": [[str(folders.python), "-m", "tests.faults.campaign", *rest]],
        "conformance": [[str(folders.python), "-m", "tests.pure.exams.formats.conformance", *rest]],
        "i18n": [
            [str(folders.python), "manage.py", "collect_messages"],
            [str(folders.python), "manage.py", "compile_translations"],
        ],
        "fmt": [[folders.tool("ruff"), "check", "--fix", "."], [folders.tool("ruff"), "format", "."]],
    }[command]
    return next((code for code in (_run(folders=folders, command=step) for step in steps) if code), 0)


def _run(*, folders: Folders, command: list[str]) -> int:
    return subprocess.run(command, cwd=folders.root, env=folders.environment()).returncode


def lock(*, folders: Folders) -> int:
    """Write requirements/*.txt anew from *.in, newest allowed versions, with hashes and without addresses."""
    ensure_environment(folders=folders, locks=["installer"])
    for name in LOCKS:
        say(f"Locking requirements/{name}.in ...")
        output = run_logged(
            [
                folders.tool("uv"), "pip", "compile", *LOCK_OPTIONS, "--upgrade",
                "--directory", str(folders.requirements), f"{name}.in", "-o", f"{name}.txt",
                "--custom-compile-command", "make lock",
            ],
            folders=folders,
            log=folders.log / "lock.log",
            environment=folders.environment(),
        )  # fmt: skip
        if output is not None:
            raise CannotStart(f"requirements/{name}.in could not be locked:\n{output.strip()}")
    return 0
