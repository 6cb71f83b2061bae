"""Sheets of running text with formulas and pictures in it, on A4: papers and questions to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from edu.documents.fonts import measure
from edu.documents.pdf import PdfFile
from edu.documents.pictures import Area, Mark, Picture, can_be_drawn, draw_picture, open_picture
from edu.documents.set_lines import POINTS, Run, draw_set_line, set_lines, set_pieces
from edu.documents.tables import Cell, Table, barred, draw_table

__all__ = ["Area", "Block", "Cell", "Mark", "Picture", "Run", "Table", "barred", "can_be_drawn", "render_sheet"]

INK, INK_2, GOLD = "#1c1b18", "#5a5449", "#b08328"
LEFT, RIGHT, TOP, BOTTOM = 20.0, 20.0, 20.0, 20.0
BODY = 10.5
"""Points of running text."""

BOX = 8.0
"""Millimetres that a row of boxes is high."""
WRITTEN = 8.5
"""Millimetres between lines that are written on."""

TALLEST = 80.0
"""Millimetres that a picture takes at most."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A paragraph: its runs, how far it is set in, in mm; or a picture, a table, boxes, lines to write on, space, a
    page."""

    runs: Sequence[Run] = ()
    kind: Literal["text", "heading", "title", "picture", "table", "space", "page", "code", "boxes", "lines"] = "text"
    indent: float = 0.0
    label: str = ""
    picture: Picture | None = None
    table: Table | None = None
    space: float = 0.0
    keeps: float = 0.0
    """How many mm must be left on the page, or the block begins on the next."""
    rows: Sequence[Sequence[str]] = ()
    """Short texts in a grid of boxes, for kind `boxes`; the first of each row stands in a box of double width."""
    count: int = 0
    """How many lines to write on, for kind `lines`; they go on over the page."""


def render_sheet(*, title: str, blocks: Sequence[Block], language: str, footer: str = "", author: str = "") -> bytes:
    """Return an A4 PDF of the blocks with page numbers; FontsMissing without the fonts."""
    pages = _SheetPages(title=title, language=language, footer=footer, author=author)
    for block in blocks:
        pages.draw(block)
    return pages.file.finish()


class _SheetPages:
    """The pages of one sheet: `y` is where the next thing goes, in mm from the top."""

    def __init__(self, *, title: str, language: str, footer: str, author: str) -> None:
        self.file = PdfFile(title=title, author=author, subject=footer, language=language)
        self.footer = footer
        self.top = TOP
        self.end = self.file.height_mm - BOTTOM
        self.y = TOP
        self.marks = 0
        self._furnish()

    def _furnish(self) -> None:
        base = self.file.height_mm - 10
        self.file.draw_line(self.footer[:80], x=LEFT, baseline=base, size=8, colour=INK_2)
        right = self.file.width_mm - RIGHT
        self.file.mark_page(x=right, baseline=base, colour=INK_2)

    def turn(self) -> None:
        """Begin the next page."""
        self.file.next_page()
        self.y = TOP
        self._furnish()

    def _room(self, height: float) -> None:
        if self.y + height > self.end and self.y > TOP:
            self.turn()

    def draw(self, block: Block) -> None:
        """Draw a block where the last ended."""
        if block.kind == "page":
            self.turn()
            return
        self._room(block.keeps)
        if block.kind == "space":
            self.y += block.space
        elif block.kind == "picture" and block.picture is not None:
            self._picture(block.picture, block)
        elif block.kind == "table" and block.table is not None:
            self._table(block.table, block)
        elif block.kind == "boxes":
            self._boxes(block.rows)
        elif block.kind == "lines":
            self._lines(block.count, block.indent)
        else:
            self._text(block)
        self.y += block.space if block.kind != "space" else 0

    def _text(self, block: Block) -> None:
        size = {"title": 20.0, "heading": 13.0, "code": 9.0}.get(block.kind, BODY)
        bold = block.kind in {"title", "heading"}
        left = LEFT + block.indent
        width = (self.file.width_mm - RIGHT - left) * POINTS
        if block.kind in {"title", "heading"}:
            self._room(18)
            self.marks += 1
            text = "".join(run.text for run in block.runs)
            self.file.bookmark(text, key=f"mark-{self.marks}", y=self.y - 4, level=0 if block.kind == "title" else 1)
        pieces = set_pieces(block.runs, size=size, bold=bold)
        for number, line in enumerate(set_lines(pieces, width=width, size=size)):
            self._room((line.above + line.below) / POINTS)
            baseline = self.y + line.above / POINTS
            if number == 0:
                self._label(block.label, left=left, baseline=baseline, size=size)
            draw_set_line(self.file, line, x=left, baseline=baseline)
            self.y = baseline + line.below / POINTS

    def _label(self, text: str, *, left: float, baseline: float, size: float = BODY) -> None:
        if text:
            self.file.draw_line(text, x=left - 8, baseline=baseline, size=size, bold=True, colour=INK)

    def _table(self, table: Table, block: Block) -> None:
        self.y += 1 if self.y > TOP else 0
        left = LEFT + block.indent

        def begun() -> None:
            self._label(block.label, left=left, baseline=self.y + 5.2)

        draw_table(self, table, left=left, width=self.file.width_mm - RIGHT - left, begun=begun)
        self.y += 2

    def _boxes(self, rows: Sequence[Sequence[str]]) -> None:
        self._room(BOX * len(rows))
        width = (self.file.width_mm - LEFT - RIGHT) / (max(map(len, rows)) + 1)
        for row in rows:
            x = LEFT
            for place, text in enumerate(row):
                own = width * (1 if place else 2)
                self.file.rect(x=x, y=self.y, width=own, height=BOX, stroke=INK)
                size = min(10.0, 10.0 * own * POINTS * 0.92 / max(measure(text, size=10.0), 1.0))
                self.file.draw_line(
                    text, x=x + own / 2, baseline=self.y + BOX / 2 + 1.3, size=size, align="center", colour=INK
                )
                x += own
            self.y += BOX

    def _lines(self, count: int, indent: float) -> None:
        for _place in range(count):
            self._room(WRITTEN)
            self.y += WRITTEN
            ends = [(LEFT + indent, self.y - 1), (self.file.width_mm - RIGHT, self.y - 1)]
            self.file.path(points=ends, stroke=INK, line=0.15)

    def _picture(self, picture: Picture, block: Block) -> None:
        opened = open_picture(picture)
        if opened is None:
            self._text(Block(runs=(Run(text=f"[{picture.alt}]"),), indent=block.indent, label=block.label))
            return
        left = LEFT + block.indent
        width, height = opened.size_mm(width=self.file.width_mm - RIGHT - left, height=TALLEST)
        self._room(height + 2)
        self._label(block.label, left=left, baseline=self.y + 4)
        draw_picture(self.file, opened, x=left, y=self.y, width=width, height=height)
        self.y += height + 2
