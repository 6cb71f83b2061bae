"""Our rich text as XHTML for an item body, and small helpers to write XML."""

import html
import re
from collections.abc import Callable

from exams.domain.blanks import MARKER
from exams.interchange.formats.qti.nodes import Node
from exams.interchange.formats.qti.rich import KEPT, read_html

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_BLOCKS = {"p", "pre", "blockquote", "ul", "ol", "table"}
_VOID = {"br", "img"}
_ATTRIBUTES = {"img": ("src", "alt", "width", "height"), "audio": ("src",), "td": ("colspan", "rowspan"),
               "th": ("colspan", "rowspan", "scope"), "ol": ("start",)}  # fmt: skip
ASSETS = "assets"


def escaped(text: object) -> str:
    """Return a text for an element or attribute; signs that XML does not have are left out."""
    kept = "".join(sign for sign in str(text) if sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff"))
    return html.escape(kept)


def number(value: float) -> str:
    """Return a number as XML writes it."""
    text = format(round(float(value), 10), ".10f").rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


def xhtml(rich: str, *, place: Callable[[str], str] | None = None) -> str:
    """Return rich text as well-formed XHTML; [[markers]] become what `place` gives for their id."""
    text = _inner(read_html(rich)) if _TAG.search(rich) else escaped(rich)
    return MARKER.sub(lambda found: place(found.group(1)), text) if place is not None else text


def block(rich: str, *, place: Callable[[str], str] | None = None) -> str:
    """Return rich text as XHTML that may stand in an item body: inline text becomes a paragraph."""
    text = xhtml(rich, place=place)
    return text if re.match(r"\s*<(?:p|pre|blockquote|ul|ol|table)\b", text) else f"<p>{text}</p>"


def _inner(node: Node) -> str:
    return "".join(escaped(child) if isinstance(child, str) else _element(child) for child in node.children)


def _element(node: Node) -> str:
    name = node.name
    if name not in KEPT and name not in ("img", "br", "audio", "span"):
        return _inner(node)
    attrs = ""
    for key in _ATTRIBUTES.get(name, ()):
        value = node.get(key)
        if key == "src" and value.startswith("attachment:"):
            value = f"{ASSETS}/{value.removeprefix('attachment:')}"
        if value or key == "alt":
            attrs += f' {key}="{escaped(value)}"'
    return f"<{name}{attrs}/>" if name in _VOID else f"<{name}{attrs}>{_inner(node)}</{name}>"
