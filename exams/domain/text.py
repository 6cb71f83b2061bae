"""Comparing what a learner typed with what an author expects: folding, plain text of rich text, wildcards."""

import html
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from exams.domain.notation import plain_forms, plain_signs

_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
_WIDTH_FORMS = re.compile("[\u3000\uff00-\uffef]+")
_CJK = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
_SPACE_BESIDE_CJK = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
_SPACES = re.compile(r"\s+")
# What a Chinese keyboard types for the same Western sign; brackets of titles count as quotation marks.
_WESTERN = {
    ".": "。．｡·・",
    ",": "，、､",
    ";": "；",
    ":": "：",
    "!": "！",
    "?": "？",
    "(": "（",
    ")": "）",
    "[": "【〔［",
    "]": "】〕］",
    '"': "“”„«»「」『』《》＂",
    "'": "‘’‛`〈〉＇",
    "-": "—–‐‑−－",
    "~": "～〜",
    "...": "…",
}
_PUNCTUATION = str.maketrans({sign: western for western, signs in _WESTERN.items() for sign in signs})
_DASHES = re.compile("-{2,}")
_CLOSING = ".,;:!?"

_BLOCK_TAGS = "p|br|pre|table|thead|tbody|tr|ul|ol|li|blockquote|div|h[1-6]"
_INLINE_TAGS = "strong|em|b|i|u|sub|sup|code|span|a"
_IMAGE = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CELL = re.compile(r"</?t[dh]\b[^<>]*>", re.IGNORECASE)
_BLOCK = re.compile(rf"</?(?:{_BLOCK_TAGS})\b[^<>]*>", re.IGNORECASE)
_INLINE = re.compile(rf"</?(?:{_INLINE_TAGS})\b[^<>]*>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--[^<>]*-->")

_WILD = "\ue000"
_STAR = "\ue001"


class Folding(NamedTuple):
    """Which differences between two texts do not count; invisible characters and composition never do. `ends`: space
    at the ends does not count even where space between words does; `notation`: ways of writing the same mathematics
    (exams.domain.notation)."""

    case: bool = True
    width: bool = True
    space: bool = True
    punctuation: bool = False
    ends: bool = False
    notation: bool = False


def fold_width(text: str, /) -> str:
    """Return full-width Latin, half-width kana and the ideographic space in their usual width.

    Only the width forms are normalised (as NFKC does): a superscript or a circled digit stays as it is.
    """
    return _WIDTH_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)


def fold(text: str, folding: Folding, /) -> str:
    """Return the form in which two texts are compared; folding twice changes nothing more.

    Space: ends are stripped, runs become one space, and a space beside an ideograph falls away.
    Punctuation: Chinese and Western forms are equal, and closing punctuation at the end is ignored.
    """
    if text.isascii() and not folding.punctuation:
        # Composition, width and ideographs are no matter of ASCII: the short way gives the same, five times as fast.
        text = text.lower() if folding.case else text
        if folding.notation:
            text = plain_forms(text, is_spaced=not folding.space)
        if folding.space:
            return " ".join(text.split())
        return text.strip() if folding.ends else text
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    if folding.punctuation:
        text = _DASHES.sub("-", text.translate(_PUNCTUATION))
    if folding.width:
        text = unicodedata.normalize("NFC", fold_width(text))
    if folding.notation:
        text = plain_signs(text)
    if folding.case:
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    if folding.notation:
        text = plain_forms(text, is_spaced=not folding.space)
    if folding.space:
        text = _SPACES.sub(" ", _SPACE_BESIDE_CJK.sub("", text)).strip()
    elif folding.ends:
        text = text.strip()
    if folding.punctuation:
        text = _DASHES.sub("-", text.translate(_PUNCTUATION))
        text = text.rstrip(_CLOSING + " ") or text
    return text


@lru_cache(maxsize=4096)
def fold_expected(text: str, folding: Folding, /) -> str:
    """Return the folded form of a text of a key; kept, as thousands of responses are compared with it."""
    return fold(text, folding)


@lru_cache(maxsize=4096)
def _pieces(pattern: str, folding: Folding, /) -> list[str]:
    """Return the folded texts between the stars of a pattern."""
    marked = pattern.replace(r"\*", _STAR).replace("*", _WILD)
    return [piece.replace(_STAR, "*") for piece in fold(marked, folding).split(_WILD)]


def is_wildcard_match(pattern: str, given: str, folding: Folding, /) -> bool:
    r"""Tell whether a text fits a pattern in which `*` stands for any run of characters and `\*` for a star.

    Pieces are searched from left to right and never again: at most pattern x text steps.
    """
    pieces = _pieces(pattern, folding)
    text = fold(given.replace(_WILD, " ").replace(_STAR, " "), folding)
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(first) + len(last) > len(text) or not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def _image_text(found: re.Match[str]) -> str:
    alt = _ALT.search(found.group(1))
    return f"[{(alt.group(1) or alt.group(2) or '').strip()}]" if alt else "[]"


def plain_text(rich: str, /) -> str:
    """Return rich text without its mark-up: blocks on lines of their own, pictures as [alternative text].

    Only the tags of our rich text are taken for tags, so that `a<b` survives. Mathematics stays as written.
    """
    text = rich
    if "<" in text:
        text = _COMMENT.sub("", text)
        text = _IMAGE.sub(_image_text, text)
        text = _CELL.sub(" ", text)
        text = _BLOCK.sub("\n", text)
        text = _INLINE.sub("", text)
    # A no-break space is white space like any other.
    text = html.unescape(text)
    if "\n" not in text:
        return " ".join(text.split())
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join([line for line in lines if line])


def one_line(rich: str, /) -> str:
    """Return rich text as one line of plain text, for lists and tables."""
    return plain_text(rich).replace("\n", " ")


_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)


def shortened(text: str, limit: int, /) -> str:
    """Return one line of plain text cut to about `limit` characters, with "…" where something was cut. A formula is
    kept whole or left out, and one that stood on a line of its own stands in the line."""
    text = _FORMULA.sub(lambda found: rf"\({found[1] or found[2]}\)", text)
    end = limit - 1 if len(text) > limit else len(text)
    for found in _FORMULA.finditer(text):
        if found.start() < end < found.end():
            end = found.start() if found.start() else found.end()
            break
    open_at = _FORMULA.sub(lambda found: " " * len(found[0]), text[:end]).find("\\(")
    if open_at >= 0:
        end = open_at
    return text if end == len(text) else f"{text[:end].rstrip()}…"
