"""Rich text of authors on paper: paragraphs, lists, tables, pictures and formulas as blocks of a sheet."""

import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import gettext as _

from edu.core.errors import NotFound
from edu.documents.sheets import Block, Cell, Picture, Run, Table, barred
from media.queries import read_illustration

_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[([\s\S]+?)\\\]")
_ILLUSTRATION = re.compile(r"/files/illustrations/([0-9a-f-]{36})/")
_BLOCKS = {"p", "pre", "table", "tr", "ul", "ol", "li", "blockquote", "h3", "h4", "div"}
_VOID = {"br", "img", "hr", "col", "wbr", "source", "input"}
INDENT = 8.0
LINE, PICTURE_KEEPS, TABLE_KEEPS = 6.0, 82.0, 48.0
"""Millimetres: a line; a picture at most; the headings of a table and the beginning of its rows."""


@dataclass
class _Paragraph:
    runs: list[Run] = field(default_factory=list)
    picture: Picture | None = None
    table: Table | None = None
    is_code: bool = False
    label: str = ""
    indent: float = 0.0


@dataclass
class _OpenTable:
    """A table being read; a table inside one of its cells is written into the cell."""

    rows: list[list[Cell]] = field(default_factory=list)
    heads: int = 0
    cell: list[Run] | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    def close_cell(self) -> None:
        if self.cell is None:
            return
        while self.cell and not self.cell[-1].text.strip() and self.cell[-1].picture is None:
            self.cell.pop()
        self.rows[-1].append(Cell(runs=self.cell, **self.fields))
        self.cell = None

    def table(self) -> Table:
        self.close_cell()
        rows = [row for row in self.rows if row]
        leading = next((at for at, row in enumerate(rows) if not all(cell.is_heading for cell in row)), 0)
        return Table(rows=rows, heads=min(max(self.heads, leading), len(rows)))


