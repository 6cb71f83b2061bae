"""Documents of lessons as PDF: title, sections of paragraphs and tables, on A4 in ink, paper and gold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.units import mm

from edu.documents.fonts import drawable, measure
from edu.documents.pdf import BASELINE, PdfFile, break_lines

__all__ = ["DocumentSection", "DocumentTable", "render_document", "section_from"]

INK, INK_2, GOLD, GOLD_INK, LINE, SUNKEN = "#1c1b18", "#5a5449", "#b08328", "#765409", "#e0d6c1", "#f7f1e3"
LEFT, RIGHT, TOP, BOTTOM = 24.0, 24.0, 26.0, 26.0
BODY, LEADING = 10.5, 1.72
CELL, CELL_LEADING, CELL_PAD = 9.5, 1.5, 2.2


@dataclass(frozen=True, kw_only=True)
class DocumentTable:
    """A table: its header cells and its rows of text."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class DocumentSection:
    """A part of a document under its own heading."""

    heading: str = ""
    paragraphs: Sequence[str] = field(default=())
    table: DocumentTable | None = None


def section_from(data: dict[str, Any]) -> DocumentSection:
    """Return the section written as {heading, paragraphs, table: {header or head, rows}}."""
    table = data.get("table")
    return DocumentSection(
        heading=str(data.get("heading", "")),
        paragraphs=[str(text) for text in data.get("paragraphs", ())],
        table=DocumentTable(
            header=[str(cell) for cell in table.get("header") or table.get("head") or ()],
            rows=[[str(cell) for cell in row] for row in table.get("rows", ())],
        )
        if table
        else None,
    )


def render_document(
    *,
    title: str,
    sections: Sequence[DocumentSection | dict[str, Any]],
    language: str,
    footer: str = "",
    author: str = "",
) -> bytes:
    """Return an A4 PDF of the document with outline, metadata and page numbers; FontsMissing without the fonts.

    `footer` stands at the foot of every page, such as the name of the course.
    """
    parts = [section if isinstance(section, DocumentSection) else section_from(section) for section in sections]
    pages = _DocumentPages(title=title, language=language, footer=footer, author=author)
    pages.head()
    for number, section in enumerate(parts, start=1):
        pages.section(section, number=number)
    return pages.finish()


