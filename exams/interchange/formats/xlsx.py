"""XLSX as teachers fill it in: one row a question, or a passage and its questions on the rows below,
Chinese or English headers, one sheet or several. A file format; found by the registry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from exams.interchange.formats.base import Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.question_vocabulary import TYPE_HINTS, column_of, folded
from exams.interchange.formats.table_columns import MERGED, continued, covered_keys, is_continued, without_merged
from exams.interchange.formats.table_passages import Group, Line, grouped, record_of_group
from exams.interchange.formats.table_rows import (
    COLUMNS,
    column_keys,
    extra_cells,
    has_numbered_options,
    is_header,
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

_NONE: frozenset[str] = frozenset()


@dataclass(eq=False)
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
    skipped: list[_Sheet] = []
    last: ParsedRow | None = None
    for sheet, rows in groupby(_lines(source, skipped), key=lambda one: one[0]):
        for group in grouped((line for _sheet, line in rows), sheet.keys):
            if last is not None:
                yield last
            last = _row(group, sheet)
    if last is not None:
        told = [
            Remark(row=last.row, field="", text=SHEET_LEFT_OUT, values={"name": one.name[:80]}, file=last.file)
            for one in skipped
        ]
        yield replace(last, losses=(*last.losses, *told))


def _lines(source: Source, skipped: list[_Sheet]) -> Iterator[tuple[_Sheet, Line]]:
    """Yield the rows below the headers, those that go on with the one above put together with it; UnreadableFile where
    there is no header. Sheets without one come to `skipped`."""
    sheet = _Sheet("")
    held: tuple[int, list[str], frozenset[str]] | None = None
    has_header = False
    for name, number, texts in read_rows(source.path):
        if not sheet.seen or name != sheet.name:
            if held is not None:
                yield sheet, _line(held, sheet)
                held = None
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
        if held is not None and is_continued(texts, sheet.keys):
            held = (held[0], continued(held[1], texts), held[2])
            continue
        if held is not None:
            yield sheet, _line(held, sheet)
        covered = covered_keys(texts, sheet.keys) if MERGED in texts else _NONE
        held = (number, without_merged(texts, sheet.keys, held[1] if held is not None else []), covered)
    if held is not None:
        yield sheet, _line(held, sheet)
    _keep_skipped(sheet, skipped)
    if not has_header:
        raise UnreadableFile(NO_HEADER if sheet.seen else EMPTY)


def _line(held: tuple[int, list[str], frozenset[str]], sheet: _Sheet) -> Line:
    number, texts, covered = held
    cells = {key: text for key, text in zip(sheet.keys, texts, strict=False) if key and text}
    formulas = [key for key, text in cells.items() if text == FORMULA]
    for key in formulas:
        cells[key] = ""
    if "type" in sheet.names or sheet.type_name:
        cells.setdefault("type", sheet.type_name)
    return Line(number, cells, covered, (texts, formulas))


def _keep_skipped(sheet: _Sheet, skipped: list[_Sheet]) -> None:
    if sheet.seen and not sheet.keys:
        skipped.append(sheet)


def _row(group: Group, sheet: _Sheet) -> ParsedRow:
    names = sheet.names
    first = group.lines[0]
    record, built = record_of_group(group, is_numbered=has_numbered_options(sheet.header))
    problems, shown = built.problems, []
    losses = [] if sheet.questions else unknown_columns(sheet.header, sheet.keys, row=first.number)
    computed = []
    for line in group.lines:
        texts, formulas = line.kept
        computed += [Remark(row=line.number, field=key, text=HAS_FORMULA) for key in formulas]
        shown.append(["" if text == FORMULA else text for text in texts])
        losses += extra_cells(shown[-1], sheet.keys, row=line.number)
    if computed:
        problems = tuple(computed)
    sheet.questions += 1
    said = "\n".join(" | ".join(text for text in texts if text) for texts in shown)
    return ParsedRow(
        row=first.number,
        record=record,
        problems=tuple(_named(one, names, sheet) for one in problems),
        doubts=tuple(_named(one, names, sheet) for one in built.doubts),
        losses=tuple(replace(one, file=sheet.file) for one in (*losses, *built.losses)),
        source=said[:4000] if problems or built.doubts else "",
        file=sheet.file,
        cells=template_cells(first.cells) if problems and len(group.lines) == 1 else (),
        is_sound=not built.problems,
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
