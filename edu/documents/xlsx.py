"""Writing and reading spreadsheets for every room: xlsxwriter writes, calamine reads."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from python_calamine import CalamineError, load_workbook

from edu.core.errors import InvalidInput

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_ROWS = 100_000


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet: a name, its headers, its rows, and notes set above the headers."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()
    notes: Sequence[str] = ()


def write_workbook(*, sheets: Sequence[Sheet]) -> bytes:
    """Return an .xlsx file. Text is always written as text, so that no cell can become a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True},
    )
    header = book.add_format({"bold": True, "bg_color": "#F3EAD3", "bottom": 1, "text_wrap": True, "valign": "top"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    note = book.add_format({"italic": True, "font_color": "#555555"})
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.name))
        top = 0
        for text in sheet.notes:
            page.write_string(top, 0, text, note)
            top += 1
        for column, text in enumerate(sheet.headers):
            page.write_string(top, column, str(text), header)
            width = sheet.widths[column] if column < len(sheet.widths) else max(10, min(40, len(str(text)) * 2 + 4))
            page.set_column(column, column, width)
        page.freeze_panes(top + 1, 0)
        row_number = top
        for row_number, row in enumerate(sheet.rows, start=top + 1):
            for column, value in enumerate(row):
                _write_cell(page, row_number, column, value, moment=moment, day=day)
        if sheet.headers:
            page.autofilter(top, 0, max(row_number, top), len(sheet.headers) - 1)
    book.close()
    return buffer.getvalue()


def _sheet_name(name: str) -> str:
    """Return `name` without what Excel refuses, at most 31 characters."""
    return "".join(character for character in name if character not in "[]:*?/\\")[:31] or "Sheet1"


def _write_cell(page: Any, row: int, column: int, value: Any, *, moment: Any, day: Any) -> None:
    """Write one value by its type; times are shown in the site's time zone."""
    if value is None or value == "":
        page.write_blank(row, column, None)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal):
        page.write_number(row, column, float(value))
    elif isinstance(value, datetime):
        page.write_datetime(row, column, timezone.localtime(value).replace(tzinfo=None), moment)
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - a day
    else:
        page.write_string(row, column, str(value)[:32767])


class UnreadableSpreadsheet(InvalidInput):
    """The file is no .xlsx that can be read; the message says what to do."""

    code = "unreadable_spreadsheet"


def read_rows(*, data: bytes, sheet_index: int = 0) -> list[list[Any]]:
    """Return the rows of one sheet, empty ones at the end cut off; cells are str, float, bool, datetime or "".

    UnreadableSpreadsheet for anything that is not a sound .xlsx, is larger than MAX_FILE_BYTES, unpacks to more
    than MAX_UNPACKED_BYTES, or has more than MAX_ROWS rows.
    """
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableSpreadsheet(_("The file is larger than 20 MB. Split it into several files."))
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableSpreadsheet(
            _("This is an old .xls file (or one with a password). Save it as .xlsx and try again.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise UnreadableSpreadsheet(_("The file unpacks to more than 200 MB. Split it into several files."))
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableSpreadsheet(_("This is not a spreadsheet. Save it as .xlsx and try again."))
    except zipfile.BadZipFile as error:
        raise UnreadableSpreadsheet(_("This is not a spreadsheet. Save it as .xlsx and try again.")) from error
    try:
        book = load_workbook(io.BytesIO(data))
        rows = book.get_sheet_by_index(sheet_index).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise UnreadableSpreadsheet(_("The file is damaged. Open it in Excel, save it again and retry.")) from error
    if len(rows) > MAX_ROWS:
        raise UnreadableSpreadsheet(_("The sheet has more than 100,000 rows. Split it into several files."))
    while rows and all(cell in ("", None) for cell in rows[-1]):
        rows.pop()
    return rows


def cell_text(value: Any) -> str:
    """Return a cell as a person typed it: whole numbers without a point, text without spaces around it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
