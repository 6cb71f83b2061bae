"""Tables of questions as CSV or TSV with any sensible header, Chinese or English. A file format; found by the
registry."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby

from exams.interchange.formats.base import Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.encodings import decode, encoding_of, read_lines
from exams.interchange.formats.question_block import MAXIMUM_SOURCE
from exams.interchange.formats.question_vocabulary import COLUMNS
from exams.interchange.formats.rich_line import storable
from exams.interchange.formats.table_columns import column_keys, guess_keys, has_numbered_options, is_header
from exams.interchange.formats.table_passages import Group, Line, grouped, record_of_group
from exams.interchange.formats.table_rows import extra_cells, unknown_columns
from exams.interchange.formats.xlsx_writing import example_rows

MAXIMUM_ROWS = 200_000
MAXIMUM_RECORD_LINES = 2_000
HEADER_SEARCH_ROWS = 10
SAMPLE_LINES = 24
_DIRECTIVE = re.compile(
    r"#(separator|html|columns|notetype|deck|tags|(?:tags|deck|notetype|guid) column):(.{1,500})", re.IGNORECASE
)
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "colon": ":"}
DELIMITERS = ",\t;|，；"

_NO_HEADER = gettext_noop(
    "No header was found. The first row has to name the columns, at least “题干” and “答案” (Question, Answer)."
)
_TOO_MANY = gettext_noop("The file has more than %(limit)s rows. Split it.")
_BROKEN = gettext_noop("This row cannot be read: a quotation mark is not closed, or a cell is far too long.")
_GUESSED_HEADER = gettext_noop("The table has no header; what its columns say was read from their contents: %(names)s")
_UNSTORABLE = gettext_noop("Signs that cannot be stored were taken out.")


class _Row:
    """The lines of one row while a quoted cell is open."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.lines: list[str] = []
        self.is_open = False

    def add(self, line: str) -> bool:
        """Take a line; tell whether the row is whole now."""
        if not self.lines:
            self.is_open = '"' in line and _opens(line, self.delimiter)
        elif line.count('"') % 2:
            self.is_open = not self.is_open
        self.lines.append(line)
        return not self.is_open


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield (line, cells) for each row; None where it cannot be read, and reading goes on behind its first line."""
    row = _Row(delimiter)
    number = 0
    for number, line in enumerate(lines, start=1):
        if row.add(line):
            yield _parsed(number - len(row.lines) + 1, row.lines, delimiter)
            row = _Row(delimiter)
        elif len(row.lines) >= MAXIMUM_RECORD_LINES:
            yield from _unclosed(number, row.lines, delimiter)
            row = _Row(delimiter)
    if row.lines:
        yield from _unclosed(number, row.lines, delimiter)


def _unclosed(last: int, lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield a row whose quotation mark never closes, then the lines behind it one by one."""
    first = last - len(lines) + 1
    yield first, None
    for place, line in enumerate(lines[1:], start=1):
        yield (
            (first + place, None)
            if '"' in line and _opens(line, delimiter)
            else _parsed(first + place, [line], delimiter)
        )


def _parsed(number: int, lines: list[str], delimiter: str) -> tuple[int, list[str] | None]:
    texts = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
    try:
        return number, next(csv.reader(texts, delimiter=delimiter), [])
    except csv.Error:
        return number, None


def _opens(line: str, delimiter: str) -> bool:
    """Tell whether a row that begins here leaves a quoted cell open: a mark counts where a cell begins with it."""
    at, size = 0, len(line)
    while at < size:
        if line[at] != '"':
            at = line.find(delimiter, at)
            if at < 0:
                return False
            at += 1
            continue
        at += 1
        while True:
            at = line.find('"', at)
            if at < 0:
                return True
            if line[at + 1 : at + 2] == '"':
                at += 2
                continue
            at += 1
            break
    return False


