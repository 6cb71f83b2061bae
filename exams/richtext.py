"""Rich text of authors made safe for a page by an allow-list of tags. For views of this app."""

import re

import nh3
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_INLINE = ("br", "strong", "em", "b", "i", "u", "sub", "sup", "code", "img", "audio", "span")
_BLOCKS = ("p", "pre", "table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "blockquote", "h3", "h4")
TAGS = frozenset(_INLINE + _BLOCKS)
ATTRIBUTES = {
    "img": {"src", "alt", "width", "height"},
    "audio": {"src", "data-plays"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "span": {"lang"},
    "p": {"lang"},
    "ol": {"start"},
}
_A_TAG = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})\b[^<>]*>", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"<(?:p|pre|table|ul|ol|blockquote|h3|h4)\b", re.IGNORECASE)
SET_ATTRIBUTES = {
    "audio": {"controls": "", "preload": "none"},
    "img": {"loading": "lazy"},
    # On a phone a wide table scrolls by itself, which the keyboard has to reach.
    "table": {"tabindex": "0"},
}
ASSET = re.compile(r"asset:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""How stored text names a picture or sound of ours: its public id, never an address."""
MARKER = re.compile(r"\[\[([a-z0-9_-]{1,32})\]\]")


def _address(_tag: str, attribute: str, value: str) -> str | None:
    """Return the address of an illustration for its name; other attributes stay as they are."""
    if attribute != "src" or not value.startswith("asset:"):
        return value
    return asset_address(value) or None


def asset_address(name: str, /) -> str:
    """Return the address of a picture for how stored text names it: of ours by `asset:`, others as they stand; nothing
    for another scheme."""
    found = ASSET.fullmatch(name)
    if found:
        return reverse("media:illustration", args=[found[1]])
    return name if name.startswith(("https://", "http://")) else ""


def safe_html(text: str, /) -> SafeString:
    """Return rich text with nothing but allowed tags; text without tags keeps its line breaks; formulas stay."""
    if not text:
        return SafeString("")
    if not _A_TAG.search(text):
        return mark_safe(escape(text.strip()).replace("\n", "<br>"))  # noqa: S308 - escaped just now
    cleaned = nh3.clean(
        text,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "asset"},
        attribute_filter=_address,
        set_tag_attribute_values=SET_ATTRIBUTES,
        link_rel=None,
        strip_comments=True,
    )
    if not _BLOCK_TAG.search(cleaned):
        cleaned = cleaned.replace("\n", "<br>")
    return mark_safe(cleaned)  # noqa: S308 - cleaned by the allow-list


def split_at_markers(text: str, /) -> list[tuple[SafeString, str]]:
    """Return the pieces of a stem with the id of the [[marker]] that follows each; the last has none.

    The text is cleaned before it is cut, so a marker inside an attribute cannot break out of it.
    """
    cleaned = safe_html(text)
    pieces: list[tuple[SafeString, str]] = []
    at = 0
    for found in MARKER.finditer(cleaned):
        pieces.append((mark_safe(cleaned[at : found.start()]), found.group(1)))  # noqa: S308 - cut from cleaned text
        at = found.end()
    pieces.append((mark_safe(cleaned[at:]), ""))  # noqa: S308 - cut from cleaned text
    return pieces
