"""Writing CSV that Excel opens rightly: marked UTF-8, no cell becomes a formula, long numbers stay whole."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

CONTENT_TYPE = "text/csv; charset=utf-8"
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LONGEST_NUMBER = 11
"""Digits beyond which Excel shows an unquoted number in powers of ten."""


def csv_text(value: Any) -> str:
    """Return a cell: times in the site's zone; text that a program would take for a formula after an apostrophe, and
    digits that are no quantity (leading zeros, long ids) after a tab, which Excel takes as text and does not show.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if text.startswith(_FORMULA):
        return f"'{text}"
    if text.isascii() and text.isdecimal() and (len(text) > LONGEST_NUMBER or (len(text) > 1 and text[0] == "0")):
        return f"\t{text}"
    return text


def write_csv(*, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV file of a header and rows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([csv_text(header) for header in headers])
    writer.writerows([csv_text(value) for value in row] for row in rows)
    return (BOM + buffer.getvalue()).encode()
