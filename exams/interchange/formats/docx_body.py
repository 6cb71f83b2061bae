"""The body of a Word file as the lines of a question paper: paragraphs, lists, tables and text boxes. Pure; for the
DOCX format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from exams.interchange.formats.base import Remark, gettext_noop
from exams.interchange.formats.docx_numbering import (
    Numbering,
    child,
    read_numbering,
    read_styles,
    style_chain,
    value_of,
)
from exams.interchange.formats.docx_package import Package, attribute, local
from exams.interchange.formats.docx_runs import Notes, Runs
from exams.interchange.formats.docx_tables import Cell, cells_of, grid_of, header_of, rows_of, table_html
from exams.interchange.formats.line_grammar import numbered, option_at
from exams.interchange.formats.paper_key_lines import pairs_of
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.rich_line import Atom, Rich, joined
from exams.interchange.formats.table_columns import MERGED, continued, is_continued, without_merged
from exams.interchange.formats.table_rows import column_keys, extra_cells, is_header, unknown_columns

MAXIMUM_TABLE_DEPTH = 5
DEEP_TABLE = gettext_noop("A table inside tables was written as text.")
_NUMBER_ROW = re.compile(r"题\s*号|序\s*号|No\.?", re.IGNORECASE)
_ANSWER_ROW = re.compile(r"(?:参考|正确|标准)?\s*答\s*案|Answers?|Key", re.IGNORECASE)
_BLOCKS = frozenset(("p", "tbl", "sdt"))


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table of questions: cells by column, in rich text."""

    row: int
    cells: dict[str, str]
    names: dict[str, str]
    doubts: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    left_out: tuple[Remark, ...] = ()


