"""Automatic numbers of a Word file: which number or letter stands before a paragraph. Pure; for the DOCX format."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from exams.interchange.formats.docx_package import Package, attribute, local

_CHINESE = "零一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_PLACE = re.compile(r"%([1-9])")
_STEMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass
class Level:
    """How the numbers of one level look: their format, the text around them, the first one."""

    format: str = "decimal"
    text: str = "%1."
    start: int = 1
    is_legal: bool = False


@dataclass
class ParagraphStyle:
    """What a named style says: its name, the one it stands on, its list and its level as a heading."""

    name: str = ""
    based_on: str = ""
    number_id: str | None = None
    level: int = 0
    outline: int | None = None
    runs: Element | None = None


@dataclass
class Numbering:
    """The lists of a file and how far each has counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    abstract_of: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, dict[int, int]] = field(default_factory=dict)
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    started: set[tuple[str, int]] = field(default_factory=set)

    def next_label(self, number_id: str, level: int, /) -> str:
        """Count one further and return what stands before the paragraph; empty for bullets and lists unknown."""
        abstract = self.abstract_of.get(number_id)
        if abstract is None or number_id == "0":
            return ""
        levels = self.levels.get(abstract, {})
        look = levels.get(level, Level())
        counts = self.counters.setdefault(abstract, {})
        override = self.overrides.get(number_id, {}).get(level)
        if override is not None and (number_id, level) not in self.started:
            counts[level] = override
        else:
            counts[level] = counts[level] + 1 if level in counts else look.start
        self.started.add((number_id, level))
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        if look.format in ("bullet", "none"):
            return ""

        def shown(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            upper = levels.get(place, Level())
            number = counts.get(place, upper.start)
            return formatted(number, "decimal" if look.is_legal else upper.format)

        return _PLACE.sub(shown, look.text)


def formatted(number: int, kind: str, /) -> str:
    """Return a number as a list format of Word writes it; decimal for the formats not known."""
    if kind in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if kind == "upperLetter" else letter.lower()
    if kind in ("upperRoman", "lowerRoman"):
        return _roman(number) if kind == "lowerRoman" else _roman(number).upper()
    if kind.startswith(("chineseCounting", "taiwaneseCounting", "japaneseCounting", "ideographDigital")):
        return _chinese(number, _CHINESE, "十百千")
    if kind in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        return _chinese(number, _FORMAL, "拾佰仟")
    if kind == "ideographTraditional":
        return _STEMS[(number - 1) % 10]
    if kind.startswith("decimalEnclosed") and 1 <= number <= 20:
        return chr(0x245F + number)
    if kind.startswith("decimalFullWidth"):
        return "".join(chr(0xFF10 + int(digit)) for digit in str(number))
    if kind == "decimalZero":
        return f"{number:02d}"
    return str(number)


def _roman(number: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        while number >= value and len(written) < 20:
            written += sign
            number -= value
    return written


def _chinese(number: int, digits: str, units: str) -> str:
    if not 0 < number < 10_000:
        return str(number)
    written, is_gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            written += digits[0] if is_gap and written else ""
            written += digits[digit] + (units[place - 1] if place else "")
            is_gap = False
        else:
            is_gap = True
    return written[1:] if digits is _CHINESE and 10 <= number < 20 else written


def child(element: Element | None, name: str, /) -> Element | None:
    """Return the first child by its local name."""
    if element is None:
        return None
    return next((one for one in element if local(one.tag) == name), None)


def value_of(element: Element | None, name: str, /) -> str | None:
    """Return the `val` of a child by its local name."""
    found = child(element, name)
    return None if found is None else attribute(found, "val")


def _as_int(text: str | None, default: int = 0) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,6}", text) else default


def read_numbering(package: Package, /) -> Numbering:
    """Return the lists of a file; none where it has no such part."""
    numbering = Numbering()
    part = package.part_of_kind("numbering")
    if part is None:
        return numbering
    for element in package.elements(part, lambda name: name in ("abstractNum", "num")):
        if local(element.tag) == "abstractNum":
            id_ = attribute(element, "abstractNumId") or ""
            numbering.levels[id_] = dict(_level(one) for one in element if local(one.tag) == "lvl")
            continue
        id_ = attribute(element, "numId") or ""
        abstract = value_of(element, "abstractNumId") or ""
        numbering.abstract_of[id_] = abstract
        for override in (one for one in element if local(one.tag) == "lvlOverride"):
            place = _as_int(attribute(override, "ilvl"))
            start = value_of(override, "startOverride")
            if start is not None:
                numbering.overrides.setdefault(id_, {})[place] = _as_int(start, 1)
            if (own := child(override, "lvl")) is not None:
                # A list with levels of its own counts apart from the others of its kind.
                levels = dict(numbering.levels.get(abstract, {}))
                levels[place] = _level(own)[1]
                numbering.levels[f"{abstract}/{id_}"] = levels
                numbering.abstract_of[id_] = f"{abstract}/{id_}"
    return numbering


def _level(element: Element) -> tuple[int, Level]:
    look = Level(
        format=value_of(element, "numFmt") or "decimal",
        text=value_of(element, "lvlText") or "",
        start=_as_int(value_of(element, "start"), 1),
        is_legal=child(element, "isLgl") is not None,
    )
    found = child(element, "numFmt")
    if found is None and (choice := child(element, "AlternateContent")) is not None:
        # Newer formats come with a plain one for older readers.
        look.format = value_of(child(choice, "Fallback"), "numFmt") or "decimal"
    return _as_int(attribute(element, "ilvl")), look


def read_styles(package: Package, /) -> dict[str, ParagraphStyle]:
    """Return the styles of a file by their id."""
    styles: dict[str, ParagraphStyle] = {}
    part = package.part_of_kind("styles")
    if part is None:
        return styles
    for element in package.elements(part, lambda name: name == "style"):
        paragraph = child(element, "pPr")
        numbers = child(paragraph, "numPr")
        outline = value_of(paragraph, "outlineLvl")
        runs = child(element, "rPr")
        styles[attribute(element, "styleId") or ""] = ParagraphStyle(
            name=(value_of(element, "name") or "").lower(),
            based_on=value_of(element, "basedOn") or "",
            number_id=value_of(numbers, "numId"),
            level=_as_int(value_of(numbers, "ilvl")),
            outline=_as_int(outline) if outline is not None else None,
            runs=_copied(runs),
        )
    return styles


def _copied(element: Element | None) -> Element | None:
    if element is None:
        return None
    kept = Element(element.tag, dict(element.attrib))
    kept.extend([Element(one.tag, dict(one.attrib)) for one in element])
    return kept


def style_chain(styles: dict[str, ParagraphStyle], style_id: str, /) -> list[ParagraphStyle]:
    """Return a style and those it stands on, the nearest first."""
    chain: list[ParagraphStyle] = []
    seen: set[str] = set()
    while style_id in styles and style_id not in seen and len(chain) < 20:
        seen.add(style_id)
        chain.append(styles[style_id])
        style_id = styles[style_id].based_on
    return chain
