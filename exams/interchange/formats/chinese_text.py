"""Plain text and Markdown as Chinese teachers write question papers. A file format; found by the registry."""

import re
from collections.abc import Iterable, Iterator

from exams.interchange.formats.base import Format, ParsedRow, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.encodings import decode, encoding_of, read_lines
from exams.interchange.formats.paper_examples import text_example
from exams.interchange.formats.paper_lines import read_paper
from exams.interchange.formats.paper_state import Line
from exams.interchange.formats.rich_line import EM, STRONG, Atom, Atoms, Rich, storable

MAXIMUM_SIZE = 32 * 1024 * 1024
MAXIMUM_LINE = 60_000

_TOO_LARGE = gettext_noop("The text is larger than %(limit)s MiB. Split it.")
_LONG_LINE = gettext_noop("Line %(line)s is longer than %(limit)s characters; this is no list of questions.")
_ENDINGS = (".txt", ".md", ".markdown", ".text")
_SIGNS = re.compile(
    r"【\s?(?:答案|解析|正确答案|参考答案|难度|单选题|多选题|判断题)\s?】|(?:正确|参考|标准)?答案\s?[:：\]]|解析\s?[:：]|"
    r"(?:单选|多选|判断|填空|简答|选择|论述)(?:选择)?题|[（(]\s?[A-D]{1,4}\s?[)）]\s|(?m:^\s*[A-D][.．、])"
)
_NUMBER_SIGN = re.compile(r"(?m)^\s{0,12}[（(]?\d{1,3}[)）.．、]\s?\S")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SCRIPT_LINK = re.compile(r"\[([^\]\n]{0,2000})\]\(javascript:[^()\n]{0,100}(?:\([^()\n]{0,50}\)[^()\n]{0,50})?\)")
_PICTURE = re.compile(r"!\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})[^()\n]{0,200}\)")
_EMPHASIS = re.compile(r"(\*{1,3})(?=[^\s*])([^*\n]{1,2000}?)(?<=[^\s*])\1(?!\*)")
_BULLET = re.compile(
    r"\s{0,16}[-+•]\s+(?=[(（]?[*_]{0,2}[(（]?[A-Za-z][.．、)）:：]|[*_]{0,2}[【\[]?\s?(?:答案|解析|正确|参考|难度|知识点))"
)
_TASK = re.compile(r"\s{0,16}[-*+]\s+\[([ xX])\]\s+")
_QUOTE = re.compile(r"\s{0,3}>\s?")
_DOLLARS = re.compile(r"\$\$([^$\n]{1,4000})\$\$|\$(?=[^\s$])([^$\n]{1,2000}?)(?<=\s|[^\\\s])\$(?!\d)")
_LATEX_SIGN = re.compile(r"[\\^_{}=<>]|\A[A-Za-z]\w{0,3}\Z|\A[\d\s.,+\-*/|()\[\]A-Za-z']{1,60}\Z")


def with_formulas(text: str, /) -> str:
    """Return a text with formulas between dollar signs written as \\( … \\) and \\[ … \\]."""
    if "$" not in text:
        return text

    def replaced(found: re.Match[str]) -> str:
        if found[1]:
            return f"\\[{found[1]}\\]"
        return f"\\({found[2].strip()}\\)" if _LATEX_SIGN.search(found[2]) else found[0]

    return _DOLLARS.sub(replaced, text)


def plain_line(text: str, /) -> Rich:
    """Return a line of plain text."""
    return Rich(with_formulas(storable(text)))


def markdown_line(text: str, atoms: Atoms, /) -> Rich:
    """Return a line of Markdown: bullets before options and labels, quotation marks and emphasis are taken away, and
    lines that are a button of the page they were copied from."""
    text = storable(text)
    if "](javascript:" in text:
        if _SCRIPT_LINK.fullmatch(text.strip()):
            return Rich("", b"", atoms)
        text = _SCRIPT_LINK.sub(r"\1 ", text)
    if task := _TASK.match(text):
        # A ticked box calls an option right.
        text = text[task.end() :] + ("（正确答案）" if task[1] in "xX" else "")
    text = _BULLET.sub("", _QUOTE.sub("", text, count=1), count=1)
    text = with_formulas(text)
    if "![" in text:
        text = _PICTURE.sub(lambda found: atoms.add(_picture(found[1], found[2])), text)
    if "*" not in text:
        return Rich(text, b"", atoms)
    whole, at = Rich("", b"", atoms), 0
    for found in _EMPHASIS.finditer(text):
        style = (EM, STRONG, STRONG | EM)[len(found[1]) - 1]
        is_word = not re.fullmatch(r"[(（]?[A-Za-z0-9]{1,4}[.．、)）:：]{0,2}|\d+(\.\d+)?", found[2])
        styles = bytes([style if is_word and found.start() else 0]) * len(found[2])
        before, inner = text[at : found.start()], found[2]
        if re.fullmatch(r"\s*", before) and re.fullmatch(r"\d{1,4}", inner) and found.end() == len(text.rstrip()):
            return Rich(text, b"", atoms)
        whole = whole + Rich(before, b"", atoms) + Rich(inner, styles, atoms)
        at = found.end()
    return whole + Rich(text[at:], b"", atoms)


def _picture(alt: str, address: str) -> Atom:
    said = alt.replace('"', "&quot;").replace("<", "&lt;")
    return Atom(html=f'<img src="{address.replace(chr(34), "%22").replace("<", "%3C")}" alt="{said}">')


def lines_of(texts: Iterable[str], /, *, is_markdown: bool) -> Iterator[Line]:
    """Yield the lines of a text with their numbers from 1."""
    atoms = Atoms()
    is_page = is_markdown
    for row, text in enumerate(texts, start=1):
        if len(text) > MAXIMUM_LINE:
            raise UnreadableFile(_LONG_LINE, {"line": row, "limit": MAXIMUM_LINE})
        is_page = is_page or bool(re.match(r"#{1,6}\s", text))
        yield Line(row, markdown_line(text, atoms) if is_page else plain_line(text))


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield the questions of a text; `row` is the line a question begins at."""
    if source.path.stat().st_size > MAXIMUM_SIZE:
        raise UnreadableFile(_TOO_LARGE, {"limit": MAXIMUM_SIZE // (1024 * 1024)})
    encoding = source.options.get("encoding") or encoding_of(source.path)
    texts = (text.lstrip("\ufeff") for text in read_lines(source.path, encoding))
    is_markdown = source.name.lower().endswith((".md", ".markdown"))
    yield from read_paper(lines_of(texts, is_markdown=is_markdown))


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending and by what question papers say in Chinese."""
    if not name.endswith(_ENDINGS) or head.lstrip().startswith((b"<", b"{", b"[{", b"PK")):
        return 0.0
    try:
        text, _encoding = decode(head)
    except UnreadableFile:
        text = head.decode("gb18030", "ignore") if b"\x00" not in head else head.decode("utf-16", "ignore")
    if not _CHINESE.search(text):
        return 0.45 if _NUMBER_SIGN.search(text) else 0.1
    return 0.85 if _SIGNS.search(text) else 0.5


FORMAT = Format(
    name="chinese_text",
    label=gettext_noop("Text or Markdown as a question paper"),
    endings=(".txt", ".md", ".markdown"),
    detect=detect,
    read=read,
    order=30,
    example=text_example,
)
