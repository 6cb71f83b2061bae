"""Reading and writing small files in tests of the formats."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exams.domain.grading import check_question
from exams.interchange.formats.base import Attachment, ExportedRecord, Format, ParsedRow, Source


def rows_of(format_: Format, data: str | bytes, folder: Path, *, name: str = "file.txt") -> list[ParsedRow]:
    """Read a file of these contents; every record that comes without problems must hold."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    rows = list(format_.read(Source(name=name, path=path)))
    for row in rows:
        if not row.problems:
            assert row.record is not None
            assert check_faults(row.record) == []
    return rows


def check_faults(record: Mapping[str, Any]) -> list[Any]:
    """Return what is wrong with a record."""
    return check_question(type_name=record["type"], content=record["content"], key=record["key"])


def record_of(format_: Format, data: str | bytes, folder: Path) -> Mapping[str, Any]:
    """Read a file of one question that is imported."""
    (row,) = rows_of(format_, data, folder)
    assert row.problems == ()
    assert row.record is not None
    return row.record


def reasons_of(rows: list[ParsedRow]) -> list[str]:
    """Return why rows are not imported, as a teacher reads it."""
    return [remark.text % remark.values for row in rows for remark in row.problems]


def losses_of(row: ParsedRow) -> list[str]:
    """Return what was lost, as a teacher reads it."""
    return [remark.text % remark.values for remark in row.losses]


def written(
    format_: Format, *records: Mapping[str, Any], attachments: tuple[Attachment, ...] = ()
) -> tuple[bytes, list[str]]:
    """Write records; return the file and the losses."""
    assert format_.write is not None
    stream = io.BytesIO()
    losses = format_.write([ExportedRecord(record=one, attachments=attachments) for one in records], stream)
    return stream.getvalue(), [remark.text % remark.values for remark in losses]
