"""Spreadsheets that go up and come down in the walks."""

from pathlib import Path
from typing import Any

from edu.documents.xlsx import Sheet, read_rows, write_workbook


def download(page, click) -> list[list[Any]]:
    """Return the rows of the first sheet of the file that `click` makes the browser download."""
    with page.expect_download() as waiting:
        click()
    return read_rows(data=Path(waiting.value.path()).read_bytes())


def upload(page, *, headers: list[Any], rows: list[list[Any]], name: str) -> None:
    """Choose a spreadsheet of these rows in the form's file field."""
    data = write_workbook(sheets=[Sheet(name="1", headers=[str(header) for header in headers], rows=rows)])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})
