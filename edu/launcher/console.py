"""What the parts print: to the console with the part's name before each line, and to a rotated file a part."""

import contextlib
import sys
from pathlib import Path
from typing import TextIO

ROTATE_BYTES = 5 * 1024 * 1024
KEPT_FILES = 3
COLOURS = (36, 32, 33, 35, 34, 31)


class RotatedLog:
    """A log file that is renamed to .1, .2, ... at ROTATE_BYTES; KEPT_FILES old ones are kept."""

    def __init__(self, path: Path, *, rotate_bytes: int = ROTATE_BYTES, kept_files: int = KEPT_FILES) -> None:
        self.path = path
        self.rotate_bytes = rotate_bytes
        self.kept_files = kept_files
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._size = path.stat().st_size

    def write(self, data: bytes) -> None:
        """Append whole lines, rotating before them when the file is full.

        What a full disk does not take is lost here and stays on the console: the site runs on.
        """
        with contextlib.suppress(OSError):
            if self._size and self._size + len(data) > self.rotate_bytes:
                self._rotate()
            self._size += self._file.write(data) or 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(self.kept_files, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = self.path if number == 1 else self.path.with_name(f"{self.path.name}.{number - 1}")
            if newer.exists():
                newer.replace(older)
        self._file = self.path.open("ab", buffering=0)
        self._size = 0


class PartOutput:
    """Splits one part's output into lines, for the console and for its log."""

    def __init__(self, *, name: str, index: int, width: int, log: RotatedLog, console: TextIO | None = None) -> None:
        self.console = console or sys.stdout
        self.log = log
        label = f"{name:<{width}}"
        if self.console.isatty():
            self.prefix = f"\033[{COLOURS[index % len(COLOURS)]}m{label} |\033[0m "
        else:
            self.prefix = f"{label} | "
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes of output and pass on the lines that are complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._emit(line)

    def finish(self) -> None:
        """Pass on a last line that came without its end."""
        if self._rest:
            self._emit(self._rest)
            self._rest = b""

    def _emit(self, line: bytes) -> None:
        self.log.write(line + b"\n")
        try:
            self.console.write(f"{self.prefix}{line.decode('utf-8', 'replace')}\n")
            self.console.flush()
        except (BrokenPipeError, ValueError):
            # The terminal or pipe is gone; the log has the line.
            return
