"""Moodle's course backups (.mbz): known, and declined with the way to go. A file format; found by the registry."""

from collections.abc import Iterator

from exams.interchange.formats.base import Format, ParsedRow, Source, UnreadableFile, gettext_noop

DECLINED = gettext_noop(
    "This is a backup of a Moodle course. Export its question bank in Moodle as Moodle XML, and import that file."
)


def read(source: Source) -> Iterator[ParsedRow]:
    """Refuse the file and say what to do."""
    raise UnreadableFile(DECLINED)
    yield  # pragma: no cover - makes this a generator like every reader


def detect(name: str, head: bytes) -> float:
    """Tell a backup by its ending."""
    return 0.9 if name.endswith(".mbz") else 0.0


FORMAT = Format(
    name="moodle_backup",
    label=gettext_noop("Moodle course backup"),
    endings=(".mbz",),
    detect=detect,
    read=read,
    order=200,
)
