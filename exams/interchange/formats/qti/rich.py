"""XHTML of items as our rich text: the tags we know, pictures and sounds as attachments, formulas as LaTeX.

A place where something is answered is written as a token of private-use signs, which the converters replace.
"""

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.mathml import latex_of
from exams.interchange.formats.qti.nodes import MAXIMUM_DEPTH, Node
from exams.interchange.formats.qti.notes import Assets, Notes

OPEN, CLOSE = "\ue010", "\ue011"
TOKEN = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")

_MATH = gettext_noop("A formula could not be turned into LaTeX; its text is kept.")
_LINK = gettext_noop("A link is kept as text only.")
_VIDEO = gettext_noop("A video is lost.")
_MEDIA = gettext_noop("An embedded object is lost: %(name)s.")
_STYLE = gettext_noop("Style sheets and colours are lost.")
_SCRIPT = gettext_noop("A script is lost.")
_FRAME = gettext_noop("An embedded page is lost.")
_DRAWING = gettext_noop("A drawing inside the text is lost.")

KEPT = {
    *("p", "strong", "em", "u", "sub", "sup", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_RENAMED = {
    "b": "strong",
    "i": "em",
    "tt": "code",
    "kbd": "code",
    "samp": "code",
    "var": "em",
    "cite": "em",
    "dfn": "em",
    "ins": "u",
    "mark": "u",
    "q": "em",
    "address": "p",
    "dt": "p",
    "dd": "p",
    "caption": "p",
    "figcaption": "p",
    "tfoot": "tbody",
    "legend": "p",
    "summary": "p",
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {"p", "pre", "blockquote", "ul", "ol", "table"}
_CONTAINERS = {
    *("div", "section", "article", "main", "header", "footer", "aside", "nav", "dl", "figure", "form", "fieldset"),
    *("center", "details", "itembody", "contentbody", "feedbackblock", "modalfeedback", "stimulusbody", "prompt"),
}
_ATTRIBUTES = {"td": ("colspan", "rowspan"), "th": ("colspan", "rowspan", "scope"), "ol": ("start",)}
_DROPPED = {
    *("stylesheet", "cataloginfo", "companionmaterialsinfo", "head", "title", "meta", "link", "col", "colgroup"),
    *("rubricblock", "templateblock", "templateinline", "track", "source", "param", "noscript", "template"),
}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLOCK_START = re.compile(r"<(?:p|pre|blockquote|ul|ol|table)\b")
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")

Hook = Callable[[Node, "Writer"], str | None]


class Writer:
    """Turns elements into rich text. `hook` is asked first about each element; None leaves it to the writer."""

    def __init__(self, notes: Notes, assets: Assets, hook: Hook | None = None) -> None:
        self.notes = notes
        self.assets = assets
        self.hook = hook

    def rich(self, node: Node | None) -> str:
        """Return what stands inside an element."""
        return "" if node is None else tidy(self.inner(node))

    def inner(self, node: Node, *, is_pre: bool = False) -> str:
        """Return the children of an element as HTML, not yet tidied."""
        return "".join(
            self._text(child, is_pre=is_pre) if isinstance(child, str) else self.element(child, is_pre=is_pre)
            for child in node.children
        )

    def _text(self, text: str, *, is_pre: bool) -> str:
        text = "".join(sign for sign in text if not "\ue000" <= sign <= "\uf8ff" and sign != "\x00")
        return html.escape(text if is_pre else _SPACES.sub(" ", text), quote=False)

    def element(self, node: Node, *, is_pre: bool = False) -> str:
        """Return one element as HTML."""
        if self.hook is not None and (made := self.hook(node, self)) is not None:
            return made
        if node.is_math:
            return self._math(node)
        name = _RENAMED.get(node.name, node.name)
        if node.get("style") or node.get("class").startswith("color"):
            self.notes.lose(_STYLE)
        if name in KEPT:
            return self._kept(name, node, is_pre=is_pre or name == "pre")
        if name in _HEADINGS:
            return f"<p><strong>{self.inner(node)}</strong></p>"
        if name in _CONTAINERS:
            return _as_block(self.inner(node, is_pre=is_pre))
        if name == "br":
            return "<br>"
        if name == "hr":
            return "<br>"
        if name in ("img", "image"):
            return self.picture(node.get("src") or node.get("uri"), node.get("alt"), node)
        if name in ("object", "embed", "audio", "video", "picture", "media"):
            return self._media(node)
        if name in _DROPPED or name in ("script", "style", "iframe", "svg", "canvas", "object"):
            return self._dropped(name)
        if name == "a":
            if node.get("href"):
                self.notes.lose(_LINK)
            return self.inner(node, is_pre=is_pre)
        return self.inner(node, is_pre=is_pre)

    def _kept(self, name: str, node: Node, *, is_pre: bool) -> str:
        inner = self.inner(node, is_pre=is_pre)
        attrs = "".join(
            f' {key}="{html.escape(node.get(key))}"' for key in _ATTRIBUTES.get(name, ()) if node.get(key).strip()
        )
        if name == "p" and _BLOCK_START.search(inner):
            return _as_block(inner)
        if name in ("strong", "em", "u", "sub", "sup", "code") and not inner.strip():
            return inner
        return f"<{name}{attrs}>{inner}</{name}>"

    def _math(self, node: Node) -> str:
        found = latex_of(node)
        if found is not None:
            return html.escape(found, quote=False)
        self.notes.lose(_MATH)
        text = node.get("alttext") or " ".join(node.text.split())
        return html.escape(text, quote=False)

    def picture(self, source: str, alt: str, node: Node | None = None) -> str:
        """Return a picture; its alternative text where the file is missing."""
        address = self.assets.address(source) if source else ""
        if not address:
            return html.escape(f"[{alt.strip()}]", quote=False) if alt.strip() else ""
        size = "".join(
            f' {key}="{node.get(key).strip()}"'
            for key in ("width", "height")
            if node is not None and node.get(key).strip().isdecimal()
        )
        return f'<img src="{html.escape(address)}" alt="{html.escape(alt.strip())}"{size}>'

    def _media(self, node: Node) -> str:
        source = node.get("data") or node.get("src")
        sources = [child for child in node.nodes if child.name in ("source", "img")]
        if not source and sources:
            source = sources[0].get("src")
        kind = (node.get("type") or (sources[0].get("type") if sources else "")).lower()
        ending = source.split("?")[0].rpartition(".")[2].lower()
        if node.name == "picture" or kind.startswith("image/") or ending in _PICTURES:
            return self.picture(source, node.get("alt") or " ".join(node.text.split()), node)
        if node.name == "audio" or kind.startswith("audio/") or ending in _SOUNDS:
            address = self.assets.address(source) if source else ""
            return f'<audio src="{html.escape(address)}"></audio>' if address else ""
        if node.name == "video" or kind.startswith("video/") or ending in ("mp4", "webm", "mov", "ogv", "flv"):
            self.notes.lose(_VIDEO)
        else:
            self.notes.lose(_MEDIA, name=(source or node.name)[:80])
        return self.inner(node)

    def _dropped(self, name: str) -> str:
        if name in ("stylesheet", "style", "link"):
            self.notes.lose(_STYLE)
        elif name == "script":
            self.notes.lose(_SCRIPT)
        elif name == "iframe":
            self.notes.lose(_FRAME)
        elif name in ("svg", "canvas"):
            self.notes.lose(_DRAWING)
        return ""


_PICTURES = {"png", "jpg", "jpeg", "gif", "svg", "webp", "bmp"}
_SOUNDS = {"mp3", "wav", "ogg", "oga", "m4a", "opus", "aac"}


def _as_block(inner: str) -> str:
    if not inner.strip():
        return ""
    return inner if _BLOCK_START.search(inner) else f"<p>{inner.strip()}</p>"


_SPLIT = re.compile(r"(</?(?:p|pre|blockquote|ul|ol|table)\b[^<>]*>)")


def tidy(text: str) -> str:
    """Return rich text with loose runs between blocks as paragraphs; without any tag, as plain text."""
    text = text.strip()
    if _BLOCK_START.search(text):
        pieces, run, depth = [], "", 0
        for piece in _SPLIT.split(text):
            if not piece:
                continue
            is_edge = bool(_SPLIT.fullmatch(piece))
            if is_edge and depth == 0 and run.strip():
                pieces.append(f"<p>{run.strip()}</p>")
            if is_edge:
                depth = max(0, depth + (-1 if piece.startswith("</") else 1))
            if is_edge or depth:
                pieces.append(piece)
                run = ""
            else:
                run += piece
        if run.strip():
            pieces.append(f"<p>{run.strip()}</p>")
        text = "".join(pieces)
        return re.sub(r"<p>\s*</p>", "", text).strip()
    if _ANY_TAG.search(text):
        return text
    plain = html.unescape(text)
    return f"<p>{text}</p>" if _ANY_TAG.search(plain) else plain


class _Reader(HTMLParser):
    """Reads loose HTML, as QTI 1.2 has it inside text, into nodes."""

    VOID = frozenset(["br", "img", "hr", "input", "meta", "link", "col", "source", "param", "embed", "wbr", "track"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.path = [Node("div", "div")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_math = tag == "math" or self.path[-1].is_math
        made = Node(tag, tag, {key.lower(): value or "" for key, value in attrs}, [], is_math)
        self.path[-1].children.append(made)
        if tag not in self.VOID and len(self.path) < MAXIMUM_DEPTH:
            self.path.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        depth = len(self.path)
        self.handle_starttag(tag, attrs)
        del self.path[depth:]

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.path) - 1, 0, -1):
            if self.path[at].name == tag:
                del self.path[at:]
                return

    def handle_data(self, data: str) -> None:
        self.path[-1].children.append(data)


def read_html(text: str) -> Node:
    """Return loose HTML as nodes; what is wrong in it is mended as browsers do, roughly."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.path[0]
