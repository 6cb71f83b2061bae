"""The HTML that authors may use, and the only door through which their text comes in."""

import html
import re
from typing import Any

import nh3

from exams.richtext import ASSET

TAGS = {
    *("p", "br", "strong", "em", "u", "sub", "sup", "code", "pre", "blockquote", "span", "img", "audio"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "img": {"src", "alt", "width", "height"},
    "audio": {"src", "data-plays"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
RENAMED = {"b": "strong", "i": "em"}
_RENAMED_TAG = re.compile(r"<(/?)(b|i)(?=[\s/>])", re.IGNORECASE)
_ATTRIBUTE = r"""\s+[a-zA-Z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+))?"""
_STRAY = re.compile(rf"<(?!/?[a-zA-Z][a-zA-Z0-9]*(?:{_ATTRIBUTE})*\s*/?>|!--)")
"""A less-than sign that begins no tag, as in `a<b`: the author means the sign."""
_ANY_TAG = re.compile(rf"</?[a-zA-Z][a-zA-Z0-9]*(?:{_ATTRIBUTE})*\s*/?>|<!--")
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})\b[^<>]*>", re.IGNORECASE)


def _known_value(tag: str, attribute: str, value: str) -> str | None:
    """Keep an attribute of a known shape: `asset:<uuid>` names an illustration, data-plays is from 1 to 99."""
    if attribute == "data-plays":
        return value if re.fullmatch(r"[1-9][0-9]?", value) else None
    if attribute == "src":
        is_asset = value.startswith("asset:")
        if (is_asset and not ASSET.fullmatch(value)) or (tag == "audio" and not is_asset):
            return None
    return value


def clean_rich_text(text: str) -> str:
    """Return the text with every tag, attribute and address that is not in our subset taken out.

    Text without tags is stored as it was typed (`a < b` stays so; whoever shows it escapes it). Text of forbidden
    elements
    stays, scripts and styles go whole. Line ends become `\\n`. Cleaning twice changes nothing more.
    """
    flat = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if not _ANY_TAG.search(flat):
        return flat
    renamed = _RENAMED_TAG.sub(lambda found: f"<{found[1]}{RENAMED[found[2].lower()]}", _STRAY.sub("&lt;", flat))
    cleaned = nh3.clean(
        renamed,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "asset"},
        attribute_filter=_known_value,
        link_rel=None,
        strip_comments=True,
    ).replace("&nbsp;", "\u00a0")
    if _TAG.search(cleaned):
        return cleaned
    plain = html.unescape(cleaned)
    return cleaned if _ANY_TAG.search(plain) else plain


_RICH_IN_CONTENT = {"stem", "text"}
_RICH_IN_KEY = {"feedback", "explanations", "model_answer"}


def _clean_named(value: Any, names: set[str], *, inside: bool) -> Any:
    if isinstance(value, str):
        return clean_rich_text(value) if inside and _is_rich(value) else value
    if isinstance(value, list):
        return [_clean_named(item, names, inside=inside) for item in value]
    if isinstance(value, dict):
        return {
            # Most texts are plain, and most files have many of them.
            key: item
            if type(item) is str and not _is_rich(item)
            else _clean_named(item, names, inside=inside or key in names)
            for key, item in value.items()
        }
    return value


def _is_rich(text: str) -> bool:
    """Tell whether a text has a sign that cleaning might change."""
    return "<" in text or "&" in text or "\x00" in text


def clean_content(content: Any) -> Any:
    """Return the content of a question with its rich texts cleaned; ids, kinds and numbers stay as they are."""
    return _clean_named(content, _RICH_IN_CONTENT, inside=False)


def clean_key(key: Any) -> Any:
    """Return an answer key with its feedback and explanations cleaned; what answers are compared with stays as it
    is."""
    return _clean_named(key, _RICH_IN_KEY, inside=False)
