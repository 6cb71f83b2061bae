"""Compiling message catalogues without any tool but Python: django.po beside django.mo, a room at a time."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(*, paths: list[Path]) -> int:
    """Write each django.mo that is missing or older than its django.po; return how many were written."""
    written = 0
    for root in paths:
        for source in sorted(root.glob("*/LC_MESSAGES/django.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as file:
                catalogue = read_po(file, abort_invalid=True)
            unfinished = target.with_suffix(".mo.part")
            with unfinished.open("wb") as file:
                write_mo(file, catalogue)
            unfinished.replace(target)
            written += 1
    return written
