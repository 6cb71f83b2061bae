"""Equations of Word (Office Math) as LaTeX. Pure; for the DOCX format."""

import unicodedata
from collections.abc import Callable
from xml.etree.ElementTree import Element

from exams.interchange.formats.docx_package import attribute, local
from exams.interchange.formats.omml_signs import ACCENTS, ESCAPED, FENCES, FUNCTIONS, GROUPS, NARY, SIGNS, SKIPPED
from exams.interchange.formats.rich_line import storable


def to_latex(element: Element, /) -> str:
    """Return an equation as LaTeX without the signs around it. What is not known is written as its text."""
    return " ".join(_all(element).split())


def _child(element: Element, name: str) -> Element | None:
    return next((one for one in element if local(one.tag) == name), None)


def _part(element: Element, name: str) -> str:
    found = _child(element, name)
    return "" if found is None else _all(found).strip()


def _property(element: Element, group: str, name: str) -> str | None:
    """Return a property of a structure; None where it is not stated, empty where it is stated without a value."""
    properties = _child(element, group)
    found = None if properties is None else _child(properties, name)
    return None if found is None else attribute(found, "val") or ""


def _is_on(element: Element, group: str, name: str) -> bool:
    value = _property(element, group, name)
    return value is not None and value not in ("0", "off", "false")


