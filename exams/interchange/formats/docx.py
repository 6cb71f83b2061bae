"""Question papers in Word (.docx), in the ways Word, WPS and LibreOffice write them. A file format; found by the
registry."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from exams.interchange.formats.base import Attachment, Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.docx_body import Body, TableRow
from exams.interchange.formats.docx_package import Package
from exams.interchange.formats.paper_examples import word_example
from exams.interchange.formats.paper_lines import read_paper
from exams.interchange.formats.paper_state import Line as PaperLine
from exams.interchange.formats.question_block import MAXIMUM_SOURCE
from exams.interchange.formats.table_columns import has_numbered_options
from exams.interchange.formats.table_passages import Group, Line, grouped, record_of_group

MAXIMUM_ATTACHMENTS_SIZE = 60 * 1024 * 1024

_ATTACHMENT = re.compile(r"attachment:([A-Za-z0-9_.-]{1,80})")
_MISSING = gettext_noop("The picture %(name)s is damaged or too large; it was left out.")
_NO_QUESTIONS = gettext_noop("No questions were found in this text.")


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions of a Word file; `row` counts its paragraphs. UnreadableFile for any other kind of file."""
    package = Package(source.path)
    try:
        body = Body(package)
        lines: list[PaperLine] = []
        tables: list[TableRow] = []
        for one in body.read():
            if isinstance(one, PaperLine):
                lines.append(one)
            else:
                tables.append(one)
        rows = list(_rows_of_tables(tables))
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


def _rows_of_tables(rows: list[TableRow]) -> Iterator[ParsedRow]:
    """Yield the questions of tables; a passage and the questions under it take several rows, as in a spreadsheet."""
    for _table, own in groupby(rows, key=lambda row: id(row.names)):
        found = list(own)
        names = found[0].names
        empty = {"type": ""} if "type" in names else {}
        lines = (Line(row.row, empty | row.cells, kept=row) for row in found)
        for group in grouped(lines, names):
            yield _table_row(group, names)


def _table_row(group: Group, names: Mapping[str, str]) -> ParsedRow:
    record, built = record_of_group(group, is_numbered=has_numbered_options(list(names.values())))

    def named(remark: Remark) -> Remark:
        return replace(remark, field=names.get(remark.field, remark.field))

    kept: list[TableRow] = [line.kept for line in group.lines]
    return ParsedRow(
        row=kept[0].row,
        record=record,
        problems=tuple(named(one) for one in built.problems),
        doubts=(
            *(named(one) for one in built.doubts),
            *(Remark(row=row.row, field="", text=text) for row in kept for text in row.doubts),
        ),
        losses=(
            *(named(one) for one in built.losses),
            *(Remark(row=row.row, field="", text=text) for row in kept for text in row.losses),
            *(replace(one, row=row.row) for row in kept for one in row.left_out),
        ),
        source="\n".join(" | ".join(row.cells.values()) for row in kept)[:MAXIMUM_SOURCE],
        cells=tuple(kept[0].cells.values()) if len(kept) == 1 else (),
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
