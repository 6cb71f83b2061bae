"""Where things lie in a clone: the environment, the run-time folder, the lock files."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folders:
    """The folders of one clone, all derived from its root."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment, made by the launcher and safe to delete."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def var(self) -> Path:
        """Everything made at run time: database, uploads, logs, sockets."""
        return self.root / "var"

    @property
    def run(self) -> Path:
        """Sockets, locks and stamps of the running or last run."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        """One log file a part, rotated, and the log of the set-up."""
        return self.var / "log"

    @property
    def requirements(self) -> Path:
        """The locked requirements."""
        return self.root / "requirements"

    @property
    def vendor(self) -> Path:
        """Browser libraries, fetched at set-up and ignored by git."""
        return self.root / "static" / "vendor"

    def tool(self, name: str) -> str:
        """Return the path of a console script of the virtual environment."""
        return str(self.venv / "bin" / name)

    def environment(self, **extra: str) -> dict[str, str]:
        """Return the environment for child processes: this one, the virtual environment first, and `extra`."""
        inherited = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "PYTHONPATH"}}
        inherited["VIRTUAL_ENV"] = str(self.venv)
        inherited["PATH"] = f"{self.venv / 'bin'}{os.pathsep}{inherited.get('PATH', os.defpath)}"
        inherited["PYTHONUNBUFFERED"] = "1"
        return inherited | extra


def clone() -> Folders:
    """Return the folders of the clone that this file is part of."""
    return Folders(root=Path(__file__).resolve().parents[2])


class CannotStart(Exception):
    """Something the person at the keyboard has to change; the message is one clear sentence for them."""


def say(text: str) -> None:
    """Print one line at once, also when the output goes to a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
