"""Runs of text with formulas and pictures in them, set into lines of a width, in paragraphs and in cells of tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from edu.documents.fonts import drawable, measure
from edu.documents.formulas import SetFormula, linear_text, set_formula
from edu.documents.line_breaking import split_units
from edu.documents.pdf import PdfFile
from edu.documents.pictures import OpenedPicture, Picture, draw_picture, open_picture

__all__ = ["Piece", "Run", "SetLine", "draw_set_line", "set_lines", "set_pieces"]

INK = "#1c1b18"
POINTS = 72 / 25.4
LEADING = 1.55
SMALLEST_FORMULA = 0.6
"""A formula that is too wide is set smaller down to this share, and is written out as text below it."""

PICTURE_IN_LINE = (60.0, 40.0)
"""Width and height in mm that a picture in a line takes at most."""

PIXELS_IN_LINE = 800
TALLEST_FORMULA = 400.0
"""Height in points to which a formula that would not fit a page is reduced."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A piece of a line: a text, LaTeX where `is_formula`, or a picture; `rise` 1 is a superscript, -1 a subscript."""

    text: str
    bold: bool = False
    is_formula: bool = False
    rise: int = 0
    picture: Picture | None = None


@dataclass(frozen=True)
class Piece:
    """What is not broken: a word, a formula (with its LaTeX as text) or a picture. Widths in points; -1 ends a line."""

    text: str
    width: float
    size: float
    bold: bool = False
    rise: float = 0.0
    formula: SetFormula | None = None
    picture: OpenedPicture | None = None
    height: float = 0.0

    @property
    def is_text(self) -> bool:
        """Whether letters are drawn."""
        return self.formula is None and self.picture is None


@dataclass(frozen=True)
class SetLine:
    """Pieces side by side, and the room of the line above and below its baseline in points."""

    pieces: tuple[Piece, ...]
    above: float
    below: float


_END = Piece("\n", -1.0, 0.0)


def set_pieces(runs: Sequence[Run], *, size: float, bold: bool) -> list[Piece]:
    """Return what cannot be broken, in order."""
    pieces: list[Piece] = []
    for run in runs:
        if run.picture is not None:
            pieces += _picture_pieces(run, size=size, bold=bold)
            continue
        if run.is_formula:
            formula = set_formula(run.text, size=size)
            if formula is not None:
                formula = formula.scaled(min(1.0, TALLEST_FORMULA / max(formula.above + formula.below, 1.0)))
                pieces.append(Piece(run.text, formula.width, size, formula=formula))
                continue
        is_bold = bold or run.bold
        letter = size * 0.7 if run.rise else size
        rise = run.rise * size * (0.35 if run.rise > 0 else 0.15)
        for number, part in enumerate((linear_text(run.text) if run.is_formula else run.text).split("\n")):
            if number:
                pieces.append(_END)
            # A space at the beginning of a run parts it from the one before.
            lead = [" "] if part.startswith(" ") and pieces and pieces[-1].text != " " else []
            units = [*lead, *split_units(drawable(part, bold=is_bold))]
            pieces += [Piece(unit, measure(unit, size=letter, bold=is_bold), letter, is_bold, rise) for unit in units]
    return pieces


def _picture_pieces(run: Run, *, size: float, bold: bool) -> list[Piece]:
    opened = open_picture(run.picture, pixels=PIXELS_IN_LINE) if run.picture is not None else None
    if opened is None:
        return set_pieces([Run(text=f"[{run.picture.alt if run.picture else ''}]")], size=size, bold=bold)
    width, height = opened.size_mm(width=PICTURE_IN_LINE[0], height=PICTURE_IN_LINE[1])
    return [Piece("", width * POINTS, size, picture=opened, height=height * POINTS)]


def set_lines(pieces: Sequence[Piece], *, width: float, size: float) -> list[SetLine]:
    """Return the pieces in lines no wider than `width` points: what is wider by itself is drawn smaller or cut."""
    lines: list[list[Piece]] = [[]]
    used = 0.0
    for piece in _fitting(pieces, width=width):
        if piece.width < 0:
            lines.append([])
            used = 0.0
            continue
        needed = measure(piece.text.rstrip(), size=piece.size, bold=piece.bold) if piece.is_text else piece.width
        if lines[-1] and used + needed > width + 0.01:
            lines.append([])
            used = 0.0
            if piece.is_text and not piece.text.strip():
                continue
        lines[-1].append(piece)
        used += piece.width
    return [_measured(line, size) for line in lines if line] or [_measured([], size)]


def _fitting(pieces: Sequence[Piece], *, width: float) -> Iterator[Piece]:
    """Return the pieces, those that are wider than a line made to fit."""
    for piece in pieces:
        if piece.width <= width:
            yield piece
        elif piece.formula is not None and width >= SMALLEST_FORMULA * piece.width:
            factor = width / piece.width
            yield replace(piece, formula=piece.formula.scaled(factor), width=width)
        elif piece.formula is not None:
            written = set_pieces([Run(text=linear_text(piece.text))], size=piece.size, bold=False)
            yield from _fitting(written, width=width)
        elif piece.picture is not None:
            yield replace(piece, width=width, height=piece.height * width / piece.width)
        else:
            yield from _cut(piece, width)


def _cut(piece: Piece, width: float) -> Iterator[Piece]:
    """Return a word that is wider than a line in parts that are not, of a letter at least."""
    part, used = "", 0.0
    for letter in piece.text:
        wide = measure(letter, size=piece.size, bold=piece.bold)
        if part and used + wide > width:
            yield replace(piece, text=part, width=used)
            part, used = "", 0.0
        part += letter
        used += wide
    yield replace(piece, text=part, width=used)


def _measured(pieces: Sequence[Piece], size: float) -> SetLine:
    lead = size * (LEADING - 1.25) / 2
    above = max([size * 0.9, *(p.formula.above for p in pieces if p.formula), *(p.height for p in pieces if p.picture)])
    below = max([size * 0.35, *(p.formula.below for p in pieces if p.formula)])
    return SetLine(tuple(pieces), above + lead, below + lead)


def draw_set_line(file: PdfFile, line: SetLine, *, x: float, baseline: float) -> None:
    """Draw a line from `x` on, both in mm."""
    for piece in line.pieces:
        if piece.formula is not None:
            file.draw_formula(piece.formula, x=x, baseline=baseline)
        elif piece.picture is not None:
            width, height = piece.width / POINTS, piece.height / POINTS
            draw_picture(file, piece.picture, x=x, y=baseline - height, width=width, height=height)
        else:
            rise = piece.rise / POINTS
            file.draw_line(piece.text, x=x, baseline=baseline - rise, size=piece.size, bold=piece.bold, colour=INK)
        x += piece.width / POINTS
