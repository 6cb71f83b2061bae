"""Elements of a large XML file one by one, in bounded memory, with neither DTD nor entities. Pure.

Expat itself, not `iterparse`: declarations are refused before anything expands, and one element can be no larger or
deeper than we say. The tree is built by the C TreeBuilder.
"""

import codecs
import html.entities
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from exams.interchange.formats.base import UnreadableFile, gettext_noop

CHUNK = 1 << 16
MAXIMUM_ELEMENT = 48 * 1024 * 1024
"""Bytes of one element, embedded files and all."""
MAXIMUM_TOKEN = 8 * 1024 * 1024
"""Bytes of one tag, comment or instruction, which the parser has to hold whole."""
MAXIMUM_DEPTH = 60

FORBIDDEN = gettext_noop("The file declares a document type or entities, which are not accepted.")
TOO_LARGE = gettext_noop("This question is larger than %(limit)s MiB.")
LONG_TOKEN = gettext_noop("A tag or a comment of the file is larger than %(limit)s MiB.")
TOO_DEEP = gettext_noop("The file is nested more than %(limit)s levels deep.")
NOT_XML = gettext_noop("The file is not valid XML: line %(line)s, column %(column)s.")
OTHER_ENCODING = gettext_noop("The encoding %(name)s is not known. Save the file as UTF-8 and send it again.")
WRONG_ROOT = gettext_noop("The file begins with <%(name)s>; a list of questions begins with <%(wanted)s>.")

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TEXT_ENCODING = re.compile(r"gb18030|big5(?:hkscs)?|cp125\d|iso8859-\d+|shift_jis|euc_(?:jp|kr)|koi8-[ru]|utf-32")
_NATIVE = {"utf-8", "utf-16", "iso-8859-1", "us-ascii"}


class BrokenXml(Exception):
    """The file breaks off or is damaged at a line; what came before has been yielded."""

    def __init__(self, *, line: int, column: int) -> None:
        self.line = line
        self.column = column
        super().__init__(f"{line}:{column}")


