"""Texts of other systems into our rich text, and back: HTML, automatic format, plain text and Markdown as Moodle and
GIFT know them, with their pictures and sounds. Pure; shared by the GIFT and Moodle XML formats."""

import base64
import binascii
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from exams.domain.schema import MAXIMUM_RICH_TEXT
from exams.interchange.formats.base import NO_VALUES, Attachment, Remark, Values, gettext_noop
from exams.interchange.formats.markdown import markdown_to_html

TextFormat = Literal["html", "moodle", "plain", "markdown"]

_ATTRIBUTE = r"""\s+[a-zA-Z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+))?"""
TAG = re.compile(rf"</?[a-zA-Z][a-zA-Z0-9]*(?:{_ATTRIBUTE})*\s*/?>|<!--")
_BLOCKS = "p|pre|table|thead|tbody|tr|th|td|ul|ol|li|blockquote"
_BOXES = "div|h[1-6]|section|article|center|header|footer|main|figure|figcaption|address|fieldset|dl|dt|dd|hr"
_BLOCK = re.compile(rf"<(?:{_BLOCKS})\b", re.IGNORECASE)
_LAYOUT = re.compile(rf"<(/?)({_BLOCKS}|{_BOXES})\b[^<>]*>", re.IGNORECASE)
_FLOW = re.compile(r"<(/?)(p|pre|table|tr|th|td|ul|ol|li|blockquote)\b[^<>]*>", re.IGNORECASE)
_AROUND = re.compile(r"<p\b[^<>]*>\s*<(?:p|pre|table|ul|ol|blockquote)\b", re.IGNORECASE)
_BOX = re.compile(rf"(?:{_BOXES})", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_SILENT = {
    name: re.compile(rf"<{name}\b[^<>]*>.*?</{name}\s*>", re.IGNORECASE | re.DOTALL) for name in ("script", "style")
}
_SILENT_END = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in _SILENT}
_UNCLOSED = re.compile(r"<(?=(?:script|style)\b)", re.IGNORECASE)
_SHOWN_AS_IT_IS = re.compile(r"</|<(?:br|p|img|audio|video|source|iframe|embed|object|input|hr|math)\b", re.IGNORECASE)
_FOREIGN = re.compile(
    r"<(script|iframe|object|embed|applet|video|form|input|select|textarea|svg|canvas)\b", re.IGNORECASE
)
_STYLED = re.compile(r"<(?:font|style)\b|<[a-z][^<>]*\s(?:style|class|color|bgcolor)\s*=", re.IGNORECASE)
_LINK = re.compile(r"<a\b[^<>]*\shref\s*=", re.IGNORECASE)
_MEDIA = re.compile(r"<(img|audio|source)\b([^<>]*)>", re.IGNORECASE)
_AUDIO = re.compile(r"<audio\b([^<>]*)>(.*?)(?:</audio\s*>|$)", re.IGNORECASE | re.DOTALL)
_SOURCE_ADDRESS = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SIZES = re.compile(r"""\b(width|height)\s*=\s*["']?(\d{1,4})\b""", re.IGNORECASE)
_DATA_ADDRESS = re.compile(r"data:(image|audio)/([a-z0-9.+-]{1,20});base64,(.*)", re.IGNORECASE | re.DOTALL)
_MATH = re.compile(r"<math\b([^<>]*)>(.*?)(?:</math\s*>|$)", re.IGNORECASE | re.DOTALL)
_TEX = re.compile(r"<annotation\b[^<>]*x-tex[^<>]*>(.*?)(?:</annotation|$)", re.IGNORECASE | re.DOTALL)
_ALTTEXT = re.compile(r"""\balttext\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_LANGUAGES = re.compile(r"""\{mlang\s|class\s*=\s*["']?multilang\b|<lang\s""", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t]*\n\s*")
_FILE_MARK = "@@PLUGINFILE@@"
_UNSAFE_NAME = re.compile(r"[^\w.()\u4e00-\u9fff-]+")

MAXIMUM_TEXT = 16_000_000
"""Characters of a text as it comes, with pictures inside its addresses."""

TOO_LONG = gettext_noop("A text is longer than %(limit)s characters.")
LOST_FOREIGN = gettext_noop("The element <%(name)s> is left out; its text, if any, stays.")
LOST_STYLE = gettext_noop("Colours, fonts and sizes are left out.")
LOST_LINK = gettext_noop("Links are left out; their texts stay.")
LOST_MATH = gettext_noop("A formula in MathML has no LaTeX form; its plain text stays.")
LOST_PICTURE = gettext_noop("The picture or sound %(name)s is not in the file.")
SEVERAL_LANGUAGES = gettext_noop("The text comes in several languages; all of them are shown one after another.")
REMOTE_PICTURE = gettext_noop("The picture or sound %(name)s lies on another site and stays there.")


class Declined(Exception):
    """A question that our types cannot hold or grade exactly; `text` is English source for `values`."""

    def __init__(self, text: str, values: Values = NO_VALUES, place: str = "") -> None:
        self.text = text
        self.values = values
        self.place = place
        super().__init__(text)


@dataclass
class TextReader:
    """Reads the texts of one question and gathers their files, losses and doubts on the way."""

    row: int
    attachments: dict[str, Attachment] = field(default_factory=dict)
    losses: dict[tuple[str, str], Remark] = field(default_factory=dict)
    doubts: dict[tuple[str, str], Remark] = field(default_factory=dict)

    def lose(self, place: str, text: str, values: Values | None = None) -> None:
        """Note a loss, each kind once a question."""
        self._note(self.losses, place, text, values)

    def doubt(self, place: str, text: str, values: Values | None = None) -> None:
        """Note a guess, each kind once a question."""
        self._note(self.doubts, place, text, values)

    def _note(self, notes: dict[tuple[str, str], Remark], place: str, text: str, values: Values | None) -> None:
        key = (text, str(sorted(values.items())) if values else "")
        if key not in notes:
            notes[key] = Remark(row=self.row, field=place, text=text, values=values or {})

    def rich(
        self, text: str, kind: TextFormat = "html", place: str = "", files: Mapping[str, bytes] | None = None
    ) -> str:
        """Return a text in our rich text; `files` are the bytes it may name, by path. Declined when it is too long."""
        read = self._rich(text, kind, place, files) if len(text) <= MAXIMUM_TEXT else text
        if len(read) > MAXIMUM_RICH_TEXT:
            raise Declined(TOO_LONG, {"limit": MAXIMUM_RICH_TEXT}, place)
        return read

    def _rich(self, text: str, kind: TextFormat, place: str, files: Mapping[str, bytes] | None) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if "lang" in text and _LANGUAGES.search(text):
            self.doubt(place, SEVERAL_LANGUAGES)
        if kind == "plain":
            return plain_as_rich(text)
        if kind == "markdown":
            text, kind = markdown_to_html(text), "html"
        if "$$" in text:
            text = _DISPLAY.sub(r"\\[\1\\]", text)
        if kind == "moodle" and _names_tags(text):
            return plain_as_rich(text)
        if "<" in text and TAG.search(text):
            return self._from_html(text, kind, place, files or {})
        if kind == "html" and "\n" in text:
            text = _LINE_END.sub(" ", text)
        return _unescaped(text) if "&" in text else text

    def _from_html(self, text: str, kind: TextFormat, place: str, files: Mapping[str, bytes]) -> str:
        text = _COMMENT.sub("", text)
        for found in _FOREIGN.finditer(text):
            self.lose(place, LOST_FOREIGN, {"name": found[1].lower()})
        if _STYLED.search(text):
            self.lose(place, LOST_STYLE)
        if _LINK.search(text):
            self.lose(place, LOST_LINK)
        # A tag that nothing ends is spoken of; what follows it is not code.
        text = _UNCLOSED.sub("&lt;", _without_code(text))
        text = _MATH.sub(lambda found: self._formula(found, place), text)
        if "<" in text:
            text = _AUDIO.sub(lambda found: self._audio(found, place, files), text)
            text = _MEDIA.sub(lambda found: self._media(found, place, files), text)
            text = _without_boxes(text).strip()
            if _AROUND.search(text):
                text = _without_paragraphs_around(text).strip()
        if not TAG.search(text):
            return _unescaped(text)
        if kind == "html" and "\n" in text and not _BLOCK.search(text):
            text = _LINE_END.sub(" ", text)
        return text

    def _formula(self, found: re.Match[str], place: str) -> str:
        alternative = _ALTTEXT.search(found[1])
        if tex := _TEX.search(found[2]):
            return rf"\({tex[1].strip()}\)"
        if alternative and "\\" in (alternative[1] or alternative[2] or ""):
            return rf"\({(alternative[1] or alternative[2]).strip()}\)"
        self.lose(place, LOST_MATH)
        return " ".join(TAG.sub(" ", found[2]).split())

    def _audio(self, found: re.Match[str], place: str, files: Mapping[str, bytes]) -> str:
        address = _SOURCE_ADDRESS.search(found[1]) or _SOURCE_ADDRESS.search(found[2])
        src = html.unescape(next((part for part in address.groups() if part), "")) if address else ""
        kept = self._address(src, place, files)
        return f'<audio src="{html.escape(kept)}"></audio>' if kept else ""

    def _media(self, found: re.Match[str], place: str, files: Mapping[str, bytes]) -> str:
        if found[1].lower() != "img":
            return found[0] if found[1].lower() == "audio" else ""
        attributes = found[2]
        address = _SOURCE_ADDRESS.search(attributes)
        src = html.unescape(next((part for part in address.groups() if part), "")) if address else ""
        if src.startswith("attachment:"):
            return found[0]
        alternative = _ALTERNATIVE.search(attributes)
        alt = (alternative[1] or alternative[2] or "") if alternative else ""
        sizes = "".join(f' {name.lower()}="{value}"' for name, value in _SIZES.findall(attributes))
        kept = self._address(src, place, files)
        quoted = alt.replace('"', "&quot;")
        return f'<img src="{html.escape(kept)}" alt="{quoted}"{sizes}>' if kept else quoted

    def _address(self, src: str, place: str, files: Mapping[str, bytes]) -> str:
        if src.startswith("attachment:"):
            return src
        if src.startswith(_FILE_MARK):
            path = unquote(src[len(_FILE_MARK) :].split("?")[0]).lstrip("/")
            data = files.get(path)
            if data is None:
                self.lose(place, LOST_PICTURE, {"name": path[:200]})
                return ""
            return f"attachment:{self.attach(path, data)}"
        if embedded := _DATA_ADDRESS.fullmatch(src):
            try:
                data = base64.b64decode(embedded[3], validate=False)
            except (binascii.Error, ValueError):
                data = b""
            ending = {"jpeg": "jpg", "svg+xml": "svg", "mpeg": "mp3"}.get(embedded[2].lower(), embedded[2].lower())
            if data:
                return f"attachment:{self.attach(f'{embedded[1].lower()}.{ending}', data)}"
        if src.lower().startswith(("http://", "https://")):
            self.doubt(place, REMOTE_PICTURE, {"name": src[:200]})
            return src
        self.lose(place, LOST_PICTURE, {"name": src[:200]})
        return ""

    def attach(self, path: str, data: bytes) -> str:
        """Keep a file of the question and return the name it goes by; equal bytes of one name are kept once."""
        plain = _UNSAFE_NAME.sub("-", path.rsplit("/", 1)[-1]).strip("-.")[-80:] or "file"
        name, number = plain, 2
        while name in self.attachments and self.attachments[name].data != data:
            name, number = f"{number}-{plain}", number + 1
        self.attachments[name] = Attachment(name=name, data=data)
        return name


def _unescaped(text: str) -> str:
    """Return text without tags as it reads; where it would then read as tags, it stays escaped in a paragraph."""
    plain = html.unescape(text).replace("\xa0", " ").strip()
    return f"<p>{text}</p>" if TAG.search(plain) else plain


def _without_code(text: str) -> str:
    """Drop scripts and styles, up to the last one that ends."""
    for name, pattern in _SILENT.items():
        ends = [found.end() for found in _SILENT_END[name].finditer(text)]
        if ends:
            text = pattern.sub("", text[: ends[-1]]) + text[ends[-1] :]
    return text


def _names_tags(text: str) -> bool:
    """Tell whether a text is but tags that would show nothing, as an answer that names one."""
    return "<" in text and not _SHOWN_AS_IT_IS.search(text) and not TAG.sub("", text).strip()


def plain_as_rich(text: str, /) -> str:
    """Return plain text as rich text that shows just these signs."""
    if "$$" in text:
        text = _DISPLAY.sub(r"\\[\1\\]", text)
    return f"<p>{html.escape(text, quote=False)}</p>".replace("\n", "<br>") if TAG.search(text) else text


def _without_boxes(text: str) -> str:
    """Turn boxes and headings that hold only text into paragraphs and drop those around other blocks."""
    tags = list(_LAYOUT.finditer(text))
    pieces: list[str] = []
    at = 0
    is_leaf_open = False
    for number, found in enumerate(tags):
        name = found[2].lower()
        if not _BOX.fullmatch(name):
            continue
        pieces.append(text[at : found.start()])
        at = found.end()
        following = tags[number + 1] if number + 1 < len(tags) else None
        is_heading = name.startswith("h") and name[1:].isdigit()
        if not found[1] and following and following[1] and following[2].lower() == name:
            pieces.append("<p><strong>" if is_heading else "<p>")
            is_leaf_open = True
        elif found[1] and is_leaf_open:
            pieces.append("</strong></p>" if is_heading else "</p>")
            is_leaf_open = False
        else:
            pieces.append("\n")
    pieces.append(text[at:])
    return "".join(pieces)


def _without_paragraphs_around(text: str) -> str:
    """Drop paragraphs that hold nothing before another block, as a browser would end them, and their ends."""
    pieces: list[str] = []
    at = 0
    opened: int | None = None
    for found in _FLOW.finditer(text):
        is_end, name = bool(found[1]), found[2].lower()
        pieces.append(text[at : found.start()])
        at = found.end()
        if is_end and name == "p":
            pieces.append(found[0] if opened is not None else "")
            opened = None
            continue
        if opened is not None and not is_end:
            if "".join(pieces[opened + 1 :]).strip():
                pieces.append("</p>")
            else:
                pieces[opened] = ""
        pieces.append(found[0])
        opened = len(pieces) - 1 if name == "p" else None
    pieces.append(text[at:])
    return "".join(pieces)


def to_html(text: str, /) -> tuple[str, TextFormat]:
    """Return our rich text as a text of Moodle and the format to name, such that reading it gives the same back."""
    if not TAG.search(text):
        return html.escape(text, quote=False), "moodle" if "\n" in text else "html"
    return text, "moodle" if "\n" in text and not _BLOCK.search(text) else "html"