class _RichText(HTMLParser):
    """Rich text as paragraphs of runs, tables apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.paragraphs = [_Paragraph()]
        self.open: Counter[str] = Counter()
        self.counts: list[int] = []
        self.table: _OpenTable | None = None
        self.feed(str(text))
        self.close()
        self._end_table()

    @property
    def runs(self) -> list[Run]:
        """What is being written: the open cell's runs, else the last paragraph's."""
        if self.table is not None and self.table.cell is not None:
            return self.table.cell
        return self.paragraphs[-1].runs

    @property
    def in_cell(self) -> bool:
        """Whether what comes stands in a cell."""
        return self.table is not None and self.table.cell is not None

    def _next(self, **fields: Any) -> None:
        if self.in_cell:
            if self.runs and self.runs[-1].text != "\n":
                self.runs.append(Run(text="\n"))
            return
        last = self.paragraphs[-1]
        if last.runs or last.picture or last.table or fields:
            self.paragraphs.append(_Paragraph(**fields))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self.open[tag] += 1
        if tag == "br":
            self.runs.append(Run(text="\n"))
        elif tag == "img":
            self._image(given.get("src") or "", given.get("alt") or "")
        elif tag == "audio":
            self.runs.append(Run(text=f"[{_('sound')}]"))
        elif tag in {"table", "tr", "td", "th"}:
            self._open_of_table(tag, given)
        elif tag in {"ul", "ol"}:
            self.counts.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag in _BLOCKS and not (tag == "p" and self.open["li"] and not self.in_cell):
            self._next()
            self.paragraphs[-1].is_code = tag == "pre" and not self.in_cell

    def _item(self) -> None:
        self._next()
        if self.counts and self.counts[-1] >= 0:
            self.counts[-1] += 1
        label = f"{self.counts[-1]}." if self.counts and self.counts[-1] > 0 else "•"
        if self.in_cell:
            self.runs.append(Run(text=f"{label} "))
        else:
            self.paragraphs[-1].label, self.paragraphs[-1].indent = label, INDENT

    def _open_of_table(self, tag: str, given: dict[str, str | None]) -> None:
        table = self.table
        if tag == "table" and table is None:
            self._next()
            self.table = _OpenTable()
        elif table is None or self.open["table"] > 1:
            # Cells without a table, and a table inside a cell: lines whose cells are parted by bars.
            if tag in {"table", "tr"}:
                self._next()
            elif self.runs and self.runs[-1].text != "\n":
                self.runs.append(Run(text="  |  "))
        elif tag == "tr":
            table.close_cell()
            table.rows.append([])
            table.heads += bool(self.open["thead"])
        elif tag in {"td", "th"}:
            table.close_cell()
            if not table.rows:
                table.rows.append([])
            table.cell = []
            spans = {"across": _count(given.get("colspan")), "down": _count(given.get("rowspan"))}
            table.fields = {"is_heading": tag == "th" or bool(self.open["thead"]), **spans}

    def handle_endtag(self, tag: str) -> None:
        if self.open[tag]:
            self.open[tag] -= 1
        if tag in {"ul", "ol"} and self.counts:
            self.counts.pop()
        if self.table is not None and tag in {"td", "th", "tr"} and self.open["table"] == 1:
            self.table.close_cell()
        elif tag == "table" and not self.open["table"]:
            self._end_table()
        elif tag in _BLOCKS:
            self._next()

    def _end_table(self) -> None:
        if self.table is None:
            return
        table = self.table.table()
        self.table = None
        if table.rows:
            self._next()
            self.paragraphs[-1].table = table
        self._next()

    def _image(self, source: str, alt: str) -> None:
        picture = picture_of(source, alt)
        if picture is None:
            self.runs.append(Run(text=f"[{alt or _('picture')}]"))
        elif self.in_cell:
            self.runs.append(Run(text="", picture=picture))
        else:
            self._next()
            self.paragraphs[-1].picture = picture
            self._next()

    def handle_data(self, data: str) -> None:
        if self.open["pre"]:
            self.runs.append(Run(text=_indented(data)))
            return
        if not data.strip() and (not self.runs or self.runs[-1].text == "\n"):
            return
        rise = 1 if self.open["sup"] else -1 if self.open["sub"] else 0
        bold = any(self.open[tag] for tag in ("strong", "b", "th", "h3", "h4"))
        self.runs.extend(runs_of(data, bold=bold, rise=rise))


def _count(text: str | None) -> int:
    """Return how many rows or columns a cell takes, by its attribute."""
    return int(text) if text and text.isdecimal() and len(text) < 6 else 1


def _indented(code: str) -> str:
    """Return code whose lines keep their indentation: two spaces at the beginning as one ideographic space."""
    lines = (line.replace("\t", "    ") for line in code.split("\n"))
    widths = ((line, (len(line) - len(line.lstrip())) // 2) for line in lines)
    return "\n".join("\u3000" * width + line.lstrip() for line, width in widths)


def runs_of(text: str, *, bold: bool = False, rise: int = 0) -> list[Run]:
    """Return plain text as runs, its formulas apart."""
    runs: list[Run] = []
    at = 0
    for found in _FORMULA.finditer(text):
        if before := text[at : found.start()]:
            runs.append(Run(text=before, bold=bold, rise=rise))
        runs.append(Run(text=(found[1] or found[2]).strip(), is_formula=True))
        at = found.end()
    if rest := text[at:]:
        runs.append(Run(text=rest, bold=bold, rise=rise))
    return runs


def picture_of(address: str, alt: str) -> Picture | None:
    """Return one of our pictures by its address on a page; None for what is not ours or gone."""
    found = _ILLUSTRATION.search(address)
    if found is None:
        return None
    try:
        _name, data = read_illustration(uuid.UUID(found[1]))
    except (NotFound, ValueError):
        return None
    return Picture(data=data, alt=alt or _("picture"))


def rich_blocks(html: str, *, label: str = "", indent: float = 0.0, keeps: float = 0.0) -> list[Block]:
    """Return rich text as blocks; the first carries the label."""
    blocks: list[Block] = []
    for paragraph in _RichText(html).paragraphs:
        first = {} if blocks else {"label": label, "keeps": keeps}
        if paragraph.picture is not None:
            blocks.append(Block(kind="picture", picture=paragraph.picture, indent=indent, **first))
        elif paragraph.table is not None:
            blocks.append(Block(kind="table", table=paragraph.table, indent=indent, **first))
        elif paragraph.runs:
            kind = "code" if paragraph.is_code else "text"
            first |= {"label": paragraph.label} if paragraph.label else {}
            blocks.append(Block(runs=paragraph.runs, kind=kind, indent=indent + paragraph.indent, **first))
    if label and not any(block.label == label for block in blocks):
        blocks.insert(0, Block(runs=[Run(text=" ")], label=label, indent=indent, keeps=keeps))
    return blocks


def line_keeps(blocks: Sequence[Block], /) -> float:
    """Return how many mm a line before the blocks needs, so that it does not stand alone at the foot of a page."""
    if not blocks:
        return 0.0
    needed = {"picture": PICTURE_KEEPS, "table": TABLE_KEEPS}.get(blocks[0].kind, LINE)
    return LINE + max(blocks[0].keeps, needed)


def beginning_with(blocks: Sequence[Block], runs: Sequence[Run], *, indent: float, keeps: float) -> list[Block]:
    """Return the blocks with runs before their first words, in a line of their own before a picture or a table."""
    if not blocks or not blocks[0].runs or blocks[0].kind == "code":
        label = blocks[0].label if blocks else ""
        bare = [replace(block, label="") for block in blocks[:1]]
        keeps = max(keeps, line_keeps(blocks))
        return [Block(runs=runs, label=label, indent=indent, keeps=keeps), *bare, *blocks[1:]]
    return [replace(blocks[0], runs=[*runs, *blocks[0].runs], indent=indent, keeps=keeps), *blocks[1:]]


def ending_with(blocks: Sequence[Block], runs: Sequence[Run]) -> list[Block]:
    """Return the blocks with runs behind their last words, in a line of their own behind a picture or a table."""
    if not blocks or not blocks[-1].runs:
        return [*blocks, Block(runs=runs, indent=blocks[-1].indent if blocks else 0.0)]
    return [*blocks[:-1], replace(blocks[-1], runs=[*blocks[-1].runs, *runs])]


def blocks_text(blocks: Sequence[Block]) -> str:
    """Return blocks as plain text, one line each; a row of a table is a line with bars."""
    lines: list[str] = []
    for block in blocks:
        rows = [barred(row) for row in block.table.rows] if block.table is not None else [block.runs]
        lines += ["".join(run.text for run in runs) for runs in rows]
    return "\n".join(line for line in lines if line.strip())
