"""Reading QTI of any version: a single file, or a package. Every question yields a row."""

import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import IO, Any

from edu.core.errors import DomainError
from exams.domain.grading import check_question
from exams.domain.text import one_line
from exams.interchange.formats.base import Attachment, ParsedRow, Remark, Source, UnreadableFile, Values, gettext_noop
from exams.interchange.formats.qti.calculated12 import is_calculated, read_calculated
from exams.interchange.formats.qti.convert import convert
from exams.interchange.formats.qti.items import read_item
from exams.interchange.formats.qti.items12 import read_item12
from exams.interchange.formats.qti.model import Item
from exams.interchange.formats.qti.nodes import Node, iterate_xml, parse_xml, root_name
from exams.interchange.formats.qti.notes import Assets, Notes, clean_path
from exams.interchange.formats.qti.package import MAXIMUM_XML, Package, open_package
from exams.interchange.formats.qti.pictures import picture_size
from exams.interchange.formats.qti.values import Unsupported
from exams.interchange.formats.qti.writer import digest_of
from exams.interchange.formats.qti.xhtml import ASSETS

_TEST = gettext_noop("This file describes a test, not questions. Choose the package that holds its questions.")
_RESULT = gettext_noop("This file holds results of learners, not questions.")
_MANIFEST = gettext_noop("This is the list of contents of a package. Choose the whole package (.zip).")
_NO_QTI = gettext_noop("This file holds no QTI questions.")
_NO_QUESTIONS = gettext_noop("The package holds no QTI questions.")
_STRUCTURE = gettext_noop("The order, sections and rules of the test in this package are lost; its questions are read.")
MISSING = gettext_noop("The package names the question %(name)s, but its file is not there.")
_UNREADABLE = gettext_noop("The file of this question cannot be read.")
_BROKEN_OFF = gettext_noop("The file breaks off or is damaged here; what follows cannot be read.")
_TWICE = gettext_noop("This question stands in %(file)s once more, in full, and is read from there.")
_ADDED = gettext_noop("The file does not say whether its rules add up; their numbers do, so they were added.")
_FAILED = gettext_noop("This question is built in a way that cannot be followed.")
SOURCE_LENGTH = 4_000

_WRONG_ROOTS = {
    "assessmenttest": _TEST,
    "assessmentsection": _TEST,
    "assessmentresult": _RESULT,
    "qtiresultreport": _RESULT,
    "manifest": _MANIFEST,
}
_ITEM = "assessmentitem"
_QTI12 = "questestinterop"
_ITEM_TYPE = re.compile(r"^imsqti_(?:item|apipitem)|^imsqti_xmlv1p2|^imsqti_test_item", re.IGNORECASE)
_TEST_TYPE = re.compile(r"^imsqti_(?:test|assessment|section|apiptest)_xmlv", re.IGNORECASE)


Read = Callable[[Assets, Notes], Item | dict[str, Any]]
"""Reads a question into the common shape, or straight into a record."""