class _Collector:
    """Builds elements of one name and hands them out."""

    def __init__(self, root: str, name: str) -> None:
        self.root = root
        self.name = name
        self.depth = 0
        self.ready: list[tuple[int, Element | None]] = []
        self.size = 0
        self.line = 0
        self.builder: TreeBuilder | None = None
        self.inner = 0
        self.parser: Any = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            raise UnreadableFile(TOO_DEEP, {"limit": MAXIMUM_DEPTH})
        if self.inner:
            self.inner += 1
            self.size += len(tag) + 100
            for name, value in attributes.items():
                self.size += len(name) + len(value)
            if self.builder is not None:
                self.builder.start(tag, attributes)
                if self.size > MAXIMUM_ELEMENT:
                    self.builder = None  # too large; its end is still awaited
            elif self.size > 2 * MAXIMUM_ELEMENT:
                raise UnreadableFile(TOO_LARGE, {"limit": MAXIMUM_ELEMENT // (1024 * 1024)})
        elif tag == self.name:
            self.line = self.parser.CurrentLineNumber
            self.builder = TreeBuilder()
            self.builder.start(tag, attributes)
            self.inner = 1
            self.size = 0
        elif self.depth == 1 and tag != self.root:
            raise UnreadableFile(WRONG_ROOT, {"name": tag[:60], "wanted": self.root})

    def end(self, tag: str) -> None:
        """End an element; a whole one is ready."""
        self.depth -= 1
        if self.inner:
            if self.builder is not None:
                self.builder.end(tag)
            self.inner -= 1
            if self.inner == 0:
                self.ready.append((self.line, self.builder.close() if self.builder is not None else None))
                self.builder = None

    def text(self, data: str) -> None:
        """Take text inside a wanted element."""
        if self.builder is not None:
            self.builder.data(data)
            self.size += len(data)
            if self.size > MAXIMUM_ELEMENT:
                self.builder = None

    def entity(self, name: str, _is_parameter: bool) -> None:
        """Take an entity that nothing declares: a sign of HTML, or what is written."""
        sign = html.entities.html5.get(f"{name};", "")
        self.text(sign if sign and sign not in "<>&" else f"&{name};")

    def external(self, context: str | None, _base: str | None, system: str | None, public: str | None) -> int:
        """Refuse what lies elsewhere; the declaration that is only supposed is read as empty."""
        if system is not None or public is not None:
            return self.refuse()
        self.parser.ExternalEntityParserCreate(context).Parse(b"", True)
        return 1

    def refuse(self, *_anything: object) -> int:
        """Refuse a declaration."""
        raise UnreadableFile(FORBIDDEN)


def _foreign_decoder(head: bytes) -> codecs.IncrementalDecoder | None:
    """Return a decoder for an encoding that expat lacks (GBK, GB18030 …); None where expat can do it itself."""
    declared = _DECLARED.match(head)
    name = declared[1].decode().lower() if declared else "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    if head.lstrip().startswith(codecs.BOM_UTF8) or (declared and name in {"utf-16", "utf8"}):
        # What was declared in single bytes is not in UTF-16.
        return codecs.getincrementaldecoder("utf-8-sig")("strict")
    if name in _NATIVE:
        return None
    try:
        known = codecs.lookup("gb18030" if name in {"gbk", "gb2312"} else name).name
    except LookupError:
        known = ""
    if not _TEXT_ENCODING.fullmatch(known):
        raise UnreadableFile(OTHER_ENCODING, {"name": name})
    return codecs.getincrementaldecoder(known)("strict")


def _chunks(path: Path, decoder: codecs.IncrementalDecoder | None) -> Iterator[bytes]:
    """Yield the file in pieces, as UTF-8 where there is a decoder."""
    with path.open("rb") as stream:
        is_first = True
        while chunk := stream.read(CHUNK):
            if is_first and chunk.isspace():
                continue
            if is_first:
                # Nothing may stand before the declaration; texts written by hand begin with empty lines.
                chunk, is_first = chunk.lstrip(), False
            if decoder is None:
                yield chunk
                continue
            try:
                yield decoder.decode(chunk).encode()
            except UnicodeError:
                raise UnreadableFile(NOT_XML, {"line": 1, "column": 0}) from None


def elements(path: Path, /, *, root: str, name: str) -> Iterator[tuple[int, Element | None]]:
    """Yield (line, element) for each element called `name` anywhere under `root`, or one that is the root itself.

    None stands for an element over MAXIMUM_ELEMENT. UnreadableFile for declarations, another root, tags too large or
    too deep; BrokenXml where the file is damaged.
    """
    with path.open("rb") as stream:
        decoder = _foreign_decoder(stream.read(CHUNK).lstrip())
    parser = expat.ParserCreate("utf-8" if decoder else None)
    parser.buffer_text = True
    parser.buffer_size = CHUNK
    collector = _Collector(root, name)
    collector.parser = parser
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    parser.StartDoctypeDeclHandler = collector.refuse
    parser.EntityDeclHandler = collector.refuse
    parser.UnparsedEntityDeclHandler = collector.refuse
    parser.ExternalEntityRefHandler = collector.external
    # As if there were a declaration elsewhere: HTML's entities are then skipped, not an error. Nothing is loaded.
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
    parser.UseForeignDTD(True)
    parser.SkippedEntityHandler = collector.entity
    fed = 0
    try:
        for chunk in _chunks(path, decoder):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MAXIMUM_TOKEN:
                raise UnreadableFile(LONG_TOKEN, {"limit": MAXIMUM_TOKEN // (1024 * 1024)})
            ready, collector.ready = collector.ready, []
            yield from ready
        parser.Parse(b"", True)
        yield from collector.ready
    except expat.ExpatError as error:
        yield from collector.ready
        raise BrokenXml(line=error.lineno, column=error.offset) from None
