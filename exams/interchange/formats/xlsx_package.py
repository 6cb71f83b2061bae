"""A spreadsheet package read row by row: expat over the unzipped stream, shared strings spilled to a file. Pure.

The calamine library reads a whole sheet into memory (150 MB for 100,000 questions), which is why it is not used here.
"""

import re
import zipfile
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from xml.parsers import expat

from exams.interchange.formats.base import UnreadableFile, gettext_noop
from exams.interchange.formats.table_columns import MERGED

MAXIMUM_UNPACKED = 1_500_000_000
MAXIMUM_RATIO = 250
RATIO_COUNTS_FROM = 8_000_000
MAXIMUM_MEMBERS = 20_000
MAXIMUM_CELL = 200_000
MAXIMUM_COLUMNS = 256
MAXIMUM_SHEETS = 500
_CHUNK = 1 << 16
_SPILL_FROM = 4 << 20

OLD_FILE = gettext_noop("This is an old .xls or a protected file. Save it as .xlsx without a password.")
NO_SHEET = gettext_noop("This is not an Excel file. Save the table as .xlsx.")
TOO_LARGE = gettext_noop("The file unpacks to far more than a list of questions. It was not opened.")
MACROS = gettext_noop("The file holds macros. Save it as .xlsx, which cannot.")
DAMAGED = gettext_noop("The file is damaged and cannot be opened.")
LONG_CELL = gettext_noop("A cell holds more than %(limit)s characters.")
ENTITIES = gettext_noop("The file defines entities of its own, which no spreadsheet needs. It was not opened.")

FORMULA = "\x00formula"
"""What stands for a cell that holds a formula: no text of a cell can say it."""

_DATE_IDS = frozenset([*range(14, 18), 22, *range(27, 37), *range(50, 59)])
_TIME_IDS = frozenset([18, 19, 20, 21, 45, 46, 47])
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]{0,40}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
MAXIMUM_MERGED = 200_000
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')


def _check_size(package: zipfile.ZipFile) -> None:
    members = package.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MAXIMUM_MEMBERS or total > MAXIMUM_UNPACKED:
        raise UnreadableFile(TOO_LARGE)
    for member in members:
        if (
            member.file_size > RATIO_COUNTS_FROM
            and member.file_size > MAXIMUM_RATIO * max(1, member.compress_size)
            and not member.filename.startswith("xl/media/")
        ):
            raise UnreadableFile(TOO_LARGE)


