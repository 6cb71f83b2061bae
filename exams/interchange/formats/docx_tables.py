"""The tables of a Word file: their rows and cells, as a grid of columns or as rich text. Pure; for `docx_body`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from exams.interchange.formats.docx_numbering import child, value_of
from exams.interchange.formats.docx_package import attribute, local
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.rich_line import lines_as_blocks
from exams.interchange.formats.table_columns import column_keys


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the grid of a table: its lines, and whether a cell above covers it; `span` columns wide."""

    lines: list[Line]
    is_covered: bool = False
    span: int = 1


def rows_of(table: Element, /) -> Iterator[Element]:
    """Yield the rows of a table."""
    for one in table:
        name = local(one.tag)
        if name == "tr":
            yield one
        elif name in ("sdt", "sdtContent", "customXml", "ins"):
            yield from rows_of(one)


def cells_of(row: Element, /) -> Iterator[Element]:
    """Yield the cells of a row."""
    for one in row:
        name = local(one.tag)
        if name == "tc":
            yield one
        elif name in ("sdt", "sdtContent", "customXml", "ins"):
            yield from cells_of(one)


def _span(said: str | None) -> int:
    return min(int(said), 100) if said is not None and said.isdecimal() and int(said) else 1


def grid_of(table: Element, rows: Sequence[Sequence[Sequence[object]]], /) -> list[list[Cell]]:
    """Return the cells of a table by column: a cell over several columns is followed by empty ones."""
    grid: list[list[Cell]] = []
    for row, contents in zip(rows_of(table), rows, strict=True):
        skipped = value_of(child(row, "trPr"), "gridBefore")
        placed = [Cell([]) for _at in range(_span(skipped) if skipped and skipped != "0" else 0)]
        for cell, lines in zip(cells_of(row), contents, strict=True):
            properties = child(cell, "tcPr")
            merge = child(properties, "vMerge")
            is_covered = merge is not None and (attribute(merge, "val") or "continue") == "continue"
            span = _span(value_of(properties, "gridSpan"))
            placed.append(Cell([one for one in lines if isinstance(one, Line)], is_covered, span))
            placed += [Cell([], is_covered) for _at in range(span - 1)]
        grid.append(placed)
    return grid


def header_of(cells: Sequence[Cell], /) -> list[str]:
    """Return the names of the columns; one name over several columns of options names each of them."""
    names: list[str] = []
    at = 0
    while at < len(cells):
        cell = cells[at]
        name = "\n".join(line.rich.plain().strip() for line in cell.lines).strip()
        if cell.span > 1 and column_keys([name]) == ["options"]:
            names += [f"选项{chr(ord('A') + place)}" for place in range(min(cell.span, 26))]
            names += [""] * (cell.span - 26)
        else:
            names += [name, *[""] * (cell.span - 1)]
        at += cell.span
    return names[: len(cells)]


def table_html(table: Element, rows: Sequence[Sequence[Sequence[object]]], /) -> str:
    """Return a table of our rich text; cells that go over several columns or rows say so."""
    elements = [list(cells_of(row)) for row in rows_of(table)]
    grid: list[list[tuple[int, Element, bool]]] = []
    for row in elements:
        at, placed = 0, []
        for cell in row:
            properties = child(cell, "tcPr")
            span = value_of(properties, "gridSpan")
            merge = child(properties, "vMerge")
            goes_on = merge is not None and (attribute(merge, "val") or "continue") == "continue"
            placed.append((at, cell, goes_on))
            at += min(int(span), 100) if span is not None and span.isdecimal() and int(span) else 1
        grid.append(placed)
    continued = {(number, at) for number, placed in enumerate(grid) for at, _cell, goes_on in placed if goes_on}
    written = []
    for number, (placed, contents) in enumerate(zip(grid, rows, strict=True)):
        cells = []
        for (at, cell, goes_on), lines in zip(placed, contents, strict=True):
            if goes_on:
                continue
            depth = 1
            while (number + depth, at) in continued:
                depth += 1
            span = value_of(child(cell, "tcPr"), "gridSpan")
            attributes = (
                f' colspan="{int(span)}"' if span is not None and span.isdecimal() and 1 < int(span) <= 100 else ""
            )
            attributes += f' rowspan="{depth}"' if depth > 1 else ""
            cells.append(f"<td{attributes}>{_cell_html(lines)}</td>")
        written.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tbody>{''.join(written)}</tbody></table>"


def _cell_html(lines: Sequence[object]) -> str:
    kept = [line.rich for line in lines if isinstance(line, Line) and line.rich.text.strip()]
    if len(kept) == 1:
        return "".join(lines_as_blocks(kept)).removeprefix("<p>").removesuffix("</p>")
    return "".join(lines_as_blocks(kept))
