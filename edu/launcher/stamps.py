"""Stamps: a step of the set-up is skipped while the hash of what it was made from is unchanged."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(*, root: Path, files: Iterable[Path], words: Iterable[str] = ()) -> str:
    """Return a hash over `words` and over the names (relative to `root`) and contents of `files`, in any order."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(f"{word}\0".encode())
    for path in sorted(set(files)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(stamp: Path, value: str) -> bool:
    """Say whether the stamp file holds `value`; a missing or unreadable stamp is not current."""
    try:
        return stamp.read_text("ascii") == value
    except (OSError, UnicodeDecodeError):
        return False


def write(stamp: Path, value: str) -> None:
    """Write the stamp whole or not at all, so that an interrupted step is done again."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_name(f"{stamp.name}.new")
    fresh.write_text(value, "ascii")
    fresh.replace(stamp)


def remove(stamp: Path) -> None:
    """Remove the stamp, so that a step that is about to begin counts as undone until it ends."""
    stamp.unlink(missing_ok=True)
