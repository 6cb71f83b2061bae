"""CSV files for every room: UTF-8 with a mark, so that spreadsheets read Chinese rightly; no cell becomes a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

CONTENT_TYPE = "text/csv; charset=utf-8"
_SPARK = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(*, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Return the file line by line, so that a long one can be sent while it is made."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    for cells in _all_rows(headers, rows):
        writer.writerow([_cell(cell) for cell in cells])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _all_rows(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield headers
    yield from rows


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, str) and value.startswith(_SPARK):
        return f"'{value}"
    return value
