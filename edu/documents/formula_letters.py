"""The font of formulas: mathematics from ziamath's own STIX Two Math, and what that lacks, as Chinese letters, from the
font of the page's text.

Imported by formulas.py when the first formula is set.
"""

import functools
from pathlib import Path
from typing import Any

import ziafont
from django.conf import settings
from ziafont.glyph import SimpleGlyph
from ziamath import zmath
from ziamath.mathfont import MathFont

from edu.documents.fonts import FontsMissing

__all__ = ["letters_font"]

TEXT_FONT = "NotoSerifSC_400Regular.ttf"
_NAME = "mathematics and letters"
_ASSEMBLED = -1
"""The index by which ziamath knows a glyph that is none of the mathematical font's: its tables are not asked for it."""


class _Letter(SimpleGlyph):
    """A letter of the text font in a formula, as wide as that font has it; both fonts count 1,000 units to the em."""

    def __init__(self, glyph: SimpleGlyph) -> None:
        super().__init__(_ASSEMBLED, glyph.operators, glyph.bbox, glyph.font)
        self._advance = int(glyph.advance())

    def advance(self, nextchr: Any = None) -> int:
        """Return the width in units of the font; letters are not drawn nearer to each other."""
        return self._advance


class _LettersFont(MathFont):
    """The mathematical font that takes from the text font what it lacks."""

    def glyph(self, char: str) -> SimpleGlyph:
        """Return the glyph of a character, the text font's where this one has none."""
        if self.glyphindex(char) or not char.strip():
            return super().glyph(char)
        return _letter(char) or super().glyph(char)


@functools.lru_cache(maxsize=4_000)
def _letter(character: str) -> _Letter | None:
    font = _text_font()
    return _Letter(font.glyph(character)) if font.glyphindex(character) else None


@functools.cache
def _text_font() -> ziafont.Font:
    path = Path(settings.FONTS_DIR) / TEXT_FONT
    if not path.is_file():
        raise FontsMissing(f"The font {TEXT_FONT} is missing in {settings.FONTS_DIR}. `make run` fetches the fonts.")
    return ziafont.Font(path)


def letters_font() -> str:
    """Return the name by which ziamath finds the font of formulas, having told it of that font."""
    if _NAME not in zmath.loadedfonts:
        zmath.loadedfonts[_NAME] = _LettersFont(str(zmath.loadedfonts["default"].fname))
    return _NAME
