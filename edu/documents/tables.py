"""Tables on the pages of a sheet: ruled cells whose text wraps, headings repeated on every page.

Columns are as wide as their content asks, and letters become smaller where there are many. Rows stay whole unless they
are higher than a page. What no page is wide enough for is written in lines, its cells parted by bars.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edu.documents.pdf import PdfFile
from edu.documents.set_lines import POINTS, Piece, Run, SetLine, draw_set_line, set_lines, set_pieces
from edu.documents.table_grid import Placed, Wish, column_widths, place_cells

__all__ = ["Cell", "Pages", "Table", "barred", "draw_table"]

RULE, HEAD = "#5a5449", "#f1ece0"
SIZES = (10.5, 9.0, 8.0, 7.0)
"""Letter sizes in points that are tried until the columns fit."""

PAD = 1.4
"""Room in mm on each side of a cell's text."""

NARROW = 3.2
"""Letters that stand side by side in a column at least, where its text has as many."""

WIDEST_WORD = 0.4
"""Share of the page that a column takes at least for a word; a longer one is cut."""

REPEATED = 0.35
"""Share of a page that repeated headings take at most; higher ones stand on the first page only."""


KEPT_WHOLE = 0.4
"""Share of a page up to which a table is not parted."""

BEGINNING = 30.0
"""Room in mm in which a row is begun that is higher than a page."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell with its runs, and how many columns (`across`) and rows (`down`) it takes."""

    runs: Sequence[Run] = ()
    is_heading: bool = False
    across: int = 1
    down: int = 1


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells; the first `heads` rows are headings and are repeated."""

    rows: Sequence[Sequence[Cell]]
    heads: int = 0


class Pages(Protocol):
    """The pages that are drawn on: `y` is where the next thing goes, `top` and `end` the type area, in mm."""

    file: PdfFile
    y: float
    top: float
    end: float

    def turn(self) -> None:
        """Begin the next page."""


@dataclass
class _Set:
    """A cell set: its lines and how high they are with the room round them, in mm."""

    is_heading: bool
    lines: list[SetLine]
    height: float


@dataclass
class _Row:
    """A row: its height in mm and the cells that begin in it."""

    height: float = 0.0
    cells: list[Placed[_Set]] = field(default_factory=list)


def draw_table(pages: Pages, table: Table, *, left: float, width: float, begun: Callable[[], None]) -> None:
    """Draw a table from `left` on, at most `width` mm wide, going on over as many pages as it needs; `begun` is called
    on the page on which it begins, where it begins."""
    room = width * POINTS
    found = place_cells([[(cell, cell.across, cell.down) for cell in row] for row in table.rows])
    if found is not None:
        cells, columns = found
        for size in SIZES:
            pieces = [set_pieces(one.cell.runs, size=size, bold=one.cell.is_heading) for one in cells]
            wishes = _wishes(cells, pieces, columns=columns, size=size, room=room)
            if sum(wish.least for wish in wishes) <= room:
                widths = column_widths(wishes, width=room)
                _Drawn(pages, left=left, widths=widths, begun=begun).draw(cells, pieces, table=table, size=size)
                return
    begun()
    _draw_in_lines(pages, table, left=left, width=room)


def barred(row: Sequence[Cell], /) -> list[Run]:
    """Return a row as one line of runs, its cells parted by bars."""
    runs: list[Run] = []
    for cell in row:
        runs += [*([Run(text="  |  ")] if runs else []), *cell.runs]
    return runs


def _draw_in_lines(pages: Pages, table: Table, *, left: float, width: float) -> None:
    for row in table.rows:
        for line in set_lines(set_pieces(barred(row), size=SIZES[1], bold=False), width=width, size=SIZES[1]):
            if pages.y + (line.above + line.below) / POINTS > pages.end:
                pages.turn()
            draw_set_line(pages.file, line, x=left, baseline=pages.y + line.above / POINTS)
            pages.y += (line.above + line.below) / POINTS


def _wishes(
    cells: Sequence[Placed[Cell]],
    pieces: Sequence[Sequence[Piece]],
    *,
    columns: int,
    size: float,
    room: float,
) -> list[Wish]:
    """Return what the columns ask for; cells over several columns ask the last of them for what the others lack."""
    around = 2 * PAD * POINTS
    least, most = [around + size] * columns, [around + size] * columns
    for one, own in sorted(zip(cells, pieces, strict=True), key=lambda pair: pair[0].across):
        word = min(max((piece.width for piece in own), default=0.0), WIDEST_WORD * room)
        line, longest = 0.0, 0.0
        for piece in own:
            line = line + piece.width if piece.width >= 0 else 0.0
            longest = max(longest, line)
        last = one.column + one.across - 1
        before = slice(one.column, last)
        needed = max(word, min(longest, NARROW * size)) + around
        least[last] = max(least[last], min(needed, room) - sum(least[before]))
        most[last] = max(most[last], longest + around + 0.5 - sum(most[before]))
    return [Wish(a, max(a, b)) for a, b in zip(least, most, strict=True)]


class _Drawn:
    """One table being drawn; `edges` are where its columns begin and the last ends, in mm."""

    def __init__(self, pages: Pages, *, left: float, widths: Sequence[float], begun: Callable[[], None]) -> None:
        self.pages, self.begun = pages, begun
        self.edges = [left, *(left + sum(widths[: at + 1]) / POINTS for at in range(len(widths)))]
        self.repeated: list[_Row] = []

    def draw(
        self, cells: Sequence[Placed[Cell]], pieces: Sequence[Sequence[Piece]], *, table: Table, size: float
    ) -> None:
        """Draw the cells, whose pieces are set at a letter size."""
        rows = [_Row() for _row in table.rows]
        heads = min(table.heads, len(rows))
        for one, own in zip(cells, pieces, strict=True):
            width = (self.edges[one.column + one.across] - self.edges[one.column] - 2 * PAD) * POINTS
            lines = set_lines(own, width=width, size=size)
            height = sum(line.above + line.below for line in lines) / POINTS + 2 * PAD
            down = min(one.down, heads - one.row) if one.row < heads else one.down
            cell = _Set(one.cell.is_heading, lines, height)
            rows[one.row].cells.append(Placed(cell, one.row, one.column, down, one.across))
        self._measure(rows)
        page = self.pages.end - self.pages.top
        high = _height(rows[:heads])
        body = list(_groups(rows[heads:]))
        whole, first = _height(rows), _height(body[0]) if body else 0.0
        needed = whole if whole <= KEPT_WHOLE * page else high + (first if high + first <= page else BEGINNING)
        if needed > self.pages.end - self.pages.y:
            self._turn()
        self.begun()
        for group in _groups(rows[:heads]):
            self._group(group)
        if high <= REPEATED * page:
            self.repeated = rows[:heads]
        for group in body:
            self._group(group)

    def _measure(self, rows: Sequence[_Row]) -> None:
        """Give the rows their heights; the last row of a cell over several gets what the others lack."""
        for row in rows:
            row.height = max([0.0, *(one.cell.height for one in row.cells if one.down == 1)])
        for at, row in enumerate(rows):
            for one in row.cells:
                if one.down > 1:
                    lacking = one.cell.height - _height(rows[at : at + one.down])
                    rows[at + one.down - 1].height += max(lacking, 0.0)

    def _turn(self) -> None:
        if self.pages.y > self.pages.top:
            self.pages.turn()
        self._rows(self.repeated)

    def _group(self, rows: Sequence[_Row]) -> None:
        """Draw rows that belong together on this page or the next; what is higher than a page is taken apart."""
        capacity = self.pages.end - self.pages.top - _height(self.repeated)
        if _height(rows) > self.pages.end - self.pages.y and _height(rows) <= capacity:
            self._turn()
        if _height(rows) <= self.pages.end - self.pages.y:
            self._rows(rows)
            return
        for row in _apart(rows, len(self.edges) - 1):
            if row.height <= capacity:
                if row.height > self.pages.end - self.pages.y:
                    self._turn()
                self._rows([row])
            else:
                self._split(row)

    def _rows(self, rows: Sequence[_Row]) -> None:
        """Draw rows out of which no cell reaches."""
        for at, row in enumerate(rows):
            for one in row.cells:
                self._cell(one, one.cell.lines, _height(rows[at : at + one.down]))
            self.pages.y += row.height

    def _split(self, row: _Row) -> None:
        """Draw a row that is higher than a page, as many lines on each as fit."""
        rest = [(one, list(one.cell.lines)) for one in row.cells]
        while any(lines for _one, lines in rest):
            room = self.pages.end - self.pages.y - 2 * PAD
            parts = [(one, _taken(lines, room * POINTS)) for one, lines in rest]
            if not any(part for _one, part in parts):
                if self.pages.y <= self.pages.top + _height(self.repeated) + 0.01:
                    parts = [(one, lines[:1]) for one, lines in rest]  # a line that is higher than a page
                else:
                    self._turn()
                    continue
            high = max(sum(line.above + line.below for line in part) for _one, part in parts) / POINTS + 2 * PAD
            for one, part in parts:
                self._cell(one, part, high)
            self.pages.y += high
            rest = [(one, lines[len(part) :]) for (one, lines), (_same, part) in zip(rest, parts, strict=True)]
            if any(lines for _one, lines in rest):
                self._turn()

    def _cell(self, one: Placed[_Set], lines: Sequence[SetLine], height: float) -> None:
        x, y = self.edges[one.column], self.pages.y
        width = self.edges[one.column + one.across] - x
        fill = HEAD if one.cell.is_heading else None
        self.pages.file.rect(x=x, y=y, width=width, height=height, fill=fill, stroke=RULE, line=0.2)
        y += PAD
        for line in lines:
            draw_set_line(self.pages.file, line, x=x + PAD, baseline=y + line.above / POINTS)
            y += (line.above + line.below) / POINTS


def _height(rows: Sequence[_Row]) -> float:
    return sum(row.height for row in rows)


def _groups(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Return rows in groups that no cell reaches out of."""
    group: list[_Row] = []
    until = 0
    for at, row in enumerate(rows):
        group.append(row)
        until = max([until, *(at + one.down for one in row.cells)])
        if until <= at + 1:
            yield group
            group = []


def _apart(rows: Sequence[_Row], columns: int) -> Iterator[_Row]:
    """Return the rows of a group with no cell over several rows; below where one began stand empty cells."""
    empty = _Set(False, [], 0.0)
    for at, row in enumerate(rows):
        cells = [Placed(one.cell, one.row, one.column, 1, one.across) for one in row.cells]
        covered = {column for one in cells for column in range(one.column, one.column + one.across)}
        cells += [Placed(empty, at, column) for column in range(columns) if column not in covered]
        yield _Row(max(one.cell.height for one in cells), cells)


def _taken(lines: Sequence[SetLine], room: float) -> list[SetLine]:
    """Return as many of the first lines as fit into `room` points."""
    taken: list[SetLine] = []
    for line in lines:
        room -= line.above + line.below
        if room < -0.01:
            break
        taken.append(line)
    return taken
