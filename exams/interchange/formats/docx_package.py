"""The parts of a Word file, read in bounded memory and never written anywhere. Pure; for the DOCX format."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from exams.interchange.formats.base import UnreadableFile, gettext_noop

MAXIMUM_MEMBERS = 10_000
MAXIMUM_PART = 64 * 1024 * 1024
MAXIMUM_PICTURE = 20 * 1024 * 1024
MAXIMUM_DEPTH = 250
MAXIMUM_ELEMENTS = 4_000_000

_OLD = gettext_noop("This is an old .doc or .wps file, or one with a password. Save it as .docx without a password.")
_RTF = gettext_noop("This is an .rtf file. Save it as .docx.")
_PDF = gettext_noop("This is a .pdf file, which keeps no text structure. Send the .docx it was made from.")
_NOT_WORD = gettext_noop("This is not a Word file. Save it as .docx.")
_DAMAGED = gettext_noop("The file is damaged and cannot be opened.")
_BOMB = gettext_noop("The file unpacks to far more than a list of questions. It was not opened.")
_TOO_DEEP = gettext_noop("The file is nested more than %(limit)s levels deep.")
_DECLARES = gettext_noop("The file declares a document type or entities, which are not accepted.")


def local(tag: object, /) -> str:
    """Return a name without its namespace, so that strict and transitional files are one."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str, /) -> str | None:
    """Return an attribute by its local name."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return value
    return None


def refuse_other_kinds(head: bytes, /) -> None:
    """Raise UnreadableFile for the kinds of file that are often taken for a .docx."""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(_OLD)
    if head.lstrip().startswith(b"{\\rtf"):
        raise UnreadableFile(_RTF)
    if head.startswith(b"%PDF"):
        raise UnreadableFile(_PDF)
    if not head.startswith(b"PK"):
        raise UnreadableFile(_NOT_WORD)


class Package:
    """An open Word file: XML parts streamed, pictures by their relationship."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            refuse_other_kinds(stream.read(512))
        try:
            self.zip = zipfile.ZipFile(path)
            members = self.zip.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise UnreadableFile(_DAMAGED) from error
        if len(members) > MAXIMUM_MEMBERS:
            raise UnreadableFile(_BOMB)
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableFile(_OLD)
        self.names = {member.filename.lstrip("/"): member.filename for member in members}
        self.main = self._main()
        self.relations = self._relations(self.main)

    def close(self) -> None:
        """Close the file."""
        self.zip.close()

    def _main(self) -> str:
        """Return the name of the main part: as the package says, usually word/document.xml."""
        for _id, kind, target, _external in self._raw_relations("", "_rels/.rels"):
            if kind.endswith("/officeDocument") and target in self.names:
                return target
        if "word/document.xml" in self.names:
            return "word/document.xml"
        raise UnreadableFile(_NOT_WORD)

    def _relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        folder, name = posixpath.split(part)
        found = self._raw_relations(folder, f"{folder}/_rels/{name}.rels")
        return {id_: (kind, target, is_external) for id_, kind, target, is_external in found}

    def _raw_relations(self, folder: str, part: str) -> list[tuple[str, str, str, bool]]:
        if part not in self.names:
            return []
        found = []
        for element in self.elements(part, lambda name: name == "Relationship"):
            target = element.get("Target", "")
            is_external = element.get("TargetMode") == "External"
            if not is_external:
                joined = target if target.startswith("/") else posixpath.join(folder, target)
                target = posixpath.normpath(joined).lstrip("/")
            found.append((element.get("Id", ""), element.get("Type", ""), target, is_external))
        return found

    def part_of_kind(self, kind: str, /) -> str | None:
        """Return the part that the main part names as its numbering, styles, footnotes or comments."""
        for type_, target, is_external in self.relations.values():
            if type_.endswith(f"/{kind}") and not is_external and target in self.names:
                return target
        fallback = posixpath.join(posixpath.dirname(self.main), f"{kind}.xml")
        return fallback if fallback in self.names else None

    def elements(self, part: str, is_wanted: Callable[[str], bool], /) -> Iterator[Element]:
        """Yield the wanted elements of an XML part whole, one after another; what has been yielded is let go."""
        depth = inside = count = 0
        stack: list[Element] = []
        try:
            with self.zip.open(self.names[part]) as raw:
                for event, element in iterparse(_Limited(raw), events=("start", "end"), forbid_dtd=True):
                    if event == "start":
                        depth += 1
                        count += 1
                        if depth > MAXIMUM_DEPTH:
                            raise UnreadableFile(_TOO_DEEP, {"limit": MAXIMUM_DEPTH})
                        if count > MAXIMUM_ELEMENTS:
                            raise UnreadableFile(_BOMB)
                        stack.append(element)
                        inside += inside > 0 or is_wanted(local(element.tag))
                        continue
                    depth -= 1
                    stack.pop()
                    if inside:
                        inside -= 1
                        if not inside:
                            yield element
                            element.clear()
                            if stack:
                                stack[-1].remove(element)
        except DefusedXmlException:
            raise UnreadableFile(_DECLARES) from None
        except (
            *(ParseError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError),
            *(ValueError, KeyError, LookupError),
        ) as error:
            if isinstance(error, UnreadableFile):
                raise
            raise UnreadableFile(_DAMAGED) from error

    def picture(self, part: str, /) -> bytes | None:
        """Return the bytes of a picture; None where it is missing, damaged or too large."""
        try:
            with self.zip.open(self.names[part]) as stream:
                data = stream.read(MAXIMUM_PICTURE + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, KeyError, ValueError):
            return None
        return data if len(data) <= MAXIMUM_PICTURE else None


class _Limited:
    """A stream that ends in an error once more comes out of it than a part may hold, whatever size was stated."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.left = MAXIMUM_PART

    def read(self, size: int = -1) -> bytes:
        """Read as much as is left at most."""
        data: bytes = self.raw.read(size if size >= 0 else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise UnreadableFile(_BOMB)
        return data