class Body:
    """Walks through a Word file; `row` counts its paragraphs and table rows from 1."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.numbering: Numbering = read_numbering(package)
        self.styles = read_styles(package)
        self.runs = Runs(package=package, styles=self.styles, footnotes=_notes_of(package))
        self.row = 0

    def read(self) -> Iterator[Line | TableRow]:
        """Yield lines, and rows of tables of questions."""
        for element in self.package.elements(self.package.main, lambda name: name in _BLOCKS):
            yield from self._block(element, 0)

    def _block(self, element: Element, depth: int) -> Iterator[Line | TableRow]:
        name = local(element.tag)
        if name == "p":
            yield from self._paragraph(element, depth)
        elif name == "tbl":
            yield from self._table(element, depth)
        elif name == "sdt":
            inner = child(element, "sdtContent")
            for one in inner if inner is not None else ():
                yield from self._block(one, depth)
        elif name in ("ins", "customXml", "smartTag", "moveTo"):
            for one in element:
                yield from self._block(one, depth)

    def _paragraph(self, element: Element, depth: int) -> Iterator[Line | TableRow]:
        self.row += 1
        label, level = self._label(element)
        self.runs.notes = Notes()
        rich = self.runs.paragraph(element)
        boxes, self.runs.boxes = self.runs.boxes, []
        notes = self.runs.notes
        if label and (rich.text.strip() or not boxes):
            rich = Rich(f"{label} ", b"", self.runs.atoms) + rich if rich.text.strip() else rich
        first = True
        for piece in _split(rich):
            yield Line(
                self.row,
                piece,
                level if first else 0,
                tuple(notes.doubts) if first else (),
                tuple(notes.losses) if first else (),
            )
            first = False
        if depth < MAXIMUM_TABLE_DEPTH:
            for box in boxes:
                for one in box:
                    yield from self._block(one, depth + 1)

    def _label(self, element: Element) -> tuple[str, int]:
        """Return the automatic number of a paragraph, and its level as a heading (0 for none)."""
        properties = child(element, "pPr")
        chain = style_chain(self.styles, value_of(properties, "pStyle") or "")
        outline = value_of(properties, "outlineLvl")
        level = int(outline) + 1 if outline is not None and outline.isdecimal() and int(outline) < 9 else 0
        numbers = child(properties, "numPr")
        number_id, place = value_of(numbers, "numId"), value_of(numbers, "ilvl")
        for style in chain:
            heading = re.fullmatch(r"(?:heading|标题)\s*(\d)", style.name)
            level = level or (int(heading[1]) if heading else 0)
            if not level and style.outline is not None and style.outline < 9:
                level = style.outline + 1
            if number_id is None and style.number_id is not None:
                number_id, place = style.number_id, place or str(style.level)
        if number_id is None:
            return "", level
        at = int(place) if place is not None and place.isdecimal() and int(place) < 9 else 0
        return self.numbering.next_label(number_id, at).strip(), level

    # -- tables

    def _table(self, element: Element, depth: int) -> Iterator[Line | TableRow]:
        if depth >= MAXIMUM_TABLE_DEPTH:
            self.row += 1
            text = " ".join(one.text or "" for one in element.iter() if local(one.tag) == "t")[:5_000]
            yield Line(self.row, Rich(text, b"", self.runs.atoms), losses=(DEEP_TABLE,))
            return
        rows = [[list(self._cell(cell, depth)) for cell in cells_of(row)] for row in rows_of(element)]
        texts = [[_plain(cell) for cell in row] for row in rows]
        header = next((at for at, row in enumerate(texts[:3]) if is_header(column_keys(row))), None)
        if header is not None:
            yield from self._questions(grid_of(element, rows)[header:])
        elif (listed := _answer_rows(texts) or _answer_columns(texts)) is not None:
            self.row += 1
            for line in listed:
                yield Line(self.row, Rich(line, b"", self.runs.atoms))
        elif _is_layout(texts):
            for row in rows:
                yield from _layout_lines(row)
        else:
            self.row += 1
            found = [line for row in rows for cell in row for line in cell if isinstance(line, Line)]
            doubts = tuple(dict.fromkeys(text for line in found for text in line.doubts))
            losses = tuple(dict.fromkeys(text for line in found for text in line.losses))
            atom = self.runs.atoms.add(Atom(html=table_html(element, rows), is_block=True))
            yield Line(self.row, Rich(atom, b"", self.runs.atoms), 0, doubts, losses)

    def _cell(self, cell: Element, depth: int) -> Iterator[Line | TableRow]:
        for one in cell:
            yield from self._block(one, depth + 1)

    def _questions(self, grid: list[list[Cell]]) -> Iterator[TableRow]:
        """Yield the rows of a table of questions, the header first in the grid. What a cell says that goes over several
        rows holds for each of them; a question that does so is one."""
        header = header_of(grid[0])
        keys = column_keys(header)
        names = {key: name for key, name in zip(keys, header, strict=True) if key}
        left_out = unknown_columns([name.replace("\n", " ") for name in header], keys, row=0)
        held: _Held | None = None
        for cells in grid[1:]:
            rendered = [joined(one.rich for one in cell.lines).strip().render() for cell in cells]
            texts = [MERGED if cell.is_covered else text for cell, text in zip(cells, rendered, strict=True)]
            lines = [one for cell in cells for one in cell.lines]
            if held is not None and is_continued(texts, keys):
                held = _Held(continued(held.texts, texts), [*held.lines, *lines])
                continue
            if held is not None and (row := self._question(held, keys, names, left_out)):
                yield row
                left_out = []
            held = _Held(without_merged(texts, keys, held.texts if held is not None else []), lines)
        if held is not None and (row := self._question(held, keys, names, left_out)):
            yield row

    def _question(
        self, held: "_Held", keys: list[str], names: dict[str, str], left_out: list[Remark]
    ) -> TableRow | None:
        self.row += 1
        cells = {key: text for key, text in zip(keys, held.texts, strict=False) if key}
        if not any(cells.values()):
            return None
        doubts = tuple(dict.fromkeys(text for line in held.lines for text in line.doubts))
        losses = tuple(dict.fromkeys(text for line in held.lines for text in line.losses))
        extra = extra_cells(held.texts, keys, row=self.row)
        return TableRow(self.row, cells, names, doubts, losses, (*left_out, *extra))


@dataclass(frozen=True, slots=True)
class _Held:
    """A question of a table until it is known to be whole: its cells as rich text, and their lines."""

    texts: list[str]
    lines: list[Line]


def _notes_of(package: Package) -> dict[str, str]:
    """Return the texts of footnotes (f1…) and endnotes (e1…) by number."""
    found: dict[str, str] = {}
    for kind in ("footnote", "endnote"):
        part = package.part_of_kind(f"{kind}s")
        if part is None:
            continue
        for element in package.elements(part, lambda name, kind=kind: name == kind):  # type: ignore[misc] # a default is not typed
            text = "".join(one.text or "" for one in element.iter() if local(one.tag) == "t").strip()
            if attribute(element, "type") is None and text:
                found[f"{kind[0]}{attribute(element, 'id')}"] = text[:2_000]
    return found


def _split(rich: Rich) -> Iterator[Rich]:
    at = 0
    for piece in rich.text.split("\n"):
        yield rich[at : at + len(piece)]
        at += len(piece) + 1


def _plain(cell: list[Line | TableRow]) -> str:
    return "\n".join(line.rich.plain().strip() for line in cell if isinstance(line, Line)).strip()


def _answer_rows(texts: list[list[str]]) -> list[str] | None:
    """Return the lines of answers that a table of numbers over answers holds; None for any other table."""
    lines: list[str] = []
    for above, below in zip(texts[::2], texts[1::2], strict=False):
        is_key = above and below and _NUMBER_ROW.fullmatch(above[0].strip()) and _ANSWER_ROW.fullmatch(below[0].strip())
        if not is_key or len(texts) % 2:
            return None
        pairs = [(n.strip(), a.strip()) for n, a in zip(above[1:], below[1:], strict=False) if n.strip().isdecimal()]
        lines.append("  ".join(f"{number}.{answer}" for number, answer in pairs if answer))
    return [line for line in lines if line] or None


def _answer_columns(texts: list[list[str]]) -> list[str] | None:
    """Return the lines of answers that a table of a number, an answer and perhaps an explanation a row holds; None for
    any other table."""
    rows = [[text.replace("\n", " ").strip() for text in row] for row in texts if row]
    pairs = pairs_of(rows) if len(rows) > 1 and len(rows[0]) > 1 and not _ANSWER_ROW.fullmatch(rows[1][0]) else []
    lines: list[str] = []
    for number, answer, explanation in pairs:
        lines += [f"{number}．{answer}", *([f"解析：{explanation}"] if explanation else [])]
    return lines or None


def _is_layout(texts: list[list[str]]) -> bool:
    """Tell whether a table only arranges options or whole questions on the page."""
    filled = [text for row in texts for text in row if text]
    if not filled:
        return True
    options = sum(option_at(text) is not None for text in filled)
    if options >= 2 and options == len(filled):
        return True
    if len(texts) == 1 and len(texts[0]) == 1:
        return True
    return any(
        numbered(line) and any(option_at(other) for other in text.split("\n"))
        for text in filled
        for line in text.split("\n")[:1]
    )


def _layout_lines(row: list[list[Line | TableRow]]) -> Iterator[Line | TableRow]:
    """Yield the lines of the cells; cells of one line each stand beside each other."""
    has_rows = any(isinstance(line, TableRow) for cell in row for line in cell)
    cells = [[line for line in cell if isinstance(line, Line) and line.rich.text.strip()] for cell in row]
    lines = [cell for cell in cells if cell]
    if len(lines) > 1 and not has_rows and all(len(cell) == 1 for cell in lines):
        whole = lines[0][0].rich
        for cell in lines[1:]:
            whole = whole + Rich("\t", b"", whole.atoms) + cell[0].rich
        doubts = tuple(text for cell in lines for text in cell[0].doubts)
        losses = tuple(text for cell in lines for text in cell[0].losses)
        yield Line(lines[0][0].row, whole, 0, doubts, losses)
        return
    for whole_cell in row:
        yield from whole_cell
