"""A small XML tree read without trust: no entities, bounded depth and size. Names of all QTI versions become one.

`qti-simple-choice`, `simpleChoice` and `SimpleChoice` are all `simplechoice`, `response-identifier` and
`responseIdentifier` are both `responseidentifier`, so that one reader understands 2.x and 3.0.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from exams.interchange.formats.base import UnreadableFile, gettext_noop

MAXIMUM_DEPTH = 100
MAXIMUM_NODES = 60_000
MAXIMUM_TEXT = 4_000_000
CHUNK = 65_536

_DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHINESE = {"gbk", "gb2312", "gb18030", "big5", "gb-2312", "x-gbk", "cp936"}

_TOO_LARGE = gettext_noop("A question of this file is too large to be read.")
_TOO_DEEP = gettext_noop("The elements of this file are nested too deeply.")
_MALFORMED = gettext_noop("This file is not well-formed XML; it breaks at line %(line)s, column %(column)s.")
_ENTITIES = gettext_noop("This file declares entities of its own. Save it without them.")
_ENCODING = gettext_noop("The encoding of this file is not known. Save it as UTF-8.")


@dataclass(eq=False)
class Node:
    """An element: its name and attributes in one spelling, and its children, elements and text in order.

    `tag` is the local name as written; `is_math` says that it belongs to MathML. `memo` is for whoever evaluates it
    many times.
    """

    name: str
    tag: str = ""
    attrs: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    is_math: bool = False
    memo: Any = None

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attrs.get(name, default)

    @cached_property
    def nodes(self) -> list["Node"]:
        """The child elements; asked for only once the element is complete."""
        return [child for child in self.children if isinstance(child, Node)]

    def find(self, name: str) -> "Node | None":
        """Return the first child element of a name."""
        return next((child for child in self.nodes if child.name == name), None)

    def find_all(self, name: str) -> list["Node"]:
        """Return the child elements of a name."""
        return [child for child in self.nodes if child.name == name]

    def walk(self) -> Iterator["Node"]:
        """Yield this element and all below it, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.nodes))

    @property
    def text(self) -> str:
        """All text below, as written."""
        parts: list[str] = []
        stack: list[Node | str] = [self]
        while stack:
            entry = stack.pop()
            if isinstance(entry, str):
                parts.append(entry)
            else:
                stack.extend(reversed(entry.children))
        return "".join(parts)


def plain_name(tag: str) -> str:
    """Return a name in the one spelling of all versions."""
    return tag.removeprefix("qti-").replace("-", "").replace("_", "").lower()