class _DocumentPages:
    """The pages of one document: `y` is where the next thing goes, in mm from the top."""

    def __init__(self, *, title: str, language: str, footer: str, author: str) -> None:
        self.file = PdfFile(title=title, author=author, subject=footer, language=language)
        self.title, self.footer = title, footer
        self.width = self.file.width_mm - LEFT - RIGHT
        self.end = self.file.height_mm - BOTTOM
        self.y = TOP
        self._furnish()

    def _furnish(self) -> None:
        """Draw what every page has: paper edge, running title, footer, number."""
        file = self.file
        file.rect(x=0, y=0, width=3.2, height=file.height_mm, fill=INK)
        file.rect(x=3.2, y=0, width=0.9, height=file.height_mm, fill=GOLD)
        base = file.height_mm - 13
        file.path(points=[(LEFT, base - 5), (file.width_mm - RIGHT, base - 5)], stroke=LINE, line=0.2)
        file.draw_text(self.footer, x=LEFT, y=base - 3.4, width=self.width - 34, size=8, min_size=6, colour=INK_2)
        file.mark_page(x=file.width_mm - RIGHT, baseline=base, colour=GOLD_INK)
        if file.page_number > 1:
            file.draw_text(self.title, x=LEFT, y=13, width=self.width, size=8.5, min_size=6, colour=INK_2)

    def head(self) -> None:
        """Draw the title with its gold rule."""
        self.file.bookmark(self.title, key="title", y=TOP - 6)
        self.y += self.file.draw_text(
            self.title, x=LEFT, y=self.y, width=self.width, size=23, min_size=15, max_lines=4, bold=True, leading=1.35
        )
        self.y += 3
        self.file.rect(x=LEFT, y=self.y, width=26, height=0.9, fill=GOLD)
        self.y += 9

    def section(self, section: DocumentSection, *, number: int) -> None:
        """Draw a heading with at least two lines of what follows on the same page, then paragraphs and table."""
        if section.heading:
            self._room(22)
            self.file.bookmark(section.heading, key=f"section-{number}", y=self.y - 4, level=1)
            self.y += 2
            self.file.rect(x=LEFT, y=self.y + 1.4, width=1.1, height=5.0, fill=GOLD)
            self.y += self.file.draw_text(
                section.heading,
                x=LEFT + 4,
                y=self.y,
                width=self.width - 4,
                size=13.5,
                min_size=12,
                max_lines=3,
                bold=True,
                leading=1.5,
            )
            self.y += 2.2
        for text in section.paragraphs:
            self._paragraph(text)
        if section.table is not None and (section.table.rows or section.table.header):
            self._table(section.table)
        self.y += 4

    def _room(self, height: float) -> None:
        """Begin a new page unless `height` mm are left on this one."""
        if self.y + height > self.end:
            self.file.next_page()
            self.y = TOP
            self._furnish()

    def _paragraph(self, text: str) -> None:
        step = BODY * LEADING / mm
        lines = break_lines(text, width=self.width, size=BODY)
        for index, line in enumerate(lines):
            # Two lines at least stay together at the foot of a page and at the head of the next.
            self._room(step * (2 if index in (0, len(lines) - 2) and len(lines) > 1 else 1))
            self.file.draw_paragraph_line(
                line,
                x=LEFT,
                baseline=self.y + BODY * BASELINE / mm,
                width=self.width,
                size=BODY,
                is_last=index == len(lines) - 1,
                colour=INK,
            )
            self.y += step
        self.y += 2.0

    def _table(self, table: DocumentTable) -> None:
        columns = max([len(table.header), *(len(row) for row in table.rows)])
        widths = self._column_widths(table, columns)
        self.y += 1.5
        header = [*table.header, *[""] * (columns - len(table.header))]

        def draw_header() -> None:
            if table.header:
                self._row(header, widths, bold=True, fill=INK, colour="#f4ecdb")

        first = self._row_height(table.rows[0], widths) if table.rows else 0.0
        self._room((self._row_height(header, widths, bold=True) if table.header else 0) + first)
        draw_header()
        for index, row in enumerate(table.rows):
            cells = [*row, *[""] * (columns - len(row))]
            page = self.file.page_number
            self._room(self._row_height(cells, widths))
            if self.file.page_number != page:
                draw_header()
            self._row(cells, widths, fill=SUNKEN if index % 2 else None)
        self.file.path(points=[(LEFT, self.y), (LEFT + self.width, self.y)], stroke=GOLD, line=0.35)
        self.y += 3

    def _column_widths(self, table: DocumentTable, columns: int) -> list[float]:
        """Return widths in mm by the length of the longest cell of each column, none below a seventh of its share."""
        wishes = []
        for column in range(columns):
            cells = [row[column] for row in [table.header, *table.rows] if column < len(row)]
            longest = max((measure(drawable(cell), size=CELL) / mm for cell in cells), default=10.0)
            wishes.append(min(max(longest + 2 * CELL_PAD + 1, 16.0), self.width * 0.6))
        scale = self.width / sum(wishes)
        return [wish * scale for wish in wishes]

    def _cells(self, row: Sequence[str], widths: Sequence[float], *, bold: bool) -> list[list[str]]:
        return [
            break_lines(str(text), width=width - 2 * CELL_PAD, size=CELL, bold=bold)
            for text, width in zip(row, widths, strict=False)
        ]

    def _row_height(self, row: Sequence[str], widths: Sequence[float], *, bold: bool = False) -> float:
        count = max((len(lines) for lines in self._cells(row, widths, bold=bold)), default=1)
        return float(count * CELL * CELL_LEADING / mm + 2 * CELL_PAD)

    def _row(
        self,
        row: Sequence[str],
        widths: Sequence[float],
        *,
        bold: bool = False,
        fill: str | None = None,
        colour: str = INK,
    ) -> None:
        height = self._row_height(row, widths, bold=bold)
        if fill:
            self.file.rect(x=LEFT, y=self.y, width=self.width, height=height, fill=fill)
        x = LEFT
        step = CELL * CELL_LEADING / mm
        for lines, width in zip(self._cells(row, widths, bold=bold), widths, strict=False):
            for index, line in enumerate(lines):
                self.file.draw_line(
                    line,
                    x=x + CELL_PAD,
                    baseline=self.y + CELL_PAD + index * step + (step - CELL / mm) / 2 + CELL * BASELINE / mm,
                    size=CELL,
                    bold=bold,
                    colour=colour,
                )
            x += width
        self.y += height
        if not bold:
            self.file.path(points=[(LEFT, self.y), (LEFT + self.width, self.y)], stroke=LINE, line=0.2)

    def finish(self) -> bytes:
        """Return the file."""
        return self.file.finish()
