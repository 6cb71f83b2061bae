"""A line of text whose characters carry styles and stand for pictures, tables and formulas, so that one grammar reads
plain text and Word alike. Pure; the text and DOCX formats read through here."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

SUB, SUP, STRONG, EM, UNDERLINE, COLOUR, HIGHLIGHT = 1, 2, 4, 8, 16, 32, 64
"""The styles of a character, as bits."""

FIRST_ATOM = 0xF0000
LAST_ATOM = 0xFFFFD
_TAGS = ((UNDERLINE, "u"), (STRONG, "strong"), (EM, "em"), (SUB, "sub"), (SUP, "sup"))
_SHOWN = SUB | SUP | STRONG | EM | UNDERLINE
_TAG_LIKE = re.compile(r"<[a-zA-Z/!]")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\ud800-\udfff\U000f0000-\U0010ffff]")
_WIDE = {
    code: code - 0xFEE0 for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)) for code in range(*span)
}
_HAS_ATOM = re.compile("[\U000f0000-\U000ffffd]")


@dataclass(frozen=True, slots=True)
class Atom:
    """What one character stands for: `html` of a picture or table, or the `formula` as LaTeX between its signs."""

    html: str = ""
    formula: str = ""
    is_block: bool = False


@dataclass(slots=True, eq=False)
class Atoms:
    """The atoms of one document, by their character."""

    known: dict[str, Atom] = field(default_factory=dict)

    def add(self, atom: Atom, /) -> str:
        """Return the character that stands for an atom; empty once a document has more than there are characters."""
        place = FIRST_ATOM + len(self.known)
        if place > LAST_ATOM:
            return ""
        self.known[chr(place)] = atom
        return chr(place)


NO_ATOMS = Atoms()


def storable(text: str, /) -> str:
    """Return a text without control characters, half surrogate pairs and what we use for atoms."""
    return _UNSTORABLE.sub("", text)


def plain_as_rich(text: str, /) -> str:
    """Return plain text as rich text that reads the same: escaped only where it could be taken for a tag."""
    if not _TAG_LIKE.search(text):
        return text
    return f"<p>{html.escape(text, quote=False).replace(chr(10), '<br>')}</p>"


@dataclass(frozen=True, slots=True)
class Rich:
    """Text with one style byte a character (none at all where nothing is styled) and the atoms in it."""

    text: str
    styles: bytes = b""
    atoms: Atoms = NO_ATOMS

    def __getitem__(self, part: slice) -> "Rich":
        return Rich(self.text[part], self.styles[part] if self.styles else b"", self.atoms)

    def __add__(self, other: "Rich") -> "Rich":
        if not self.styles and not other.styles:
            styles = b""
        else:
            styles = (self.styles or bytes(len(self.text))) + (other.styles or bytes(len(other.text)))
        return Rich(self.text + other.text, styles, self.atoms if self.atoms.known else other.atoms)

    def __bool__(self) -> bool:
        return bool(self.text)

    def strip(self) -> "Rich":
        """Return it without white space at the ends."""
        start = len(self.text) - len(self.text.lstrip())
        end = len(self.text.rstrip())
        return self if (start, end) == (0, len(self.text)) else self[start : max(start, end)]

    def replaced(self, start: int, end: int, text: str) -> "Rich":
        """Return it with one span replaced by an unstyled text."""
        return self[:start] + Rich(text, b"", self.atoms) + self[end:]

    def without(self, bits: int) -> "Rich":
        """Return it without some of its styles."""
        if not self.styles:
            return self
        keep = 0xFF ^ bits
        styles = bytes(style & keep for style in self.styles)
        return Rich(self.text, styles if any(styles) else b"", self.atoms)

    def share_of(self, bit: int) -> float:
        """Return the share of its visible characters that carry a style."""
        if not self.styles:
            return 0.0
        visible = [style for sign, style in zip(self.text, self.styles, strict=True) if not sign.isspace()]
        return sum(1 for style in visible if style & bit) / len(visible) if visible else 0.0

    @property
    def narrow(self) -> str:
        """Its text, sign for sign, with full-width letters and digits in their usual width: what patterns look at."""
        return self.text if self.text.isascii() else self.text.translate(_WIDE)

    def plain(self) -> str:
        """Return its text with formulas written out and nothing for pictures."""
        if not self.atoms.known or not _HAS_ATOM.search(self.text):
            return self.text
        return _HAS_ATOM.sub(lambda found: self._atom(found[0]).formula, self.text)

    def _atom(self, sign: str) -> Atom:
        return self.atoms.known.get(sign, Atom())

    def render(self) -> str:
        """Return rich text: plain text where nothing is styled, otherwise our HTML."""
        atoms = [self._atom(sign) for sign in _HAS_ATOM.findall(self.text)] if self.atoms.known else []
        is_styled = any(style & _SHOWN for style in self.styles)
        if not is_styled and not any(atom.html for atom in atoms):
            return plain_as_rich(self.plain())
        lines = self._lines()
        if len(lines) == 1 and not any(atom.is_block for atom in atoms):
            rendered = lines[0]._inline()
            return rendered if _TAG_LIKE.search(rendered) else f"<p>{rendered}</p>"
        return "".join(lines_as_blocks(lines))

    def _lines(self) -> list["Rich"]:
        lines, at = [], 0
        for piece in self.text.split("\n"):
            lines.append(self[at : at + len(piece)])
            at += len(piece) + 1
        return lines

    def _inline(self) -> str:
        written = []
        at = 0
        pairs = self.styles or bytes(len(self.text))
        for style, run in groupby(pairs, key=lambda bits: bits & _SHOWN):
            size = sum(1 for _bits in run)
            piece = "".join(self._sign(sign) for sign in self.text[at : at + size])
            at += size
            for bit, tag in _TAGS:
                if style & bit and piece.strip():
                    piece = f"<{tag}>{piece}</{tag}>"
            written.append(piece)
        return "".join(written)

    def _sign(self, sign: str) -> str:
        if FIRST_ATOM <= ord(sign) <= LAST_ATOM:
            atom = self._atom(sign)
            return atom.html or html.escape(atom.formula, quote=False)
        return html.escape(sign, quote=False) if sign in "&<>" else sign


def lines_as_blocks(lines: Iterable[Rich], /) -> Iterable[str]:
    """Yield lines as paragraphs; a line that is a table stays by itself."""
    for line in lines:
        written = line._inline()
        if not written.strip():
            continue
        is_block = any(line._atom(sign).is_block for sign in _HAS_ATOM.findall(line.text))
        yield written if is_block else f"<p>{written}</p>"


def concatenated(parts: Sequence[Rich], /, *, between: str = "") -> Rich:
    """Return texts as one, in one go."""
    atoms = next((part.atoms for part in parts if part.atoms.known), parts[0].atoms if parts else NO_ATOMS)
    text = between.join(part.text for part in parts)
    if not any(part.styles for part in parts):
        return Rich(text, b"", atoms)
    styles = bytes(len(between)).join(part.styles or bytes(len(part.text)) for part in parts)
    return Rich(text, styles, atoms)


def joined(lines: Iterable[Rich], /) -> Rich:
    """Return lines as one text, empty ones at the ends left out."""
    kept = list(lines)
    first = next((at for at, line in enumerate(kept) if line.text.strip()), len(kept))
    last = next((at for at in range(len(kept), first, -1) if kept[at - 1].text.strip()), first)
    return concatenated(kept[first:last], between="\n")
