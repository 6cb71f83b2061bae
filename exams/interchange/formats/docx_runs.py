"""Paragraphs of a Word file as lines of text with styles, formulas and pictures. Pure; for the DOCX format."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.docx_numbering import ParagraphStyle, child, style_chain, value_of
from exams.interchange.formats.docx_package import Package, attribute, local
from exams.interchange.formats.omml import to_latex
from exams.interchange.formats.rich_line import (
    COLOUR,
    EM,
    HIGHLIGHT,
    STRONG,
    SUB,
    SUP,
    UNDERLINE,
    Atom,
    Atoms,
    Rich,
    concatenated,
    storable,
)

INSERTED = gettext_noop("The text holds a tracked insertion; it was taken as accepted.")
DELETED = gettext_noop("The text holds a tracked deletion; it was left out.")
COMMENT = gettext_noop("A comment in the margin was left out.")
OLD_EQUATION = gettext_noop("An old equation object (MathType, Equation 3.0) was kept as its picture.")
NO_PICTURE = gettext_noop("A picture or object has no picture in the file that could be kept.")
REMOTE_PICTURE = gettext_noop("A picture lies on another computer; its address was kept.")
WINDOWS_PICTURE = gettext_noop("A picture is in a Windows format (WMF, EMF) that browsers do not show; save it as PNG.")
EQUATION_FIELD = gettext_noop("An equation typed as a field (EQ) was left out; type it with the equation editor.")
HIDDEN = gettext_noop("The text holds hidden text; it was taken along.")
DRAWING = gettext_noop("A drawing, chart or diagram was left out; paste it as a picture.")
MAXIMUM_PICTURES = 5_000

_SYMBOLS = {
    **{("wingdings", code): sign for code, sign in {0xFC: "√", 0xFB: "×", 0xFE: "☑", 0xFD: "☒", 0xA8: "□"}.items()},
    **{("wingdings 2", code): sign for code, sign in {0x50: "√", 0x4F: "×", 0x52: "☑", 0x51: "☒", 0xA3: "□"}.items()},
    **{
        ("symbol", code): sign
        for code, sign in {0xB4: "×", 0xD6: "√", 0x61: "α", 0x62: "β", 0x70: "π", 0xB0: "°"}.items()
    },
}
_TOGGLES = {"b": STRONG, "i": EM}
_BLANK_RUN = re.compile(r"[\s\u3000\xa0]{2,}|\t")
_OFF = ("0", "false", "off", "none")


@dataclass
class Notes:
    """What was doubtful or lost in the paragraph that is being read."""

    doubts: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)

    def doubt(self, text: str) -> None:
        """Note a doubt once."""
        if text not in self.doubts:
            self.doubts.append(text)

    def loss(self, text: str) -> None:
        """Note a loss once."""
        if text not in self.losses:
            self.losses.append(text)


@dataclass
class Runs:
    """Reads the inline content of paragraphs; collects pictures by the name they get."""

    package: Package
    styles: dict[str, ParagraphStyle]
    footnotes: dict[str, str]
    atoms: Atoms = field(default_factory=Atoms)
    pictures: dict[str, str] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    boxes: list[Element] = field(default_factory=list)
    field_depth: int = 0
    instruction: str = ""
    is_in_code: bool = False

    def paragraph(self, element: Element) -> Rich:
        """Return the text of a paragraph; soft line ends are line ends in it. Text boxes wait in `boxes`."""
        has_text = any(
            True for one in element.iter() if local(one.tag) == "t" and "math" not in str(one.tag) and one.text
        )
        return _with_blanks(self._inline(element, 0, is_display=not has_text))

    def _inline(self, element: Element, style: int, *, is_display: bool = False) -> Rich:
        parts = [Rich("", b"", self.atoms)]
        for one in element:
            name = local(one.tag)
            if name == "r":
                parts.append(self._run(one, style))
            elif name == "oMath":
                parts.append(self._formula(one, is_display=False))
            elif name == "oMathPara":
                parts += [self._formula(inner, is_display=is_display) for inner in one if local(inner.tag) == "oMath"]
            elif name in ("ins", "moveTo"):
                inserted = self._inline(one, style)
                if inserted.text:
                    self.notes.doubt(INSERTED)
                parts.append(inserted)
            elif name in ("del", "moveFrom"):
                self.notes.doubt(DELETED)
            elif name == "sdt":
                if (inner := child(one, "sdtContent")) is not None:
                    parts.append(self._inline(inner, style))
            elif name == "AlternateContent":
                parts.append(self._inline(self._alternative(one), style))
            elif name in ("hyperlink", "smartTag", "fldSimple", "customXml", "bdo", "dir"):
                parts.append(self._inline(one, style))
        return concatenated(parts)

    def _alternative(self, element: Element) -> Element:
        """Return the first branch that holds something we can read."""
        branches = [one for one in element if local(one.tag) in ("Choice", "Fallback")]
        readable = ("t", "blip", "imagedata", "txbxContent", "oMath")
        return next(
            (one for one in branches if any(local(inner.tag) in readable for inner in one.iter())),
            branches[0] if branches else element,
        )

    def _styled(self, text: str, style: int) -> Rich:
        return Rich(text, bytes([style]) * len(text) if style else b"", self.atoms)

    def _run(self, element: Element, outer: int) -> Rich:
        properties = child(element, "rPr")
        style = outer
        if (style_id := value_of(properties, "rStyle")) is not None:
            for link in reversed(style_chain(self.styles, style_id)):
                style = _changed(style, link.runs)
        style = _changed(style, properties)
        if properties is not None and _is_on(properties, "vanish"):
            self.notes.doubt(HIDDEN)
        pieces = [self._piece(one, style, properties) for one in element]
        return concatenated([Rich("", b"", self.atoms), *(piece for piece in pieces if piece is not None)])

    def _piece(self, one: Element, style: int, properties: Element | None) -> Rich | None:
        name = local(one.tag)
        if name == "fldChar":
            self._field(attribute(one, "fldCharType") or "")
            return None
        if self.is_in_code:
            if name == "instrText":
                self.instruction += one.text or ""
            return None
        if name == "t":
            return self._styled(storable(one.text or ""), style)
        if name == "tab" or name == "ptab":
            return self._styled("\t", style)
        if name in ("br", "cr"):
            return self._styled("\n", 0) if attribute(one, "type") not in ("page", "column") else None
        if name == "noBreakHyphen":
            return self._styled("-", style)
        if name == "sym":
            return self._styled(_symbol(attribute(one, "font") or "", attribute(one, "char") or ""), style)
        if name == "ruby":
            base, above = child(one, "rubyBase"), child(one, "rt")
            written = self._inline(base, style) if base is not None else Rich("")
            said = self._inline(above, style) if above is not None else Rich("")
            return written + Rich("（", b"", self.atoms) + said + Rich("）", b"", self.atoms) if said.text else written
        if name in ("drawing", "pict", "object"):
            return self._drawn(one, name)
        if name == "AlternateContent":
            branch = self._alternative(one)
            whole = Rich("", b"", self.atoms)
            for inner in branch:
                piece = self._piece(inner, style, properties)
                whole = whole + piece if piece is not None else whole
            return whole
        if name in ("footnoteReference", "endnoteReference"):
            kind = "f" if name.startswith("foot") else "e"
            note = self.footnotes.get(f"{kind}{attribute(one, 'id')}", "")
            return Rich(f"（注：{note}）" if note else "", b"", self.atoms)
        if name == "commentReference":
            self.notes.loss(COMMENT)
        if name == "delText":
            self.notes.doubt(DELETED)
        return None

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self.field_depth += 1
            self.is_in_code = True
            self.instruction = ""
            return
        if kind == "end":
            self.field_depth = max(0, self.field_depth - 1)
        if self.is_in_code and re.match(r"\s*eq\b", self.instruction, re.IGNORECASE):
            self.notes.loss(EQUATION_FIELD)
        self.is_in_code = False

    def _formula(self, element: Element, *, is_display: bool) -> Rich:
        latex = to_latex(element)
        if not latex:
            return Rich("", b"", self.atoms)
        formula = f"\\[{latex}\\]" if is_display else f"\\({latex}\\)"
        return Rich(self.atoms.add(Atom(formula=formula)), b"", self.atoms)

    def _drawn(self, element: Element, kind: str) -> Rich:
        """Return the pictures of a drawing; its text boxes are kept for after the paragraph."""
        whole = Rich("", b"", self.atoms)
        boxes = [one for one in _without_copies(element) if local(one.tag) == "txbxContent"]
        self.boxes += boxes
        alt = next((attribute(one, "descr") or "" for one in element.iter() if local(one.tag) == "docPr"), "")
        found = False
        for one in _without_copies(element):
            name = local(one.tag)
            if name not in ("blip", "imagedata"):
                continue
            id_ = attribute(one, "embed") or attribute(one, "link") if name == "blip" else attribute(one, "id")
            whole = whole + self._picture(
                id_ or "", alt or (attribute(one, "title") or "" if name == "imagedata" else "")
            )
            found = True
        if kind == "object" and found:
            self.notes.loss(OLD_EQUATION)
        elif not found and not boxes:
            self.notes.loss(NO_PICTURE if kind == "object" else DRAWING)
        return whole

    def _picture(self, id_: str, alt: str) -> Rich:
        _kind, target, is_external = self.package.relations.get(id_, ("", "", False))
        said = html.escape(storable(alt)[:300].replace("\n", " "), quote=True)
        if is_external:
            if not re.match(r"https?://", target):
                self.notes.loss(NO_PICTURE)
                return Rich("", b"", self.atoms)
            self.notes.doubt(REMOTE_PICTURE)
            source = html.escape(target, quote=True)
        elif target not in self.package.names or len(self.pictures) >= MAXIMUM_PICTURES:
            self.notes.loss(NO_PICTURE)
            return Rich("", b"", self.atoms)
        else:
            if target.lower().endswith((".wmf", ".emf", ".wmz", ".emz")):
                self.notes.loss(WINDOWS_PICTURE)
            source = f"attachment:{self._name_of(target)}"
        return Rich(self.atoms.add(Atom(html=f'<img src="{source}" alt="{said}">')), b"", self.atoms)

    def _name_of(self, target: str) -> str:
        """Return the name under which a part goes out: its own, made plain and unique."""
        for name, part in self.pictures.items():
            if part == target:
                return name
        path = PurePosixPath(target)
        stem = re.sub(r"[^A-Za-z0-9_-]", "", path.stem)[:60] or "picture"
        ending = re.sub(r"[^A-Za-z0-9.]", "", path.suffix)[:8].lower()
        name, count = f"{stem}{ending}", 1
        while name in self.pictures:
            count += 1
            name = f"{stem}-{count}{ending}"
        self.pictures[name] = target
        return name


def _without_copies(element: Element) -> Iterator[Element]:
    """Yield the elements of a drawing once: of two branches the first, and nothing inside its text boxes."""
    for one in element:
        name = local(one.tag)
        if name == "Fallback":
            continue
        yield one
        if name != "txbxContent":
            yield from _without_copies(one)


def _is_on(properties: Element, name: str) -> bool:
    found = child(properties, name)
    return found is not None and (attribute(found, "val") or "1") not in _OFF


def _changed(style: int, properties: Element | None) -> int:
    """Return the style bits after a set of run properties."""
    if properties is None:
        return style
    for one in properties:
        name = local(one.tag)
        value = attribute(one, "val")
        bit, is_on = 0, True
        if name in _TOGGLES:
            bit, is_on = _TOGGLES[name], (value or "1") not in _OFF
        elif name == "u":
            bit, is_on = UNDERLINE, (value or "single") not in _OFF
        elif name == "em":
            bit, is_on = EM, value not in (None, *_OFF)
        elif name == "highlight":
            bit, is_on = HIGHLIGHT, value not in (None, "none", "white")
        elif name == "shd":
            bit, is_on = HIGHLIGHT, _is_colour(attribute(one, "fill"))
        elif name == "color":
            bit, is_on = COLOUR, _is_colour(value)
        elif name == "vertAlign":
            style &= ~(SUB | SUP)
            style |= SUB if value == "subscript" else SUP if value == "superscript" else 0
            continue
        style = style | bit if is_on else style & ~bit
    return style


def _is_colour(value: str | None) -> bool:
    """Tell whether a colour stands out: neither automatic nor a grey."""
    if value is None or not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        return False
    parts = [int(value[at : at + 2], 16) for at in (0, 2, 4)]
    return max(parts) - min(parts) > 70


def _symbol(font: str, char: str) -> str:
    if not re.fullmatch(r"[0-9A-Fa-f]{1,6}", char):
        return ""
    code = int(char, 16)
    known = _SYMBOLS.get((font.lower(), code & 0xFF))
    if known:
        return known
    return storable(chr(code)) if 0x20 <= code < 0xE000 else ""


def _with_blanks(line: Rich) -> Rich:
    """Return a line with ____ where white space is underlined."""
    if not line.styles or not any(style & UNDERLINE for style in line.styles):
        return line
    for found in reversed(list(_BLANK_RUN.finditer(line.text))):
        if all(style & UNDERLINE for style in line.styles[found.start() : found.end()]) and line.styles:
            line = line.replaced(found.start(), found.end(), "____")
    return line
