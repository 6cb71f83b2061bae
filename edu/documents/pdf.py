"""Drawing PDF pages: text fitted to a box, paragraphs, lines, figures, QR codes, furniture of the page.

Every PDF file of the house is drawn through `PdfFile`. Positions are millimetres from the top left corner of the
page, sizes of letters are points. Fonts are embedded as subsets, so that Chinese can be read, copied and searched.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import FILL_NON_ZERO, Canvas

from edu.documents.fonts import drawable, font_chain, measure, split_runs
from edu.documents.formulas import SetFormula
from edu.documents.line_breaking import FittedText, break_text, fit_text, is_wide
from edu.documents.page_words import page_words
from edu.documents.qr import qr_runs

__all__ = ["A4_LANDSCAPE_MM", "A4_PORTRAIT_MM", "CONTENT_TYPE", "PdfFile"]

CONTENT_TYPE = "application/pdf"
A4_PORTRAIT_MM = (A4[0] / mm, A4[1] / mm)
A4_LANDSCAPE_MM = (A4[1] / mm, A4[0] / mm)
Align = Literal["left", "center", "right"]
LANGUAGE_TAGS = {"zh-hans": "zh-CN", "en": "en"}
BASELINE = 0.86
"""Share of the letter size from the top of a line to its baseline: the ascent of Noto Serif SC."""


class PdfFile:
    """One PDF file under construction; `size_mm` is width and height of its pages."""

    def __init__(
        self,
        *,
        title: str,
        author: str = "",
        subject: str = "",
        language: str = "en",
        keywords: str = "",
        size_mm: tuple[float, float] = A4_PORTRAIT_MM,
    ) -> None:
        font_chain(False)
        font_chain(True)
        self._language = language
        self._page_marks: list[_PageMark] = []
        self.width_mm, self.height_mm = size_mm
        self._buffer = io.BytesIO()
        self._canvas = Canvas(
            self._buffer,
            pagesize=(size_mm[0] * mm, size_mm[1] * mm),
            pageCompression=1,
            lang=LANGUAGE_TAGS.get(language, language),
            initialFontName=font_chain(False)[0].fontName,
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setSubject(subject)
        self._canvas.setKeywords(keywords)
        self._canvas.setCreator("Jinbang")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    @property
    def page_number(self) -> int:
        """The number of the page being drawn, from 1."""
        return int(self._canvas.getPageNumber())

    def _y(self, y_mm: float) -> float:
        return float((self.height_mm - y_mm) * mm)

    # -- figures ----------------------------------------------------------------------------------
    def rect(
        self,
        *,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str | None = None,
        stroke: str | None = None,
        line: float = 0.3,
        radius: float = 0,
    ) -> None:
        """Draw a rectangle; `line` is the width of its outline in mm."""
        canvas = self._prepare(fill=fill, stroke=stroke, line=line)
        canvas.roundRect(
            x * mm, self._y(y + height), width * mm, height * mm, radius * mm, fill=bool(fill), stroke=bool(stroke)
        )

    def circle(
        self,
        *,
        x: float,
        y: float,
        radius: float,
        fill: str | None = None,
        stroke: str | None = None,
        line: float = 0.3,
    ) -> None:
        """Draw a circle round (x, y)."""
        canvas = self._prepare(fill=fill, stroke=stroke, line=line)
        canvas.circle(x * mm, self._y(y), radius * mm, fill=bool(fill), stroke=bool(stroke))

    def path(
        self,
        *,
        points: Sequence[tuple[float, float]],
        stroke: str | None = None,
        fill: str | None = None,
        line: float = 0.3,
        closed: bool = False,
    ) -> None:
        """Draw straight lines through the points."""
        canvas = self._prepare(fill=fill, stroke=stroke, line=line)
        path = canvas.beginPath()
        path.moveTo(points[0][0] * mm, self._y(points[0][1]))
        for x, y in points[1:]:
            path.lineTo(x * mm, self._y(y))
        if closed:
            path.close()
        canvas.drawPath(path, fill=bool(fill), stroke=bool(stroke))

    def draw_formula(self, formula: SetFormula, *, x: float, baseline: float, colour: str = "#1c1b18") -> None:
        """Draw a formula whose left end is at `x` on the baseline, both in mm."""
        canvas = self._prepare(fill=colour, stroke=None, line=0)
        left, base = x * mm, self._y(baseline)
        path = canvas.beginPath()
        for outline in formula.outlines:
            for name, numbers in outline:
                points = [n + (base if at % 2 else left) for at, n in enumerate(numbers)]
                if name == "Z":
                    path.close()
                else:
                    {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo}[name](*points)
        canvas.drawPath(path, fill=1, stroke=0, fillMode=FILL_NON_ZERO)

    def draw_picture(self, picture: Any, *, x: float, y: float, width: float, height: float) -> None:
        """Draw a picture (reportlab's ImageReader) into a box of millimetres."""
        self._canvas.drawImage(picture, x * mm, self._y(y + height), width * mm, height * mm)

    def qr_code(self, *, x: float, y: float, size: float, text: str, colour: str = "#1c1b18") -> None:
        """Draw a QR code of `size` mm a side, as one vector path; leave four modules of paper round it."""
        side, runs = qr_runs(text)
        unit = size / side
        canvas = self._prepare(fill=colour, stroke=None, line=0)
        path = canvas.beginPath()
        for column, row, length in runs:
            path.rect((x + column * unit) * mm, self._y(y + (row + 1) * unit), length * unit * mm, unit * mm)
        canvas.drawPath(path, fill=1, stroke=0)

    def _prepare(self, *, fill: str | None, stroke: str | None, line: float) -> Canvas:
        if fill:
            self._canvas.setFillColor(HexColor(fill))
        if stroke:
            self._canvas.setStrokeColor(HexColor(stroke))
            self._canvas.setLineWidth(line * mm)
        return self._canvas

    # -- text -------------------------------------------------------------------------------------
    def draw_line(
        self,
        text: str,
        *,
        x: float,
        baseline: float,
        size: float,
        bold: bool = False,
        colour: str = "#1c1b18",
        align: Align = "left",
        tracking: float = 0.0,
        stretch_to: float | None = None,
    ) -> None:
        """Draw one line at its baseline (mm from the top).

        `tracking` (points) opens the letters; with `stretch_to` (mm) they are opened so far that the line fills it.
        """
        shown = drawable(text, bold=bold)
        if not shown:
            return
        width = measure(shown, size=size, bold=bold)
        gaps = len(shown) - 1
        if stretch_to is not None and gaps > 0:
            tracking = max(0.0, (stretch_to * mm - width) / gaps)
        width += tracking * gaps
        left = x * mm - {"left": 0.0, "center": width / 2, "right": width}[align]
        pen: Any = self._canvas.beginText(left, self._y(baseline))
        pen.setFillColor(HexColor(colour))
        pen.setCharSpace(tracking)
        for font_name, run in split_runs(shown, bold=bold):
            pen.setFont(font_name, size)
            pen.textOut(run)
        pen.setCharSpace(0)
        self._canvas.drawText(pen)

    def draw_text(
        self,
        text: str,
        *,
        x: float,
        y: float,
        width: float,
        size: float,
        min_size: float | None = None,
        max_lines: int = 1,
        single_line_size: float | None = None,
        bold: bool = False,
        colour: str = "#1c1b18",
        align: Align = "left",
        leading: float = 1.5,
    ) -> float:
        """Draw text in `width` mm from the top edge `y`, made smaller until it fits; return its height in mm."""
        fitted = fit(
            text,
            width=width,
            size=size,
            min_size=min_size or size,
            max_lines=max_lines,
            single_line_size=single_line_size,
            bold=bold,
            balanced=align == "center",
        )
        anchor = {"left": x, "center": x + width / 2, "right": x + width}[align]
        step = fitted.size * leading / mm
        lead = (step - fitted.size / mm) / 2
        for index, line in enumerate(fitted.lines):
            self.draw_line(
                line,
                x=anchor,
                baseline=y + index * step + lead + fitted.size * BASELINE / mm,
                size=fitted.size,
                bold=bold,
                colour=colour,
                align=align,
            )
        return float(step * len(fitted.lines))

    def draw_paragraph_line(
        self,
        line: str,
        *,
        x: float,
        baseline: float,
        width: float,
        size: float,
        is_last: bool,
        colour: str = "#1c1b18",
        bold: bool = False,
    ) -> None:
        """Draw one line of a paragraph; a Chinese line that nearly fills the measure is opened to fill it."""
        slack = width - measure(line, size=size, bold=bold) / mm
        mostly_wide = sum(map(is_wide, line)) * 2 > len(line)
        stretch = width if mostly_wide and not is_last and 0 < slack < size * 1.6 / mm else None
        self.draw_line(line, x=x, baseline=baseline, size=size, colour=colour, bold=bold, stretch_to=stretch)

    # -- the file ---------------------------------------------------------------------------------
    def bookmark(self, title: str, *, key: str, y: float, level: int = 0) -> None:
        """Add an entry to the outline that leads to `y` on this page."""
        self._canvas.bookmarkHorizontal(key, 0, self._y(y))
        self._canvas.addOutlineEntry(title, key, level=level)

    def link(self, *, url: str, x: float, y: float, width: float, height: float) -> None:
        """Make an area of the page open an address."""
        self._canvas.linkURL(url, (x * mm, self._y(y + height), (x + width) * mm, self._y(y)), relative=0)

    def next_page(self) -> None:
        """Finish this page and begin another."""
        self._canvas.showPage()

    def mark_page(self, *, x: float, baseline: float, size: float = 9, colour: str = "#5a5449") -> None:
        """Name this page and how many there are, right-aligned at `x`; how many is known when the file is finished."""
        mark = _PageMark(page=self.page_number, x=x, baseline=baseline, size=size, colour=colour)
        self._page_marks.append(mark)
        self._canvas.doForm(mark.name)

    def finish(self) -> bytes:
        """Finish the last page, fill in how many there are, and return the file."""
        total = self.page_number
        self._canvas.showPage()
        for mark in self._page_marks:
            self._canvas.beginForm(mark.name, 0, 0, self.width_mm * mm, self.height_mm * mm)
            words = page_words(page=mark.page, total=total, language=self._language)
            self.draw_line(words, x=mark.x, baseline=mark.baseline, size=mark.size, colour=mark.colour, align="right")
            self._canvas.endForm()
        self._canvas.save()
        return self._buffer.getvalue()


@dataclass(frozen=True, kw_only=True)
class _PageMark:
    """Where a page is named: drawn last, as a form that the page refers to from the start."""

    page: int
    x: float
    baseline: float
    size: float
    colour: str

    @property
    def name(self) -> str:
        return f"page-{self.page}"


def fit(
    text: str,
    *,
    width: float,
    size: float,
    min_size: float,
    max_lines: int = 1,
    single_line_size: float | None = None,
    bold: bool = False,
    balanced: bool = False,
) -> FittedText:
    """Return `text` fitted into `width` mm in our fonts (see line_breaking.fit_text)."""
    return fit_text(
        "\n".join(drawable(part, bold=bold) for part in text.split("\n")),
        width=width * mm,
        size=size,
        min_size=min_size,
        max_lines=max_lines,
        single_line_size=single_line_size,
        balanced=balanced,
        measure=lambda part, points: measure(part, size=points, bold=bold),
    )


def break_lines(text: str, *, width: float, size: float, bold: bool = False) -> list[str]:
    """Return the lines of `text` in `width` mm at `size` points."""
    return break_text(
        "\n".join(drawable(part, bold=bold) for part in text.split("\n")),
        width=width * mm,
        size=size,
        measure=lambda part, points: measure(part, size=points, bold=bold),
    )
