"""JSON Lines: one question record a line, with its attachments in base64. Carries everything. A file format; found
by the registry."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from exams.interchange.formats.base import (
    Attachment,
    ExportedRecord,
    Format,
    ParsedRow,
    Remark,
    Source,
    UnreadableFile,
    gettext_noop,
)

MAXIMUM_LINE = 32 * 1024 * 1024
"""Bytes a line, attachments included."""
MAXIMUM_RECORD = 2_000_000

NOT_UTF8 = gettext_noop("The file is not UTF-8 text.")
LONG_LINE = gettext_noop("This line is too long.")
NO_JSON = gettext_noop("This line is not JSON.")
NO_RECORD = gettext_noop("This line is not a question record.")
BAD_ATTACHMENT = gettext_noop("The attachment %(name)s is not readable.")
LARGE_ATTACHMENTS = gettext_noop("Its pictures and sounds are larger than 20 MB together; they are left out.")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines with their numbers; None for one that is too long, whose rest is passed over."""
    number = 0
    while line := stream.readline(MAXIMUM_LINE + 1):
        number += 1
        if len(line) > MAXIMUM_LINE:
            while not line.endswith(b"\n") and (line := stream.readline(1 << 20)):
                pass
            yield number, None
        elif line.strip():
            yield number, line


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield one row a line; a line that is no record is a problem of its row. UnreadableFile when the first is not
    UTF-8."""
    with source.path.open("rb") as stream:
        if stream.read(3) != b"\xef\xbb\xbf":
            stream.seek(0)
        is_first = True
        for number, line in _lines(stream):
            if line is None:
                yield _broken(number, LONG_LINE, "")
                continue
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                if is_first:
                    raise UnreadableFile(NOT_UTF8) from error
                yield _broken(number, NOT_UTF8, line[:2000].decode("utf-8", "replace"))
                continue
            is_first = False
            yield _row(number, text)


def _row(number: int, text: str) -> ParsedRow:
    try:
        record = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return _broken(number, NO_JSON, text)
    if not isinstance(record, dict):
        return _broken(number, NO_RECORD, text)
    attachments, problems = take_attachments(record, number)
    return ParsedRow(
        row=number,
        record=record,
        problems=problems,
        attachments=attachments,
        source=text[:4000] if not attachments else "",
        cells=(text[:30_000],) if problems else (),
    )


def _refuse(word: str) -> Any:
    raise ValueError(word)


def take_attachments(record: dict[str, Any], number: int) -> tuple[tuple[Attachment, ...], tuple[Remark, ...]]:
    """Take the attachments out of a raw record: [{name, data}] with the bytes in base64."""
    attachments: list[Attachment] = []
    problems: list[Remark] = []
    entries = record.pop("attachments", None) or []
    for entry in entries if isinstance(entries, list) else [entries]:
        name = str(entry.get("name", "")) if isinstance(entry, dict) else ""
        try:
            data = base64.b64decode(str(entry["data"]), validate=True)
        except (TypeError, KeyError, ValueError, binascii.Error):
            values = {"name": name[:80] or "?"}
            problems.append(Remark(row=number, field="attachments", text=BAD_ATTACHMENT, values=values))
            continue
        attachments.append(Attachment(name=name, data=data))
    return tuple(attachments), tuple(problems)


def _broken(number: int, text: str, line: str) -> ParsedRow:
    remark = Remark(row=number, field="", text=text)
    return ParsedRow(row=number, record=None, problems=(remark,), source=line[:4000], cells=(line[:30_000],))


def line_of(exported: ExportedRecord) -> tuple[str, bool]:
    """Return a record as one line, and whether its attachments were too large to go with it."""
    record: dict[str, Any] = dict(exported.record)
    total = sum(len(attachment.data) for attachment in exported.attachments)
    is_large = total > 20 * 1024 * 1024
    if exported.attachments and not is_large:
        record["attachments"] = [
            {"name": attachment.name, "data": base64.b64encode(attachment.data).decode("ascii")}
            for attachment in exported.attachments
        ]
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")), is_large


def write(records: Iterable[ExportedRecord], stream: BinaryIO) -> list[Remark]:
    """Write one line a record; only attachments beyond 20 MB a question are lost, and said."""
    losses = []
    for number, exported in enumerate(records, start=1):
        line, is_large = line_of(exported)
        if is_large:
            losses.append(Remark(row=number, field="attachments", text=LARGE_ATTACHMENTS))
        stream.write(line.encode("utf-8") + b"\n")
    return losses


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending, or by a first line that opens a record of ours."""
    if name.endswith((".jsonl", ".ndjson")):
        return 1.0
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096].split(b"\n", 1)[0]
    return 0.95 if first.startswith(b"{") and b'"type"' in first and b'"content"' in first else 0.0


def example(language: str, /) -> bytes:
    """Return one record of each type that the spreadsheet template shows."""
    from exams.interchange.formats.table_rows import record_of_cells
    from exams.interchange.formats.xlsx_examples import EXAMPLES_EN, EXAMPLES_ZH

    rows = EXAMPLES_ZH if language.startswith("zh") else EXAMPLES_EN
    records = [record_of_cells(row)[0] for row in rows]
    return b"".join(line_of(ExportedRecord(record=record or {}))[0].encode() + b"\n" for record in records)


FORMAT = Format(
    name="json_lines",
    label=gettext_noop("JSON Lines (everything)"),
    endings=(".jsonl", ".ndjson"),
    detect=detect,
    read=read,
    write=write,
    order=20,
    example=example,
)
