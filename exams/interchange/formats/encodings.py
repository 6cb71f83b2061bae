"""Which encoding a text file is in, and its text: UTF-8 and UTF-16 with or without a mark, GB18030 (with GBK and
GB2312), Windows-1252. Pure; the text formats read through here."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from exams.interchange.formats.base import UnreadableFile, gettext_noop

CHUNK = 1 << 16
MAXIMUM_LINE = 1_000_000
"""Characters a line; no question is that long."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_CHINESE_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_CHINESE_SHARE = 0.7
_NEWLINE = re.compile("\r\n|\r|\n")
_UNREADABLE = gettext_noop("The encoding of this text is not known. Save the file as UTF-8 and send it again.")
_TOO_LONG = gettext_noop("Line %(line)s is longer than %(limit)s characters; this is no list of questions.")


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero bytes of its spaces, digits and line ends."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > even and odd / half > 0.02 and even / half < 0.01:
        return "utf-16-le"
    if even > odd and even / half > 0.02 and odd / half < 0.01:
        return "utf-16-be"
    return None


def _is_valid(chunks: Iterator[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(sample: bytes) -> bool:
    """Tell GB text from Western text of one byte a sign: its pairs have both bytes high, and stand together."""
    pairs = len(_HIGH_PAIR.findall(sample))
    return pairs == 0 or len(_CHINESE_PAIR.findall(sample)) / pairs >= _CHINESE_SHARE


def _chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _high_sample(chunks: Iterator[bytes]) -> bytes:
    """Return the first chunk that is not all ASCII."""
    return next((chunk for chunk in chunks if not chunk.isascii()), b"")


def _marked(head: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    return _wide(head[:4096]) if b"\x00" in head[:4096] else None


def encoding_of(path: Path) -> str:
    """Return the encoding of a file, read in chunks; UnreadableFile where none fits."""
    head = next(_chunks_of(path), b"")
    if marked := _marked(head):
        return marked
    if b"\x00" not in head:
        if _is_valid(_chunks_of(path), "utf-8"):
            return "utf-8"
        if _looks_chinese(_high_sample(_chunks_of(path))) and _is_valid(_chunks_of(path), "gb18030"):
            return "gb18030"
        if _is_valid(_chunks_of(path), "cp1252"):
            return "cp1252"
    raise UnreadableFile(_UNREADABLE)


def decode(data: bytes, /) -> tuple[str, str]:
    """Return the text of the bytes, without a mark, and the encoding it was in; UnreadableFile where none fits."""
    marked = _marked(data)
    if marked is None and b"\x00" not in data[:4096]:
        candidates = (
            ["utf-8", "gb18030", "cp1252"] if _looks_chinese(_high_sample(iter([data]))) else ["utf-8", "cp1252"]
        )
    else:
        candidates = [marked] if marked else []
    for encoding in candidates:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_UNREADABLE)


def read_lines(path: Path, encoding: str, /) -> Iterator[str]:
    """Yield the lines of a file without their ends, in bounded memory; any of the three line ends is one.

    UnreadableFile for bytes that the encoding does not have, and for a line over MAXIMUM_LINE.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except LookupError:
        raise UnreadableFile(_UNREADABLE) from None
    rest = ""
    number = 1
    try:
        for chunk in _chunks_of(path):
            rest += decoder.decode(chunk)
            held = "\r" if rest.endswith("\r") else ""
            *lines, rest = _NEWLINE.split(rest[:-1] if held else rest)
            rest += held
            number += len(lines)
            yield from lines
            if len(rest) > MAXIMUM_LINE:
                raise UnreadableFile(_TOO_LONG, {"line": number, "limit": MAXIMUM_LINE})
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnreadableFile(_UNREADABLE) from None
    yield from _NEWLINE.split(rest)
