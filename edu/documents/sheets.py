"""Sheets of running text with formulas and pictures in it, on A4: papers and questions to print."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image, UnidentifiedImageError
from reportlab.lib.utils import ImageReader

from edu.documents.fonts import drawable, measure
from edu.documents.formulas import SetFormula, linear_text, set_formula
from edu.documents.line_breaking import split_units
from edu.documents.pdf import PdfFile

__all__ = ["Block", "Picture", "Run", "render_sheet"]

INK, INK_2, GOLD = "#1c1b18", "#5a5449", "#b08328"
LEFT, RIGHT, TOP, BOTTOM = 20.0, 20.0, 20.0, 20.0
POINTS = 72 / 25.4
LEADING = 1.55
BOX = 8.0
"""Millimetres that a row of boxes is high."""
WRITTEN = 8.5
"""Millimetres between lines that are written on."""

TALLEST = 80.0
"""Millimetres that a picture takes at most."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A piece of a line: a text, or LaTeX where `is_formula`; `rise` 1 is a superscript, -1 a subscript."""

    text: str
    bold: bool = False
    is_formula: bool = False
    rise: int = 0


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture with its bytes; what cannot be read is replaced by its description."""

    data: bytes
    alt: str = ""
    marks: tuple[tuple[float, float, str], ...] = ()
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A paragraph: its runs, how far it is set in, in mm; or a picture, boxes, lines to write on, space, a page."""

    runs: Sequence[Run] = ()
    kind: Literal["text", "heading", "title", "picture", "space", "page", "code", "boxes", "lines"] = "text"
    indent: float = 0.0
    label: str = ""
    picture: Picture | None = None
    space: float = 0.0
    keeps: float = 0.0
    """How many mm must be left on the page, or the block begins on the next."""
    rows: Sequence[Sequence[str]] = ()
    """Short texts in a grid of boxes, for kind `boxes`; the first of each row stands in a box of double width."""
    count: int = 0
    """How many lines to write on, for kind `lines`; they go on over the page."""


