"""XLSX as teachers fill it in: one row a question, Chinese or English headers, one sheet or several. A file format;
found by the registry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from exams.interchange.formats.base import Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.question_vocabulary import TYPE_HINTS, column_of, folded
from exams.interchange.formats.table_columns import MERGED, continued, is_continued, without_merged
from exams.interchange.formats.table_rows import (
    COLUMNS,
    column_keys,
    extra_cells,
    has_numbered_options,
    is_header,
    record_of_cells,
    template_cells,
    unknown_columns,
)
from exams.interchange.formats.xlsx_package import FORMULA, read_rows
from exams.interchange.formats.xlsx_writing import example, write

HEADER_SEARCH_ROWS = 10
EMPTY = gettext_noop("The first sheet is empty.")
NO_HEADER = gettext_noop("No header was found. The first row has to name the columns, at least “题干” and “答案”.")
HAS_FORMULA = gettext_noop("This cell holds a formula. Copy the cells and paste them as values.")
NO_QUESTIONS = gettext_noop("The file holds no questions.")
SHEET_LEFT_OUT = gettext_noop("The sheet “%(name)s” has no header of questions; it was left out.")


@dataclass
class _Sheet:
    """What is known of the sheet that is being read: its columns once its header was found."""

    name: str
    is_first: bool = False
    keys: list[str] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    seen: int = 0
    questions: int = 0

    @property
    def file(self) -> str:
        """The name under which its rows are told from those of the first sheet."""
        return "" if self.is_first else self.name

    @cached_property
    def names(self) -> dict[str, str]:
        """The headers of the file by column; asked for once the header was found."""
        return {key: name for key, name in zip(self.keys, self.header, strict=True) if key}

    def is_header_again(self, texts: Sequence[str]) -> bool:
        """Tell whether a row repeats the header, as tables put together from several do."""
        # The one column that every header has says no in nearly all rows.
        at = self.keys.index("stem")
        return at < len(texts) and column_of(texts[at]) == "stem" and column_keys(texts) == self.keys

    @property
    def type_name(self) -> str:
        """The type that the name of the sheet says, where no column does."""
        return self.name if "type" not in self.keys and folded(self.name) in TYPE_HINTS else ""


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield one row a question; `row` is the number that the sheet shows, `file` the sheet where it is not the first
    one. A sheet without a header is named as a loss of the last question."""
    sheet = _Sheet("")
    skipped: list[_Sheet] = []
    last: ParsedRow | None = None
    open_row: tuple[int, list[str], _Sheet] | None = None
    has_header = False
    for name, number, texts in read_rows(source.path):
        if not sheet.seen or name != sheet.name:
            _keep_skipped(sheet, skipped)
            sheet = _Sheet(name, is_first=not has_header)
        sheet.seen += 1
        if not sheet.keys:
            header = ["" if text == MERGED else text for text in texts]
            if sheet.seen <= HEADER_SEARCH_ROWS and is_header(keys := column_keys(header)):
                sheet.keys, sheet.header, has_header = keys, header, True
            continue
        if sheet.is_header_again(texts):
            continue
        if open_row is not None and open_row[2] is sheet and is_continued(texts, sheet.keys):
            open_row = (open_row[0], continued(open_row[1], texts), sheet)
            continue
        if open_row is not None:
            if last is not None:
                yield last
            last = _row(*open_row)
        above = open_row[1] if open_row is not None and open_row[2] is sheet else []
        open_row = (number, without_merged(texts, sheet.keys, above), sheet)
    if open_row is not None:
        if last is not None:
            yield last
        last = _row(*open_row)
    _keep_skipped(sheet, skipped)
    if not has_header:
        raise UnreadableFile(NO_HEADER if sheet.seen else EMPTY)
    if last is not None:
        told = [
            Remark(row=last.row, field="", text=SHEET_LEFT_OUT, values={"name": one.name[:80]}, file=last.file)
            for one in skipped
        ]
        yield replace(last, losses=(*last.losses, *told))


def _keep_skipped(sheet: _Sheet, skipped: list[_Sheet]) -> None:
    if sheet.seen and not sheet.keys:
        skipped.append(sheet)


def _row(number: int, texts: Sequence[str], sheet: _Sheet) -> ParsedRow:
    names = sheet.names
    cells = {key: text for key, text in zip(sheet.keys, texts, strict=False) if key and text}
    formulas = [key for key, text in cells.items() if text == FORMULA]
    for key in formulas:
        cells[key] = ""
    if "type" in names or sheet.type_name:
        cells.setdefault("type", sheet.type_name)
    record, problems, doubts = record_of_cells(cells, row=number, is_numbered=has_numbered_options(sheet.header))
    if formulas:
        problems = tuple(Remark(row=number, field=key, text=HAS_FORMULA) for key in formulas)
    shown = ["" if text == FORMULA else text for text in texts]
    losses = [] if sheet.questions else unknown_columns(sheet.header, sheet.keys, row=number)
    losses += extra_cells(shown, sheet.keys, row=number)
    sheet.questions += 1
    return ParsedRow(
        row=number,
        record=record,
        problems=tuple(_named(one, names, sheet) for one in problems),
        doubts=tuple(_named(one, names, sheet) for one in doubts),
        losses=tuple(replace(one, file=sheet.file) for one in losses),
        source=" | ".join(text for text in shown if text)[:4000] if problems or doubts else "",
        file=sheet.file,
        cells=template_cells(cells) if problems else (),
    )


def _named(remark: Remark, names: Mapping[str, str], sheet: _Sheet) -> Remark:
    """Return a remark about a column by the name it has in this file, or in the template."""
    label = names.get(remark.field) or COLUMNS.get(remark.field, (remark.field,))[0]
    return replace(remark, field=label, file=sheet.file)


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
