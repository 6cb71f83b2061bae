"""Question papers in Word (.docx), in the ways Word, WPS and LibreOffice write them. A file format; found by the
registry."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from exams.interchange.formats.base import Attachment, Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.docx_body import Body, TableRow
from exams.interchange.formats.docx_package import Package
from exams.interchange.formats.paper_examples import word_example
from exams.interchange.formats.paper_lines import read_paper
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.question_block import MAXIMUM_SOURCE
from exams.interchange.formats.table_rows import has_numbered_options, record_of_cells

MAXIMUM_ATTACHMENTS_SIZE = 60 * 1024 * 1024

_ATTACHMENT = re.compile(r"attachment:([A-Za-z0-9_.-]{1,80})")
_MISSING = gettext_noop("The picture %(name)s is damaged or too large; it was left out.")
_NO_QUESTIONS = gettext_noop("No questions were found in this text.")


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions of a Word file; `row` counts its paragraphs. UnreadableFile for any other kind of file."""
    package = Package(source.path)
    try:
        body = Body(package)
        lines: list[Line] = []
        tables: list[TableRow] = []
        for one in body.read():
            if isinstance(one, Line):
                lines.append(one)
            else:
                tables.append(one)
        rows = [_table_row(one) for one in tables]
        if any(line.rich.text.strip() for line in lines):
            try:
                rows += read_paper(lines)
            except UnreadableFile:
                if not tables:
                    raise
        elif not tables:
            raise UnreadableFile(_NO_QUESTIONS)
        for row in sorted(rows, key=lambda row: row.row):
            yield _with_attachments(row, package, body.runs.pictures)
    finally:
        package.close()


def _table_row(row: TableRow) -> ParsedRow:
    is_numbered = has_numbered_options(list(row.names.values()))
    record, problems, doubts = record_of_cells(row.cells, row=row.row, is_numbered=is_numbered)

    def named(remark: Remark) -> Remark:
        return replace(remark, field=row.names.get(remark.field, remark.field))

    def noted(text: str) -> Remark:
        return Remark(row=row.row, field="", text=text)

    return ParsedRow(
        row=row.row,
        record=record,
        problems=tuple(named(one) for one in problems),
        doubts=(*(named(one) for one in doubts), *(noted(text) for text in row.doubts)),
        losses=(*(noted(text) for text in row.losses), *(replace(one, row=row.row) for one in row.left_out)),
        source=" | ".join(row.cells.values())[:MAXIMUM_SOURCE],
        cells=tuple(row.cells.values()),
    )


def _with_attachments(row: ParsedRow, package: Package, pictures: dict[str, str]) -> ParsedRow:
    """Return a row with the bytes of the pictures that its record names."""
    if row.record is None:
        return row
    written = json.dumps(row.record, ensure_ascii=False)
    if "attachment:" not in written:
        return row
    attachments, losses, size = [], list(row.losses), 0
    record: Any = row.record
    for name in dict.fromkeys(_ATTACHMENT.findall(written)):
        if name not in pictures:
            continue
        data = package.picture(pictures[name])
        if data is None or size + len(data) > MAXIMUM_ATTACHMENTS_SIZE:
            losses.append(Remark(row=row.row, field="", text=_MISSING, values={"name": name}))
            record = json.loads(
                re.sub(
                    rf'<img src=\\"attachment:{re.escape(name)}\\" alt=\\"[^"<>]*\\">',
                    "",
                    json.dumps(record, ensure_ascii=False),
                )
            )
            continue
        size += len(data)
        attachments.append(Attachment(name=name, data=data))
    return replace(row, record=record, attachments=tuple(attachments), losses=tuple(losses))


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending and first bytes; kinds that are declined with a word of advice count
    too."""
    if name.endswith((".docx", ".docm", ".dotx")):
        return 0.95
    if name.endswith((".doc", ".wps", ".rtf", ".pdf")):
        return 0.5
    if head.startswith(b"PK") and b"word/" in head:
        return 0.9
    if head.startswith((b"{\\rtf", b"%PDF")):
        return 0.4
    return 0.0


FORMAT = Format(
    name="docx",
    label=gettext_noop("Word (.docx)"),
    endings=(".docx",),
    detect=detect,
    read=read,
    order=20,
    example=word_example,
)