def _all(element: Element) -> str:
    written = ""
    for one in element:
        name = local(one.tag)
        if name in SKIPPED:
            continue
        piece = _STRUCTURES[name](one) if name in _STRUCTURES else _all(one)
        if written.endswith(tuple("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) and piece[:1].isalpha():
            last = written.rpartition("\\")[2]
            if "\\" in written and last.isalpha():
                written += " "
        written += piece
    return written


def _text(text: str) -> str:
    written = ""
    chinese = ""
    for sign in storable(text):
        if "\u3400" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" or "\u3000" < sign <= "\u303f":
            chinese += sign
            continue
        if chinese:
            written, chinese = f"{written}\\text{{{chinese}}}", ""
        if sign in SIGNS:
            name = SIGNS[sign]
            written += name if name[0] in "^'" else f"\\{name} "
        elif "\U0001d400" <= sign <= "\U0001d7ff":
            written += unicodedata.normalize("NFKC", sign)
        elif sign in "\u2061\u2062\u2063\u2064\u200b":
            continue
        elif sign in "−－":
            written += "-"
        else:
            written += ESCAPED.get(sign, " " if sign.isspace() else sign)
    return f"{written}\\text{{{chinese}}}" if chinese else written


def _run(element: Element) -> str:
    text = "".join(one.text or "" for one in element if local(one.tag) == "t")
    is_upright = _property(element, "rPr", "sty") == "p" or _is_on(element, "rPr", "nor")
    stripped = text.strip()
    if stripped in FUNCTIONS:
        return f"\\{stripped} "
    if is_upright and stripped.isascii() and stripped.isalpha() and len(stripped) > 1:
        return f"\\mathrm{{{stripped}}}"
    return _text(text)


def _fraction(element: Element) -> str:
    kind = _property(element, "fPr", "type")
    above, below = _part(element, "num"), _part(element, "den")
    if kind == "noBar":
        return f"{{{above} \\atop {below}}}"
    if kind in ("lin", "skw"):
        return f"{{{above}}}/{{{below}}}"
    return f"\\frac{{{above}}}{{{below}}}"


def _radical(element: Element) -> str:
    degree = "" if _is_on(element, "radPr", "degHide") else _part(element, "deg")
    return f"\\sqrt[{degree}]{{{_part(element, 'e')}}}" if degree else f"\\sqrt{{{_part(element, 'e')}}}"


def _base(element: Element) -> str:
    base = _part(element, "e")
    is_name = base.startswith("\\") and base[1:].isalpha()
    return base if len(base) == 1 or is_name else f"{{{base}}}"


def _nary(element: Element) -> str:
    sign = _property(element, "naryPr", "chr")
    name = NARY.get(sign if sign is not None else "∫", _text(sign or "∫"))
    below = "" if _is_on(element, "naryPr", "subHide") else _part(element, "sub")
    above = "" if _is_on(element, "naryPr", "supHide") else _part(element, "sup")
    limits = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
    if limits and _property(element, "naryPr", "limLoc") == "undOvr" and "int" in name:
        limits = f"\\limits{limits}"
    return f"{name}{limits} {_part(element, 'e')}"


def _fence(sign: str) -> str:
    return FENCES.get(sign, sign)


def _delimiters(element: Element) -> str:
    opening, closing = _property(element, "dPr", "begChr"), _property(element, "dPr", "endChr")
    between = _property(element, "dPr", "sepChr")
    parts = [_all(one).strip() for one in element if local(one.tag) == "e"]
    left = _fence("(" if opening is None else opening)
    right = _fence(")" if closing is None else closing)
    middle = f" \\middle{_fence('|' if between is None else between)} " if between not in (",", ";") else between
    return f"\\left{left} {middle.join(parts)} \\right{right}"


def _matrix(element: Element) -> str:
    rows = [
        " & ".join(_all(cell).strip() for cell in row if local(cell.tag) == "e")
        for row in element
        if local(row.tag) == "mr"
    ]
    return _environment("matrix", rows)


def _environment(name: str, rows: list[str]) -> str:
    inside = " \\\\ ".join(rows)
    return f"\\begin{{{name}}} {inside} \\end{{{name}}}"


def _equations(element: Element) -> str:
    rows = [_all(one).strip() for one in element if local(one.tag) == "e"]
    rows = [row.replace("\\&", "&", 1) for row in rows]
    columns = "aligned" if any("&" in row for row in rows) else "array"
    if columns == "array":
        inside = " \\\\ ".join(rows)
        return f"\\begin{{array}}{{l}} {inside} \\end{{array}}"
    return _environment("aligned", rows)


def _function(element: Element) -> str:
    name = _part(element, "fName")
    bare = name.replace("\\mathrm{", "").rstrip("}").strip().lstrip("\\")
    if bare in FUNCTIONS:
        name = f"\\{bare}"
    return f"{name} {_part(element, 'e')}"


def _accent(element: Element) -> str:
    sign = _property(element, "accPr", "chr")
    inside = _part(element, "e")
    name = ACCENTS.get("\u0302" if sign is None else sign, "\\hat")
    wide = {"\\vec": "\\overrightarrow", "\\hat": "\\widehat", "\\bar": "\\overline", "\\tilde": "\\widetilde"}
    if len(inside) > 1 and not inside.startswith("\\") and name in wide:
        name = wide[name]
    return f"{name}{{{inside}}}"


def _bar(element: Element) -> str:
    name = "\\overline" if _property(element, "barPr", "pos") == "top" else "\\underline"
    return f"{name}{{{_part(element, 'e')}}}"


def _lower(element: Element) -> str:
    base = _part(element, "e")
    bare = base.lstrip("\\").replace("mathrm{", "").rstrip("} ")
    if bare in ("lim", "max", "min", "sup", "inf"):
        return f"\\{bare}_{{{_part(element, 'lim')}}}"
    if base.startswith("\\underbrace"):
        return f"{base}_{{{_part(element, 'lim')}}}"
    return f"\\underset{{{_part(element, 'lim')}}}{{{base}}}"


def _upper(element: Element) -> str:
    base = _part(element, "e")
    if base.startswith("\\overbrace"):
        return f"{base}^{{{_part(element, 'lim')}}}"
    return f"\\overset{{{_part(element, 'lim')}}}{{{base}}}"


def _group(element: Element) -> str:
    sign = _property(element, "groupChrPr", "chr")
    place = _property(element, "groupChrPr", "pos") or "bot"
    name = GROUPS.get(("⏟" if sign is None else sign, place), "\\underbrace" if place == "bot" else "\\overbrace")
    return f"{name}{{{_part(element, 'e')}}}"


_STRUCTURES: dict[str, Callable[[Element], str]] = {
    "r": _run,
    "f": _fraction,
    "rad": _radical,
    "sSup": lambda one: f"{_base(one)}^{{{_part(one, 'sup')}}}",
    "sSub": lambda one: f"{_base(one)}_{{{_part(one, 'sub')}}}",
    "sSubSup": lambda one: f"{_base(one)}_{{{_part(one, 'sub')}}}^{{{_part(one, 'sup')}}}",
    "sPre": lambda one: f"{{}}_{{{_part(one, 'sub')}}}^{{{_part(one, 'sup')}}}{_base(one)}",
    "nary": _nary,
    "d": _delimiters,
    "m": _matrix,
    "func": _function,
    "acc": _accent,
    "bar": _bar,
    "limLow": _lower,
    "limUpp": _upper,
    "groupChr": _group,
    "eqArr": _equations,
    "borderBox": lambda one: f"\\boxed{{{_part(one, 'e')}}}",
    "phant": lambda one: f"\\phantom{{{_part(one, 'e')}}}" if not _is_on(one, "phantPr", "show") else _part(one, "e"),
}
