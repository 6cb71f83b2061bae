"""XLSX as teachers fill it in: one row a question, Chinese or English headers. A file format; found by the registry."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from exams.interchange.formats.base import Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.xlsx_package import FORMULA, read_rows
from exams.interchange.formats.xlsx_rows import COLUMNS, column_of, record_of_cells
from exams.interchange.formats.xlsx_writing import example, write

HEADER_SEARCH_ROWS = 10
EMPTY = gettext_noop("The first sheet is empty.")
NO_HEADER = gettext_noop("No header was found. The first row has to name the columns, at least “题干” and “答案”.")
HAS_FORMULA = gettext_noop("This cell holds a formula. Copy the cells and paste them as values.")
NO_QUESTIONS = gettext_noop("The file holds no questions.")


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield one row a question; `row` is the number that the sheet shows."""
    rows = read_rows(source.path)
    keys: list[str] = []
    header: list[str] = []
    has_rows = False
    for place, (_number, texts) in enumerate(rows):
        has_rows = True
        found = [column_of(text) for text in texts]
        if "stem" in found and "answer" in found:
            keys, header = found, texts
            break
        if place + 1 >= HEADER_SEARCH_ROWS:
            break
    if not keys:
        raise UnreadableFile(NO_HEADER if has_rows else EMPTY)
    names = dict(zip(keys, header, strict=True))
    for number, texts in rows:
        yield _row(number, texts, keys, names)


def _row(number: int, texts: Sequence[str], keys: Sequence[str], names: dict[str, str]) -> ParsedRow:
    cells = {key: text for key, text in zip(keys, texts, strict=False) if key and text}
    formulas = [key for key, text in cells.items() if text == FORMULA]
    for key in formulas:
        cells[key] = ""
    record, problems, doubts = record_of_cells(cells)
    if formulas:
        problems = tuple(Remark(row=number, field=key, text=HAS_FORMULA) for key in formulas)

    def placed(remark: Remark) -> Remark:
        label = names.get(remark.field) or COLUMNS.get(remark.field, (remark.field,))[0]
        return replace(remark, row=number, field=label)

    shown = ["" if text == FORMULA else text for text in texts]
    return ParsedRow(
        row=number,
        record=record,
        problems=tuple(placed(remark) for remark in problems),
        doubts=tuple(placed(remark) for remark in doubts),
        source=" | ".join(text for text in shown if text)[:4000] if problems or doubts else "",
        cells=tuple(cells.get(key, "") for key in COLUMNS) if problems else (),
    )


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending, or as a package that nothing else claims."""
    if name.endswith((".xlsx", ".xls", ".xlsm", ".et")):
        return 0.9
    return 0.2 if head.startswith(b"PK") and b"xl/" in head else 0.0


FORMAT = Format(
    name="xlsx",
    label=gettext_noop("Excel table (.xlsx)"),
    endings=(".xlsx",),
    detect=detect,
    read=read,
    write=write,
    order=10,
    example=example,
)