class _Builder:
    """Builds nodes; those that `is_wanted` names are handed over when they end, without their siblings."""

    def __init__(self, is_wanted: Callable[[str], bool] | None = None) -> None:
        self.root: Node | None = None
        self.path: list[Node] = []
        self.ready: list[tuple[Node, list[Node]]] = []
        self.is_wanted = is_wanted
        self.nodes = 0
        self.size = 0
        self.pieces: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.flush()
        space, _, local = tag.rpartition("}")
        if len(self.path) >= MAXIMUM_DEPTH:
            raise UnreadableFile(_TOO_DEEP)
        self.nodes += 1
        if self.nodes > MAXIMUM_NODES:
            raise UnreadableFile(_TOO_LARGE)
        attrs = {}
        for key, value in attributes.items():
            self.spend(len(value))
            attrs[plain_name(key.rpartition("}")[2])] = value
        is_math = "MathML" in space or local == "math"
        node = Node(local.lower() if is_math else plain_name(local), local, attrs, [], is_math)
        if self.path:
            self.path[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self.path.append(node)

    def end(self, tag: str) -> None:
        self.flush()
        node = self.path.pop()
        if self.is_wanted is not None and self.is_wanted(node.name) and self.path:
            self.path[-1].children.remove(node)
            self.ready.append((node, list(self.path)))
            self.nodes = self.size = 0

    def data(self, text: str) -> None:
        self.spend(len(text))
        # The parser hands text over in pieces.
        self.pieces.append(text)

    def flush(self) -> None:
        """Add the text read so far to the open element."""
        if self.pieces and self.path:
            self.path[-1].children.append("".join(self.pieces))
        self.pieces.clear()

    def spend(self, size: int) -> None:
        """Count signs of one question; UnreadableFile beyond MAXIMUM_TEXT."""
        self.size += size
        if self.size > MAXIMUM_TEXT:
            raise UnreadableFile(_TOO_LARGE)

    def close(self) -> Node | None:
        return self.root


def _malformed(error: ParseError) -> UnreadableFile:
    line, column = getattr(error, "position", (1, 0))
    return UnreadableFile(_MALFORMED, {"line": line, "column": column})


class _Parser:
    """Feeds a builder, whatever the encoding: what the parser does not know (GBK, Big5) is decoded before."""

    def __init__(self, builder: _Builder, head: bytes) -> None:
        found = _DECLARED.match(head)
        name = found.group(1).decode("ascii", errors="replace") if found else ""
        self.decoder = None
        encoding = None
        if name.lower().replace("_", "-") in _CHINESE:
            self.decoder = codecs.getincrementaldecoder("big5" if name.lower() == "big5" else "gb18030")()
            encoding = "utf-8"
        # A document type is allowed, since QTI 1.2 files name theirs; entities and anything external are not.
        self.inner: Any = DefusedXMLParser(
            target=builder, encoding=encoding, forbid_dtd=False, forbid_entities=True, forbid_external=True
        )

    def feed(self, chunk: bytes) -> None:
        """Read on; UnreadableFile where the document breaks off or is not what may be read."""
        try:
            self.inner.feed(self.decoder.decode(chunk).encode("utf-8") if self.decoder else chunk)
        except DefusedXmlException as error:
            raise UnreadableFile(_ENTITIES) from error
        except ParseError as error:
            raise _malformed(error) from error
        except (LookupError, ValueError) as error:
            raise UnreadableFile(_ENCODING) from error

    def finish(self) -> None:
        """Close the document; UnreadableFile when it is not complete."""
        try:
            self.inner.close()
        except DefusedXmlException as error:
            raise UnreadableFile(_ENTITIES) from error
        except ParseError as error:
            raise _malformed(error) from error


def parse_xml(data: bytes) -> Node:
    """Return the root of a document; UnreadableFile when it is not one, or too large, or too deep."""
    builder = _Builder()
    parser = _Parser(builder, data[:200])
    for start in range(0, len(data), CHUNK):
        parser.feed(data[start : start + CHUNK])
    parser.finish()
    if builder.root is None:
        raise UnreadableFile(_MALFORMED, {"line": 1, "column": 0})
    return builder.root


def iterate_xml(stream: BinaryIO, is_wanted: Callable[[str], bool]) -> Iterator[tuple[Node, list[Node]]]:
    """Yield the elements of wanted names with what they stand in (the root first), one by one as the stream is read.

    What stands between them is kept and counted, so that memory stays bounded. UnreadableFile as `parse_xml`.
    """
    builder = _Builder(is_wanted)
    chunk = stream.read(CHUNK)
    parser = _Parser(builder, chunk[:200])
    while chunk:
        parser.feed(chunk)
        yield from builder.ready
        builder.ready.clear()
        chunk = stream.read(CHUNK)
    parser.finish()
    yield from builder.ready


def root_name(head: bytes) -> str:
    """Return the name of the first element of a document from its first bytes; empty when there is none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    else:
        text = head.decode("latin-1")
    at = 0
    while True:
        at = text.find("<", at)
        if at < 0 or at + 1 >= len(text):
            return ""
        if text.startswith("<!--", at):
            at = text.find("-->", at)
            if at < 0:
                return ""
        elif text[at + 1] in "?!":
            at += 1
        else:
            word = []
            for sign in text[at + 1 : at + 80]:
                if sign.isspace() or sign in "/>":
                    break
                word.append(sign)
            return plain_name("".join(word).rpartition(":")[2])