def _delimiter_of(first: list[str]) -> str:
    """Return the sign between the cells: the one by which some early row is a header, or the most frequent."""
    for sign in DELIMITERS:
        for line in first:
            if sign in line and is_header(column_keys(next(csv.reader([line], delimiter=sign), []))):
                return sign
    return max(DELIMITERS, key=lambda sign: first[0].count(sign)) if first else ","


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the rows of a table; `row` is the line of the file. UnreadableFile where no header is found."""
    encoding = source.options.get("encoding") or encoding_of(source.path)
    lines = (
        line.lstrip("\ufeff") if not place else line for place, line in enumerate(read_lines(source.path, encoding))
    )
    early: list[str] = []
    for line in lines:
        early.append(line)
        if len(early) >= SAMPLE_LINES:
            break
    cards = _cards(early)
    if cards is not None:
        early = early[cards.skipped :]
        records = _records(chain(early, lines), cards.delimiter)
        yield from _rows((_card(number + cards.skipped, raw, cards) for number, raw in records), guessed=cards.header)
        return
    if early and (said := re.fullmatch(r"sep=(.)", early[0].strip(), re.IGNORECASE)):
        delimiter = said[1]
    else:
        delimiter = _delimiter_of(early[:HEADER_SEARCH_ROWS])
    try:
        guessed = _guess(early, delimiter)
        yield from _rows(_records(chain(early, lines), delimiter), guessed=guessed)
    except csv.Error:
        raise UnreadableFile(_BROKEN) from None


@dataclass(frozen=True)
class _Cards:
    """What the first lines of a deck of flash cards (`#separator:tab`) say of it."""

    delimiter: str
    header: tuple[list[str], list[str]]
    skipped: int


def _cards(early: list[str]) -> _Cards | None:
    """Return what the directives at the top of a deck say: the front of a card is the question, its back the answer."""
    said: dict[str, str] = {}
    for line in early:
        found = _DIRECTIVE.match(line)
        if not found:
            break
        said[found[1].lower()] = found[2].strip()
    if "separator" not in said:
        return None
    delimiter = _SEPARATORS.get(said["separator"].lower(), said["separator"][:1] or "\t")
    body = early[len(said) : len(said) + 1]
    width = len(next(csv.reader(body, delimiter=delimiter), []))
    headers = next(csv.reader([said["columns"]], delimiter=delimiter), []) if "columns" in said else []
    headers = [*headers, *(f"{number}" for number in range(len(headers) + 1, width + 1))]
    keys = column_keys(headers) if "columns" in said else [""] * len(headers)
    special = {name: int(said[name]) for name in said if name.endswith(" column") and said[name].isdecimal()}
    if not is_header(keys):
        plain = [at for at in range(len(headers)) if at + 1 not in special.values()]
        keys = [""] * len(headers)
        for at, key in zip(plain, ("stem", "answer"), strict=False):
            keys[at] = key
    for name, key in (("tags column", "tags"), ("deck column", "topic")):
        if 0 < special.get(name, 0) <= len(keys):
            keys[special[name] - 1] = key
    names = [COLUMNS[key][0] if key in COLUMNS else header for header, key in zip(headers, keys, strict=True)]
    return _Cards(delimiter, (names, keys), len(said)) if is_header(keys) else None


def _card(number: int, raw: list[str] | None, cards: _Cards) -> tuple[int, list[str] | None]:
    """Return a card whose tags, between spaces, are between commas."""
    keys = cards.header[1]
    if raw is not None and "tags" in keys and keys.index("tags") < len(raw):
        at = keys.index("tags")
        raw = [*raw[:at], ",".join(raw[at].split()), *raw[at + 1 :]]
    return number, raw


def _guess(early: list[str], delimiter: str) -> tuple[list[str], list[str]] | None:
    """Return the columns of a table that has no header, by what stands in them; None where it has one or it is not
    clear."""
    rows = [raw for _number, raw in _records(early, delimiter) if raw is not None]
    if len(early) >= SAMPLE_LINES:
        rows = rows[:-1]
    if any(is_header(column_keys(row)) for row in rows[:HEADER_SEARCH_ROWS]):
        return None
    keys = guess_keys(rows)
    names = [COLUMNS[key][0] if key in COLUMNS else str(at) for at, key in enumerate(keys, start=1)]
    return (names, keys) if keys else None


def _rows(
    records: Iterable[tuple[int, list[str] | None]], *, guessed: tuple[list[str], list[str]] | None = None
) -> Iterator[ParsedRow]:
    """Yield the questions of a table. UnreadableFile without a header."""
    table = _Table(*(guessed or ([], [])), is_guessed=guessed is not None)
    for item in _runs(_lines(records, table)):
        if isinstance(item, ParsedRow):
            yield item
            continue
        for group in grouped(item, table.keys):
            yield _row(group, table)
            table.unknown = []
    if not table.keys:
        raise UnreadableFile(_NO_HEADER)


@dataclass
class _Table:
    """The columns of a table, once its header was found or guessed, and what is to be said of it once."""

    headers: list[str]
    keys: list[str]
    is_guessed: bool
    unknown: list[Remark] = field(default_factory=list)


def _lines(records: Iterable[tuple[int, list[str] | None]], table: _Table) -> Iterator[Line | ParsedRow]:
    """Yield the rows below the header; one that cannot be read as the row of the import that says so."""
    for count, (number, raw) in enumerate(records, start=1):
        if count > MAXIMUM_ROWS:
            raise UnreadableFile(_TOO_MANY, {"limit": MAXIMUM_ROWS})
        if not table.keys:
            if raw is not None and is_header(found := column_keys(raw)):
                table.headers, table.keys = [one.strip() for one in raw], found
                table.unknown = unknown_columns(table.headers, table.keys, row=number)
            elif count > HEADER_SEARCH_ROWS:
                break
            continue
        if raw is None:
            yield ParsedRow(row=number, record=None, problems=(Remark(row=number, field="", text=_BROKEN),))
            continue
        texts = [storable(cell).strip() for cell in raw]
        if any(texts) and column_keys(texts) != table.keys:
            cells = {key: text for key, text in zip(table.keys, texts, strict=False) if key}
            if "type" in table.keys:
                cells.setdefault("type", "")
            yield Line(number, cells, kept=(texts, any(storable(cell) != cell for cell in raw)))


def _runs(items: Iterable[Line | ParsedRow]) -> Iterator[Iterator[Line] | ParsedRow]:
    """Yield rows that can be read as runs, and between them those that cannot: nothing goes on across one."""
    for is_line, run in groupby(items, key=lambda one: isinstance(one, Line)):
        if is_line:
            yield (one for one in run if isinstance(one, Line))
        else:
            yield from (one for one in run if isinstance(one, ParsedRow))


def _row(group: Group, table: _Table) -> ParsedRow:
    names = {key: header for key, header in zip(table.keys, table.headers, strict=True) if key}
    record, built = record_of_group(group, is_numbered=has_numbered_options(table.headers))
    first = group.lines[0].number
    losses, doubts = [*table.unknown], [*built.doubts]
    if table.is_guessed:
        said = " | ".join(name for name, key in zip(table.headers, table.keys, strict=True) if key)
        doubts.insert(0, Remark(row=first, field="", text=_GUESSED_HEADER, values={"names": said}))
    for line in group.lines:
        losses += extra_cells(line.kept[0], table.keys, row=line.number)
        if line.kept[1]:
            doubts.append(Remark(row=line.number, field="", text=_UNSTORABLE))
    return ParsedRow(
        row=first,
        record=record,
        problems=tuple(_named(one, names) for one in built.problems),
        doubts=tuple(_named(one, names) for one in doubts),
        losses=(*losses, *built.losses),
        source="\n".join(" | ".join(line.kept[0]) for line in group.lines)[:MAXIMUM_SOURCE],
        cells=tuple(group.lines[0].kept[0]) if len(group.lines) == 1 else (),
    )


def _named(remark: Remark, names: dict[str, str]) -> Remark:
    """Return a remark about a column by the name it has in this file."""
    return Remark(row=remark.row, field=names.get(remark.field, remark.field), text=remark.text, values=remark.values)


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending and its header."""
    is_named = name.endswith((".csv", ".tsv", ".tab"))
    if head.startswith((b"PK", b"<", b"\xd0\xcf")):
        return 0.0
    try:
        text, _encoding = decode(head)
    except UnreadableFile:
        text = head.decode("gb18030", "ignore")
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()][:HEADER_SEARCH_ROWS]
    try:
        sign = _delimiter_of(lines)
        has_header = any(is_header(column_keys(next(csv.reader([line], delimiter=sign), []))) for line in lines)
    except csv.Error:
        has_header = False
    if lines and re.match(r"#separator:", lines[0], re.IGNORECASE):
        return 0.95
    if is_named:
        return 0.95 if has_header else 0.6
    return 0.88 if has_header and name.endswith(".txt") else 0.0


def example(language: str, /) -> bytes:
    """Return the template: that of the spreadsheet, as every spreadsheet program opens it."""
    header, rows = example_rows(language)
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


FORMAT = Format(
    name="delimited",
    label=gettext_noop("Table as CSV or TSV"),
    endings=(".csv", ".tsv"),
    detect=detect,
    read=read,
    order=15,
    example=example,
)