def _parse(
    stream: IO[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Feed a member to expat, chunk by chunk; a DTD is refused, whatever it says."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_arguments: Any) -> None:
        raise UnreadableFile(ENTITIES)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
    yield


def _plain(tag: str) -> str:
    return tag.rsplit(":", 1)[-1]


class _Strings:
    """The shared strings, in a file once there are many: read one by one."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_SPILL_FROM)  # noqa: SIM115 - lives as long as the reading
        self._ends = array("Q")
        self._size = 0

    def add(self, text: str) -> None:
        """Append a string."""
        self._size += self._file.write(text.encode("utf-8", "replace"))
        self._ends.append(self._size)

    def get(self, number: int) -> str:
        """Return a string by its number; nothing for one that is not there."""
        if not 0 <= number < len(self._ends):
            return ""
        begin = self._ends[number - 1] if number else 0
        self._file.seek(begin)
        return self._file.read(self._ends[number] - begin).decode("utf-8")

    def close(self) -> None:
        """Forget them."""
        self._file.close()


class _Collector:
    """Gathers the text of one cell or string, bounded."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def add(self, text: str) -> None:
        """Add a piece."""
        self.size += len(text)
        if self.size > MAXIMUM_CELL:
            raise UnreadableFile(LONG_CELL, {"limit": MAXIMUM_CELL})
        self.parts.append(text)

    def take(self) -> str:
        """Return what was gathered and begin anew."""
        text = "".join(self.parts)
        self.parts, self.size = [], 0
        return text


def _shared_strings(package: zipfile.ZipFile, name: str, strings: _Strings) -> None:
    """Read the shared strings; phonetic guides are no part of the text."""
    found = _Collector()
    state = {"text": False, "guide": False}

    def start(tag: str, _attributes: dict[str, str]) -> None:
        tag = _plain(tag)
        if tag == "rPh":
            state["guide"] = True
        elif tag == "t":
            state["text"] = not state["guide"]

    def end(tag: str) -> None:
        tag = _plain(tag)
        if tag == "t":
            state["text"] = False
        elif tag == "rPh":
            state["guide"] = False
        elif tag == "si":
            strings.add(found.take())

    def text(data: str) -> None:
        if state["text"]:
            found.add(data)

    with package.open(name) as stream:
        for _step in _parse(stream, start=start, end=end, text=text):
            pass


def _elements(package: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small member: tags and attributes without their prefixes."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(found) < 100_000:
            found.append((_plain(tag), {_plain(key): value for key, value in attributes.items()}))

    with package.open(name) as stream:
        for _step in _parse(stream, start=start):
            pass
    return found


def _covered(package: zipfile.ZipFile, member: str) -> dict[int, tuple[int, ...]]:
    """Return the columns, from 0, of the cells that a merged cell above covers, by row. The list of merged cells stands
    behind the rows, so the member is looked through for it before."""
    found: dict[int, list[int]] = {}
    count = 0
    rest = b""
    with package.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            data = rest + chunk
            done = len(rest)
            rest = data[-200:]
            if b"mergeCell" not in data:
                continue
            for one in _MERGE.finditer(data):
                if one.end() <= done:
                    continue
                column, first, last = _column_of(one[1].decode()), int(one[2]), int(one[4])
                count += max(0, last - first)
                if count > MAXIMUM_MERGED:
                    raise UnreadableFile(TOO_LARGE)
                for row in range(first + 1, last + 1):
                    found.setdefault(row, []).append(column)
    return {row: tuple(columns) for row, columns in found.items()}


def _date_styles(package: zipfile.ZipFile, names: set[str]) -> list[str]:
    """Return for each cell style whether it shows numbers as `date`, as `time`, or as they are (empty)."""
    if "xl/styles.xml" not in names:
        return []
    formats: dict[int, str] = {}
    kinds: list[str] = []
    is_inside = False
    for tag, attributes in _elements(package, "xl/styles.xml"):
        if tag == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            code = _QUOTED.sub("", attributes.get("formatCode", "").split(";")[0]).lower()
            if "y" in code or "d" in code:
                formats[int(attributes["numFmtId"])] = "date"
            elif "h" in code or "s" in code:
                formats[int(attributes["numFmtId"])] = "time"
        elif tag in {"cellXfs", "cellStyles"}:
            is_inside = tag == "cellXfs"
        elif tag == "xf" and is_inside:
            number = int(attributes.get("numFmtId", "0")) if attributes.get("numFmtId", "0").isdecimal() else 0
            kind = "date" if number in _DATE_IDS else "time" if number in _TIME_IDS else ""
            kinds.append(formats.get(number, kind))
    return kinds


def _number_text(text: str, kind: str, *, is_1904: bool) -> str:
    """Return a number as a sheet shows it: 15 figures, whole numbers without a point, dates as 2026-01-31."""
    try:
        value = float(text)
    except ValueError:
        return text.strip()
    if kind and 0 <= value < 2_958_466:
        moment = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - sheets know no zones
        moment += timedelta(seconds=round(value * 86_400))
        if kind == "time":
            return moment.strftime("%H:%M:%S")
        return f"{moment:%Y-%m-%d}" if value == int(value) else f"{moment:%Y-%m-%d %H:%M:%S}"
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".15g")


def _column_of(reference: str) -> int:
    """Return the number of a column from 0: A1 is 0, AA7 is 26; -1 for what is no reference."""
    number = 0
    for sign in reference:
        if not "A" <= sign <= "Z":
            break
        number = number * 26 + ord(sign) - 64
    return number - 1


class _Sheet:
    """The handlers of expat over a sheet: finished rows gather in `rows`."""

    def __init__(
        self, strings: _Strings, kinds: list[str], covered: dict[int, tuple[int, ...]], *, is_1904: bool
    ) -> None:
        self._covered = covered
        self.rows: list[tuple[int, list[str]]] = []
        self._strings, self._kinds, self._is_1904 = strings, kinds, is_1904
        self._text = _Collector()
        self._cells: dict[int, str] = {}
        self._number = self._column = 0
        self._type = self._style = ""
        self._is_text = self._is_guide = self._has_formula = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell or its text."""
        tag = _plain(tag) if ":" in tag else tag
        if tag == "c":
            reference = attributes.get("r")
            self._column = _column_of(reference) if reference else self._column + 1
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._has_formula = False
        elif tag in ("v", "t"):
            self._is_text = not self._is_guide
        elif tag == "row":
            number = attributes.get("r", "")
            self._number = int(number) if number.isdecimal() and len(number) < 9 else self._number + 1
            self._cells, self._column = {}, -1
        elif tag == "f":
            self._has_formula = True
        elif tag == "rPh":
            self._is_guide = True

    def end(self, tag: str) -> None:
        """Finish a row, a cell or its text."""
        tag = _plain(tag) if ":" in tag else tag
        if tag in ("v", "t"):
            self._is_text = False
        elif tag == "c":
            self._finish_cell()
        elif tag == "row":
            if self._cells:
                for column in self._covered.get(self._number, ()):
                    if column < MAXIMUM_COLUMNS:
                        self._cells[column] = MERGED
                width = max(self._cells) + 1
                self.rows.append((self._number, [self._cells.get(column, "") for column in range(width)]))
        elif tag == "rPh":
            self._is_guide = False

    def _finish_cell(self) -> None:
        text = self._text.take()
        if not 0 <= self._column < MAXIMUM_COLUMNS:
            return
        if self._has_formula:
            text = FORMULA
        elif self._type == "s":
            text = self._strings.get(int(text)) if text.isdecimal() and len(text) < 12 else ""
        elif self._type == "b":
            text = "true" if text == "1" else "false"
        elif self._type == "n" and text:
            style = int(self._style) if self._style.isdecimal() and len(self._style) < 9 else 0
            kind = self._kinds[style] if style < len(self._kinds) else ""
            text = _number_text(text, kind, is_1904=self._is_1904)
        if text := text.strip():
            self._cells[self._column] = text

    def text(self, data: str) -> None:
        """Take text of a cell."""
        if self._is_text:
            self._text.add(data)


def _sheets(package: zipfile.ZipFile, names: set[str]) -> tuple[list[tuple[str, str]], bool]:
    """Return the names of the sheets and the members that hold them, and whether dates count from
    1904."""
    wanted: dict[str, str] = {}
    is_1904 = False
    for tag, attributes in _elements(package, "xl/workbook.xml"):
        if tag == "workbookPr":
            is_1904 = attributes.get("date1904") in {"1", "true"}
        elif tag == "sheet":
            wanted.setdefault(attributes.get("id", ""), attributes.get("name", ""))
    members: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for tag, attributes in _elements(package, "xl/_rels/workbook.xml.rels"):
            target = attributes.get("Target", "")
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if tag == "Relationship" and name in names:
                members[attributes.get("Id", "")] = name
    found = [(name, members[id_]) for id_, name in wanted.items() if members.get(id_, "").endswith(".xml")]
    sheets = [one for one in found if not one[1].startswith(("xl/chartsheets/", "xl/dialogsheets/"))]
    if not sheets:
        rest = sorted(name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml"))
        sheets = [("", rest[0])] if rest else []
    if not sheets:
        raise UnreadableFile(NO_SHEET)
    if len(sheets) > MAXIMUM_SHEETS:
        raise UnreadableFile(TOO_LARGE)
    return sheets, is_1904


def read_rows(path: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Yield the rows of all sheets that say something: the name of the sheet, their numbers from 1
    and the texts of their cells.

    A cell with a formula reads FORMULA, one that a merged cell above covers reads MERGED.
    UnreadableFile for what is no sound .xlsx, holds macros, or unpacks to too
    much; also midway, when the damage only shows then.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    if head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableFile(OLD_FILE)
    if not head.startswith(b"PK"):
        raise UnreadableFile(NO_SHEET)
    strings = _Strings()
    try:
        with zipfile.ZipFile(path) as package:
            _check_size(package)
            names = set(package.namelist())
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise UnreadableFile(MACROS)
            if "xl/workbook.xml" not in names:
                raise UnreadableFile(NO_SHEET)
            sheets, is_1904 = _sheets(package, names)
            if "xl/sharedStrings.xml" in names:
                _shared_strings(package, "xl/sharedStrings.xml", strings)
            kinds = _date_styles(package, names)
            for name, member in sheets:
                sheet = _Sheet(strings, kinds, _covered(package, member), is_1904=is_1904)
                with package.open(member) as content:
                    for _step in _parse(content, start=sheet.start, end=sheet.end, text=sheet.text):
                        yield from ((name, number, texts) for number, texts in sheet.rows)
                        sheet.rows = []
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile(DAMAGED) from error
    except (ValueError, KeyError, UnicodeError) as error:
        raise UnreadableFile(DAMAGED) from error
    finally:
        strings.close()