@dataclass(frozen=True)
class _Piece:
    text: str
    width: float
    size: float
    bold: bool
    rise: float
    formula: SetFormula | None = None


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
        self.end = self.file.height_mm - BOTTOM
        self.y = TOP
        self.marks = 0
        self._furnish()

    def _furnish(self) -> None:
        base = self.file.height_mm - 10
        self.file.draw_line(self.footer[:80], x=LEFT, baseline=base, size=8, colour=INK_2)
        right = self.file.width_mm - RIGHT
        self.file.mark_page(x=right, baseline=base, colour=INK_2)

    def _turn(self) -> None:
        self.file.next_page()
        self.y = TOP
        self._furnish()

    def _room(self, height: float) -> None:
        if self.y + height > self.end and self.y > TOP:
            self._turn()

    def draw(self, block: Block) -> None:
        """Draw a block where the last ended."""
        if block.kind == "page":
            self._turn()
            return
        self._room(block.keeps)
        if block.kind == "space":
            self.y += block.space
        elif block.kind == "picture" and block.picture is not None:
            self._picture(block.picture, block.indent)
        elif block.kind == "boxes":
            self._boxes(block.rows)
        elif block.kind == "lines":
            self._lines(block.count, block.indent)
        else:
            self._text(block)
        self.y += block.space if block.kind != "space" else 0

    def _text(self, block: Block) -> None:
        size = {"title": 20.0, "heading": 13.0, "code": 9.0}.get(block.kind, 10.5)
        bold = block.kind in {"title", "heading"}
        left = LEFT + block.indent
        width = (self.file.width_mm - RIGHT - left) * POINTS
        if block.kind in {"title", "heading"}:
            self._room(18)
            self.marks += 1
            text = "".join(run.text for run in block.runs)
            self.file.bookmark(text, key=f"mark-{self.marks}", y=self.y - 4, level=0 if block.kind == "title" else 1)
        for number, line in enumerate(_lines(block.runs, width=width, size=size, bold=bold)):
            above = max([size * 0.9, *(p.formula.above for p in line if p.formula)]) + size * (LEADING - 1.25) / 2
            below = max([size * 0.35, *(p.formula.below for p in line if p.formula)]) + size * (LEADING - 1.25) / 2
            self._room((above + below) / POINTS)
            baseline = self.y + above / POINTS
            if number == 0 and block.label:
                self.file.draw_line(block.label, x=left - 8, baseline=baseline, size=size, bold=True, colour=INK)
            x = left
            for piece in line:
                if piece.formula:
                    self.file.draw_formula(piece.formula, x=x, baseline=baseline)
                else:
                    self.file.draw_line(
                        piece.text, x=x, baseline=baseline - piece.rise / POINTS, size=piece.size, bold=piece.bold,
                        colour=INK,
                    )  # fmt: skip
                x += piece.width / POINTS
            self.y = baseline + below / POINTS

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

    def _picture(self, picture: Picture, indent: float) -> None:
        try:
            with Image.open(io.BytesIO(picture.data)) as opened:
                opened.load()
                image = opened.convert("RGBA")
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
            self._text(Block(runs=(Run(text=f"[{picture.alt}]"),), indent=indent))
            return
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        most = self.file.width_mm - RIGHT - LEFT - indent
        width = min(most, image.width / 96 * 25.4)
        height = width * image.height / image.width
        if height > TALLEST:
            width, height = width * TALLEST / height, TALLEST
        self._room(height + 2)
        x = LEFT + indent
        self.file.draw_picture(ImageReader(paper.convert("RGB")), x=x, y=self.y, width=width, height=height)
        across, down = picture.size if all(picture.size) else image.size
        for at_x, at_y, text in picture.marks:
            centre = (x + at_x / across * width, self.y + at_y / down * height)
            self.file.circle(x=centre[0], y=centre[1], radius=2.6, fill="#ffffff", stroke=INK)
            self.file.draw_line(text, x=centre[0], baseline=centre[1] + 1.2, size=9, bold=True, align="center")
        self.y += height + 2


def _pieces(runs: Sequence[Run], *, size: float, bold: bool) -> list[_Piece]:
    """Return what cannot be broken, in order; a line break as a piece of width -1."""
    pieces: list[_Piece] = []
    for run in runs:
        if run.is_formula:
            formula = set_formula(run.text, size=size)
            if formula is not None:
                pieces.append(_Piece("", formula.width, size, False, 0, formula))
                continue
        is_bold = bold or run.bold
        letter = size * 0.7 if run.rise else size
        rise = run.rise * size * (0.35 if run.rise > 0 else 0.15)
        for number, part in enumerate((linear_text(run.text) if run.is_formula else run.text).split("\n")):
            if number:
                pieces.append(_Piece("\n", -1, size, False, 0))
            # A space at the beginning of a run parts it from the one before.
            lead = [" "] if part.startswith(" ") and pieces and pieces[-1].text != " " else []
            units = [*lead, *split_units(drawable(part, bold=is_bold))]
            pieces += [_Piece(unit, measure(unit, size=letter, bold=is_bold), letter, is_bold, rise) for unit in units]
    return pieces


def _lines(runs: Sequence[Run], *, width: float, size: float, bold: bool) -> list[list[_Piece]]:
    """Return the pieces in lines that are no wider than `width` points, save for a single piece that is."""
    lines: list[list[_Piece]] = [[]]
    used = 0.0
    for piece in _pieces(runs, size=size, bold=bold):
        if piece.width < 0:
            lines.append([])
            used = 0.0
            continue
        needed = measure(piece.text.rstrip(), size=piece.size, bold=piece.bold) if piece.text else piece.width
        if lines[-1] and used + needed > width:
            lines.append([])
            used = 0.0
            if not piece.text.strip() and not piece.formula:
                continue
        lines[-1].append(piece)
        used += piece.width
    return [line for line in lines if line] or [[]]