@dataclass
class _Reading:
    """The rows of one file or package, numbered; `first_losses` are said with the first row."""

    package: Package | None = None
    row: int = 0
    first_losses: list[tuple[str, Values]] = field(default_factory=list)

    def next(self, file: str, **changes: Any) -> ParsedRow:
        """Return the next row."""
        self.row += 1
        made = ParsedRow(row=self.row, record=None, file=file)
        losses = tuple(Remark(row=self.row, field="", text=text, values=values) for text, values in self.first_losses)
        self.first_losses = []
        return replace(made, **{**changes, "losses": (*losses, *changes.get("losses", ()))})

    def declined(self, file: str, text: str, values: Values | None = None, *, source: str = "") -> ParsedRow:
        """Return a row that says why there is no question."""
        problem = Remark(row=self.row + 1, field="", text=text, values=values or {}, file=file)
        return self.next(file, problems=(problem,), source=source)

    def assets(self, notes: Notes, base: str) -> Assets:
        """Return where the pictures of a question lie."""
        if self.package is None:
            return Assets(notes)
        return Assets(notes, self.package.read, base)

    def question(
        self, node: Node, file: str, read: Callable[[Assets, Notes], Item | dict[str, Any]], extra: Any = None
    ) -> ParsedRow:
        """Return the row of one question; `read` returns it in the common shape or as a record."""
        notes = Notes()
        assets = self.assets(notes, file.rpartition("/")[0])
        source = source_of(node)
        try:
            made = read(assets, notes)
            if isinstance(made, Item):
                _measure_pictures(made)
                made = convert(made).record
            record = {**made, **(extra or {})}
        except Unsupported as error:
            return self.declined(file, error.text, error.values, source=source)
        except UnreadableFile:
            raise
        except (DomainError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
            # A question may contradict itself in more ways than can be named; it must not take the others along.
            return self.declined(file, _FAILED, source=source)
        row = self.row + 1
        written = json.dumps(record, ensure_ascii=False)
        return self.next(
            file,
            record=record,
            losses=notes.loss_remarks(row, file),
            doubts=notes.doubt_remarks(row, file),
            attachments=tuple(made for made in assets.found.values() if f"attachment:{made.name}" in written),
            source=source,
        )

    def item2(self, node: Node, file: str) -> ParsedRow:
        """Return the row of an item of QTI 2 or 3."""
        base = file.rpartition("/")[0]

        def stimulus(href: str) -> Node | None:
            found = self.package.xml(clean_path(f"{base}/{href}")) if self.package and href else None
            return found.find("stimulusbody") if found is not None else None

        return self.question(
            node, file, lambda assets, notes: read_item(node, assets=assets, notes=notes, stimulus=stimulus)
        )

    def item12(self, node: Node, path: list[Node], file: str) -> ParsedRow:
        """Return the row of an item of QTI 1.2."""
        topic = topic_of(path)
        extra = {"topic": topic} if topic else {}
        is_open = any(
            not entry.get("continue") and any(change.get("action") == "Add" for change in entry.find_all("setvar"))
            for entry in node.walk()
            if entry.name == "respcondition"
        )

        def read(assets: Assets, notes: Notes) -> Item | dict[str, Any]:
            if is_calculated(node):
                return read_calculated(node, assets=assets, notes=notes)
            return read_item12(node, assets=assets, notes=notes, is_cumulative=is_open)

        row = self.question(node, file, read, extra)
        if not is_open or row.record is None or _is_same_strictly(node, row, self.assets(Notes(), ""), extra):
            return row
        doubt = Remark(row=row.row, field="key", text=_ADDED, file=file)
        return replace(row, doubts=(*row.doubts, doubt))


def _is_same_strictly(node: Node, row: ParsedRow, assets: Assets, extra: dict[str, Any]) -> bool:
    """Tell whether the question is the same where a missing `continue` means no."""
    try:
        item = read_item12(node, assets=assets, notes=assets.notes, is_cumulative=False)
        return {**convert(item).record, **extra}["key"] == dict(row.record or {})["key"]
    except (Unsupported, DomainError, ValueError, LookupError, TypeError):
        return False


def _measure_pictures(item: Item) -> None:
    """Fill in the sizes of pictures from their files."""
    for interaction in item.interactions:
        picture = interaction.picture
        if picture is not None and not (picture.width and picture.height):
            found = item.assets.found.get(picture.address.removeprefix("attachment:"))
            width, height = picture_size(found.data) if found else (0, 0)
            if not width or not height:
                xs = [x for spot in interaction.spots for x in spot.coords]
                width = height = int(max([*xs, 1]))
                item.notes.doubt(gettext_noop("The size of the picture is not said."))
            picture.width, picture.height = width, height


def topic_of(path: list[Node]) -> list[str]:
    """Return the path of topics of an item of QTI 1.2: the titles of its bank or test and of its sections."""
    names = []
    for node in path:
        if node.name in ("assessment", "objectbank", "section"):
            title = node.get("title").strip()
            if node.name == "objectbank" and not title:
                fields = [entry for entry in node.walk() if entry.name == "qtimetadatafield"]
                pairs = {(f.find("fieldlabel") or f).text.strip(): (f.find("fieldentry") or f).text for f in fields}
                title = (pairs.get("bank_title") or "").strip()
            if title and title not in names and not (node.name == "section" and title.lower() in _PLAIN_SECTIONS):
                names.append(title[:120])
    return names[:3]


_PLAIN_SECTIONS = {"main", "root_section", "section", "default"}


def source_of(node: Node) -> str:
    """Return a question as text for the preview: its words, without mark-up."""
    return " ".join(node.text.split())[:SOURCE_LENGTH].replace("\x00", "")


def read_qti(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions of a QTI file or package; UnreadableFile when it is none."""
    if source.head(4).startswith(b"PK"):
        package = open_package(source.path)
        try:
            yield from _read_package(package)
        finally:
            package.archive.close()
        return
    head = source.head(8192)
    root = root_name(head)
    reading = _Reading()
    if root in _WRONG_ROOTS:
        raise UnreadableFile(_WRONG_ROOTS[root])
    if root == _ITEM:
        if source.path.stat().st_size > MAXIMUM_XML:
            raise UnreadableFile(gettext_noop("A question of this file is too large to be read."))
        yield reading.item2(parse_xml(source.path.read_bytes()), "")
    elif root in (_QTI12, "item"):
        with source.path.open("rb") as stream:
            yield from _read_stream(reading, stream, "", root)
    elif root == "testpackage" or not root:
        raise UnreadableFile(_NO_QTI)
    else:
        raise UnreadableFile(_NO_QTI)
    if reading.row == 0:
        raise UnreadableFile(_NO_QTI)


def _read_stream(reading: _Reading, stream: IO[bytes], file: str, root: str) -> Iterator[ParsedRow]:
    """Yield the items of a QTI 1.2 file; where it breaks off, a row says so."""
    before = reading.row
    if root == "item":
        yield reading.item12(parse_xml(stream.read(MAXIMUM_XML)), [], file)
        return
    try:
        for node, path in iterate_xml(stream, lambda name: name == "item"):
            yield reading.item12(node, path, file)
    except UnreadableFile:
        if reading.row == before and not file:
            raise
        yield reading.declined(file, _BROKEN_OFF)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        yield reading.declined(file, _UNREADABLE)


def _read_package(package: Package) -> Iterator[ParsedRow]:
    reading = _Reading(package)
    resources = list(package.resources())
    order = {name: at for at, name in enumerate(dict.fromkeys(entry.href for entry in resources))}
    names = sorted(package.names, key=lambda name: (order.get(name, len(order)), name))
    missing = [entry for entry in resources if _ITEM_TYPE.match(entry.type) and entry.href not in package.members]
    roots = {name: package.root_of(name) for name in names if name.lower().endswith((".xml", ".qti", ".dat"))}
    if any(root == "assessmenttest" for root in roots.values()):
        reading.first_losses.append((_STRUCTURE, {}))
    full = {name.rpartition("/")[2].removesuffix(".xml.qti"): name for name in roots if name.endswith(".xml.qti")}
    kept = {entry.href: entry.record for entry in resources if entry.record}
    for name, root in roots.items():
        folder = name.rpartition("/")[0].rpartition("/")[2]
        if root == _ITEM:
            yield _package_item(reading, package, name, kept.get(name, ""))
        elif root == _QTI12 and name.endswith("assessment_qti.xml") and folder in full:
            yield from _repeated(reading, package, name, full[folder])
        elif root == _QTI12:
            stream = package.open(name)
            if stream is None:
                yield reading.declined(name, _UNREADABLE)
                continue
            with stream:
                yield from _read_stream(reading, stream, name, root)
        elif not root and name in order and any(_is_item(entry.type) for entry in resources if entry.href == name):
            yield reading.declined(name, _UNREADABLE)
    for entry in missing:
        yield reading.declined(entry.href, MISSING, {"name": (entry.href or entry.identifier)[:120]})
    if reading.row == 0:
        raise UnreadableFile(_NO_QUESTIONS)


def _is_item(type_: str) -> bool:
    return bool(_ITEM_TYPE.match(type_)) and not _TEST_TYPE.match(type_)


def _kept_record(reading: _Reading, package: Package, name: str, data: bytes, kept: str) -> ParsedRow | None:
    """Return the question that our own writer kept whole, as long as its item file is the one it was written with."""
    try:
        found = json.loads(kept)
        record, files = dict(found["record"]), dict(found["files"])
        if found["digest"] != digest_of(data) or not isinstance(record["content"], dict):
            return None
        attachments = []
        for inner, outer in files.items():
            content = package.read(clean_path(f"{name.rpartition('/')[0]}/{ASSETS}/{outer}"))
            if content is None:
                return None
            attachments.append(Attachment(name=str(inner), data=content))
        problems = check_question(type_name=str(record["type"]), content=record["content"], key=record["key"])
    except (ValueError, LookupError, TypeError, RecursionError, DomainError):
        return None
    if problems:
        return None
    source = one_line(str(record["content"].get("stem", "")))[:SOURCE_LENGTH]
    return reading.next(name, record=record, attachments=tuple(attachments), source=source)


def _package_item(reading: _Reading, package: Package, name: str, kept: str) -> ParsedRow:
    data = package.read(name, MAXIMUM_XML)
    if data is None:
        return reading.declined(name, _UNREADABLE)
    if kept and (row := _kept_record(reading, package, name, data, kept)) is not None:
        return row
    try:
        node = parse_xml(data)
    except UnreadableFile as error:
        return reading.declined(name, error.text, error.values)
    return reading.item2(node, name)


def _repeated(reading: _Reading, package: Package, name: str, other: str) -> Iterator[ParsedRow]:
    """Yield a row for each question that the package holds a second time, in a poorer form."""
    stream = package.open(name)
    if stream is None:
        yield reading.declined(name, _UNREADABLE)
        return
    with stream:
        try:
            for node, _ in iterate_xml(stream, lambda tag: tag == "item"):
                yield reading.declined(name, _TWICE, {"file": other[:120]}, source=source_of(node))
        except UnreadableFile:
            yield reading.declined(name, _BROKEN_OFF)
