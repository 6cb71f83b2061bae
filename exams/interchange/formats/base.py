"""The contract of a file format: from a file to question records, and back. Pure; one module a format beside this one,
found by `registry`. Callers: the import and export use cases."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from edu.core.errors import InvalidInput
from edu.core.messages import gettext_noop as gettext_noop

Values = Mapping[str, str | int]
Record = Mapping[str, Any]
"""A question record: type, content, key and what else `exams.authoring.records.QuestionRecord` names, as plain JSON."""

NO_VALUES: Values = MappingProxyType({})


class UnreadableFile(InvalidInput):
    """This file cannot be read as a list of questions."""

    code = "unreadable_file"

    def __init__(self, text: str = "", values: Values = NO_VALUES) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values if values else text)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What is wrong, doubtful or lost at one place of a file, in words a teacher understands.

    `row` counts from 1: the row of a sheet, the line of a text, the position of a question in a package. `field` names
    a column or a path into the record. `text` is English source marked by `gettext_noop`, with %(name)s for `values`.
    `file` is the member of a package, empty for a single file.
    """

    row: int
    field: str
    text: str
    values: Values = dataclasses.field(default_factory=lambda: NO_VALUES)
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A picture, sound or other file that a record's rich text names as `attachment:<name>`; `data` are its bytes,
    unchecked."""

    name: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class ParsedRow:
    """One question of a file.

    With `problems` it cannot be imported as it stands; `record` is then as much of it as was understood (a draft to be
    mended in the preview), or None. `doubts` were decided by a guess that the author should look at. `losses` say what
    the question had and our model cannot carry. `source` is the question as the file wrote it, at most 4,000 signs.
    `is_sound` says that the reader has held the record against the rules of its type and found nothing.
    """

    row: int
    record: Record | None
    problems: tuple[Remark, ...] = ()
    doubts: tuple[Remark, ...] = ()
    losses: tuple[Remark, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    source: str = ""
    file: str = ""
    cells: tuple[str, ...] = ()
    is_sound: bool = False


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file to be read: the name its owner gave it, and where it lies. `options` may carry `encoding`."""

    name: str
    path: Path
    options: Mapping[str, str] = field(default_factory=dict)

    def head(self, size: int = 4096) -> bytes:
        """Return its first bytes."""
        with self.path.open("rb") as stream:
            return stream.read(size)


@dataclass(frozen=True, kw_only=True)
class ExportedRecord:
    """A question on its way out: its record and the bytes of the attachments it names."""

    record: Record
    attachments: tuple[Attachment, ...] = ()


Reader = Callable[[Source], Iterator[ParsedRow]]
Writer = Callable[[Iterable[ExportedRecord], BinaryIO], list[Remark]]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format.

    `label` is English source text. `endings` are lower-case file endings, the usual one first. `detect(name, head)`
    says from 0 (no) to 1 (certainly) how well a file's name and first 4,096 bytes fit. `read` yields rows one by one in
    bounded memory and raises UnreadableFile when the file as a whole cannot be read. `write` writes records to a
    stream and returns what the format could not carry (`row` counts the records from 1); None where we only read.
    `example` returns a file with one question of each type that the format carries, to be filled in as a template; its
    argument is the language, zh-hans or en.
    """

    name: str
    label: str
    endings: tuple[str, ...]
    detect: Callable[[str, bytes], float]
    read: Reader
    write: Writer | None = None
    order: int = 100
    example: Callable[[str], bytes] | None = None
