"""The embedded fonts of PDF files: registration, widths, and which font draws which character.

Text is set in Noto Serif SC. A character it lacks is taken from Noto Serif where that is installed, then from
Vera, which reportlab brings along; a letter none of them has loses its accents, and what is still unknown becomes
the geta mark 〓, which Chinese and Japanese typesetters use for a missing sort.
"""

import functools
import unicodedata
from pathlib import Path

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

MISSING = "〓"
_LATIN_FORMS = {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "..."}
"""Marks that a Chinese font draws a full square wide, and what stands for them among Latin letters."""
_FILES = {
    False: ("NotoSerifSC_400Regular.ttf", "NotoSerif_400Regular.ttf"),
    True: ("NotoSerifSC_700Bold.ttf", "NotoSerif_700Bold.ttf"),
}
_LAST = {False: "Vera.ttf", True: "VeraBd.ttf"}


class FontsMissing(Exception):
    """The fonts of PDF files are not installed; the message says how to get them."""


@functools.cache
def font_chain(bold: bool) -> tuple[TTFont, ...]:
    """Return the fonts in which a character is looked for, best first. FontsMissing without the first one."""
    first, *others = _FILES[bold]
    path = Path(settings.FONTS_DIR) / first
    if not path.is_file():
        message = f"The font {first} is missing in {settings.FONTS_DIR}. `make run` fetches the fonts; run it once."
        raise FontsMissing(message)
    try:
        chain = [TTFont(first.removesuffix(".ttf"), str(path))]
    except TTFError as error:
        message = f"The font {path} is damaged. Delete it; `make run` fetches it again."
        raise FontsMissing(message) from error
    for name in others:
        extra = Path(settings.FONTS_DIR) / name
        if extra.is_file():
            chain.append(TTFont(name.removesuffix(".ttf"), str(extra)))
    chain.append(TTFont(_LAST[bold].removesuffix(".ttf"), _LAST[bold]))
    for font in chain:
        pdfmetrics.registerFont(font)
    return tuple(chain)


@functools.lru_cache(maxsize=20_000)
def _glyph(character: str, bold: bool) -> tuple[int, float] | None:
    """Return the index of the first font that has the character and its width in thousandths of the size."""
    for index, font in enumerate(font_chain(bold)):
        if ord(character) in font.face.charToGlyph:
            return index, float(font.face.charWidths.get(ord(character), font.face.defaultWidth))
    return None


def drawable(text: str, *, bold: bool = False) -> str:
    """Return `text` as it can be drawn: composed, without control characters, unknown characters replaced."""
    result = []
    composed = unicodedata.normalize("NFC", text)
    if not _LATIN_FORMS.keys().isdisjoint(composed):
        composed = _with_latin_marks(composed)
    for character in composed:
        category = unicodedata.category(character)
        if category in {"Zs", "Zl", "Zp"} or character in "\t\r\n":
            result.append(" ")
        elif category.startswith("C"):
            continue  # control, format and private characters draw nothing and could turn the text round
        elif _glyph(character, bold) is not None:
            result.append(character)
        else:
            base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
            known = base and all(_glyph(c, bold) is not None for c in base)
            result.append(base if known else "" if unicodedata.combining(character) else MISSING)
    return "".join(result)


def _with_latin_marks(text: str) -> str:
    """Return `text` with narrow quotation marks and ellipses wherever no Chinese character stands beside them."""
    result = []
    for place, character in enumerate(text):
        beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        latin = character in _LATIN_FORMS and not any(ord(neighbour) >= 0x2E80 for neighbour in beside)
        result.append(_LATIN_FORMS[character] if latin else character)
    return "".join(result)


def missing_characters(text: str) -> str:
    """Return the characters of `text` that no installed font can draw, each once, in order."""
    seen = dict.fromkeys(
        character
        for character in unicodedata.normalize("NFC", text)
        if not character.isspace()
        and not unicodedata.category(character).startswith("C")
        and _glyph(character, False) is None
    )
    return "".join(seen)


def measure(text: str, *, size: float, bold: bool = False) -> float:
    """Return the width of drawable text in points at `size` points."""
    total = 0.0
    for character in text:
        glyph = _glyph(character, bold)
        total += glyph[1] if glyph else 1000.0
    return total * size / 1000.0


def split_runs(text: str, *, bold: bool = False) -> list[tuple[str, str]]:
    """Return (font name, text) runs that together are the drawable text."""
    chain = font_chain(bold)
    runs: list[tuple[str, str]] = []
    for character in text:
        glyph = _glyph(character, bold)
        name = chain[glyph[0] if glyph else 0].fontName
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + character)
        else:
            runs.append((name, character))
    return runs
