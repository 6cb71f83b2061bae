"""A text with embedded answers, `{1:SHORTANSWER:=…}`: the whole file is one cloze question. A file format; found by the
registry."""

import re
from collections.abc import Iterator
from decimal import Decimal

from exams.interchange.formats.base import Format, ParsedRow, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.encodings import encoding_of, read_lines
from exams.interchange.formats.markup import TextReader
from exams.interchange.formats.moodle_questions import Declined, Frame, cloze_question, declined_row, row_of

MAXIMUM_TEXT = 500_000
TOO_LONG = gettext_noop("A text with embedded answers has at most %(limit)s characters.")
_GAP = re.compile(rb"\{[0-9]*:[A-Z_]{2,20}\s*[:}]")


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the one question of the file."""
    encoding = source.options.get("encoding") or encoding_of(source.path)
    lines: list[str] = []
    size = 0
    for line in read_lines(source.path, encoding):
        size += len(line) + 1
        if size > MAXIMUM_TEXT:
            raise UnreadableFile(TOO_LONG, {"limit": MAXIMUM_TEXT})
        lines.append(line)
    text = "\n".join(lines)
    reader = TextReader(row=1)
    frame = Frame(row=1, source=text)
    try:
        parts, total = cloze_question(reader, text, lambda stem: reader.rich(stem, "moodle", "content.stem"))
    except Declined as reason:
        yield declined_row(reader, frame, reason)
        return
    frame.marks = Decimal(total)
    yield row_of(reader, frame, parts)


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its gaps."""
    flat = head.replace(b"\x00", b"")
    if name.endswith((".txt", ".cloze")) and _GAP.search(flat) and not flat.lstrip().startswith(b"<?xml"):
        return 0.75
    return 0.0


FORMAT = Format(
    name="cloze",
    label=gettext_noop("Text with embedded answers (Cloze)"),
    endings=(".txt",),
    detect=detect,
    read=read,
    order=46,
)
