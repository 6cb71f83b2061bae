r"""Presentation MathML as LaTeX, as far as it is simple; anything else is None and stays an alternative text."""

from exams.interchange.formats.qti.nodes import Node

_SIGNS = {
    "×": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "÷": r"\div ", "±": r"\pm ", "∓": r"\mp ", "−": "-", "∕": "/",
    "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "≈": r"\approx ", "≡": r"\equiv ", "∼": r"\sim ", "∝": r"\propto ",
    "→": r"\to ", "←": r"\leftarrow ", "⇒": r"\Rightarrow ", "⇔": r"\Leftrightarrow ", "↔": r"\leftrightarrow ",
    "∞": r"\infty ", "∂": r"\partial ", "∇": r"\nabla ", "∑": r"\sum ", "∏": r"\prod ", "∫": r"\int ",
    "∈": r"\in ", "∉": r"\notin ", "⊂": r"\subset ", "⊆": r"\subseteq ", "∪": r"\cup ", "∩": r"\cap ",
    "∅": r"\emptyset ", "∀": r"\forall ", "∃": r"\exists ", "∧": r"\land ", "∨": r"\lor ", "¬": r"\neg ",
    "∠": r"\angle ", "⊥": r"\perp ", "∥": r"\parallel ", "°": r"^{\circ}", "′": "'", "…": r"\dots ", "⋯": r"\cdots ",
    "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "δ": r"\delta ", "ε": r"\varepsilon ", "ζ": r"\zeta ",
    "η": r"\eta ", "θ": r"\theta ", "ι": r"\iota ", "κ": r"\kappa ", "λ": r"\lambda ", "μ": r"\mu ", "ν": r"\nu ",
    "ξ": r"\xi ", "π": r"\pi ", "ρ": r"\rho ", "σ": r"\sigma ", "τ": r"\tau ", "υ": r"\upsilon ", "φ": r"\varphi ",
    "ϕ": r"\phi ", "χ": r"\chi ", "ψ": r"\psi ", "ω": r"\omega ", "Γ": r"\Gamma ", "Δ": r"\Delta ", "Θ": r"\Theta ",
    "Λ": r"\Lambda ", "Ξ": r"\Xi ", "Π": r"\Pi ", "Σ": r"\Sigma ", "Φ": r"\Phi ", "Ψ": r"\Psi ", "Ω": r"\Omega ",
    "{": r"\{", "}": r"\}", "%": r"\%", "$": r"\$", "#": r"\#", "&": r"\&", "_": r"\_", "\\": r"\backslash ",
    "\u2061": "", "\u2062": "", "\u2063": ",", "\u2064": "+", "\u00a0": r"\,", "\u2009": r"\,", "‖": r"\|",
    "⟨": r"\langle ", "⟩": r"\rangle ", "^": r"\hat{}", "~": r"\sim ",
}  # fmt: skip
_FUNCTIONS = {"sin", "cos", "tan", "cot", "sec", "csc", "log", "ln", "exp", "lim", "max", "min", "det", "gcd", "arg"}
_ACCENTS = {"¯": "bar", "‾": "overline", "_": "underline", "^": "hat", "ˆ": "hat", "~": "tilde", "˜": "tilde",
            "→": "vec", "⃗": "vec", "˙": "dot", "¨": "ddot", "⏞": "overbrace", "⏟": "underbrace"}  # fmt: skip
_GROUPS = {"math", "mrow", "mstyle", "mpadded", "merror", "semantics", "mphantom"}
_IGNORED = {"annotation", "annotation-xml", "none", "mprescripts", "maligngroup", "malignmark"}


class _NotSimple(Exception):
    """The formula has something that is not converted."""


def _signs(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text.strip())


def _argument(node: Node) -> str:
    return "{" + _latex(node).strip() + "}"


def _children(node: Node, count: int) -> list[Node]:
    inner = [child for child in node.nodes if child.name not in _IGNORED]
    if len(inner) != count:
        raise _NotSimple
    return inner


def _identifier(node: Node) -> str:
    text = node.text.strip()
    if text in _FUNCTIONS:
        return f"\\{text} "
    if len(text) > 1 and text.isascii() and text.isalpha():
        return f"\\mathrm{{{text}}}"
    bold = "bold" in node.get("mathvariant")
    return f"\\mathbf{{{_signs(text)}}}" if bold else _signs(text)


def _text(node: Node) -> str:
    text = node.text
    for sign in "\\{}$#%&_^~":
        if sign in text:
            text = text.replace(sign, " " if sign in "\\^~" else f"\\{sign}")
    return f"\\text{{{text}}}" if text else ""


def _fenced(node: Node) -> str:
    def side(name: str, usual: str) -> str:
        sign = node.attrs.get(name, usual).strip()
        return _SIGNS.get(sign, sign).strip() or "."

    separators = [sign for sign in node.attrs.get("separators", ",") if not sign.isspace()]
    inner = [child for child in node.nodes if child.name not in _IGNORED]
    pieces = []
    for at, child in enumerate(inner):
        if at and separators:
            pieces.append(separators[min(at - 1, len(separators) - 1)])
        pieces.append(_latex(child))
    return f"\\left{side('open', '(')} {''.join(pieces)} \\right{side('close', ')')} "


def _table(node: Node) -> str:
    rows = []
    for row in node.nodes:
        if row.name not in ("mtr", "mlabeledtr"):
            raise _NotSimple
        rows.append(" & ".join("".join(_latex(child) for child in cell.nodes).strip() for cell in row.nodes))
    return "\\begin{matrix}" + r" \\ ".join(rows) + "\\end{matrix}"


def _over(node: Node) -> str:
    base, above = _children(node, 2)
    accent = _ACCENTS.get(above.text.strip())
    if accent and not above.nodes:
        accent = "overrightarrow" if accent == "vec" and len(base.text.strip()) > 1 else accent
        return f"\\{accent}{_argument(base)}"
    if base.text.strip() in "∑∏∫" and base.text.strip():
        return f"{_latex(base)}^{_argument(above)}"
    return f"\\overset{_argument(above)}{_argument(base)}"


def _under(node: Node) -> str:
    base, below = _children(node, 2)
    if base.text.strip() in ("∑", "∏", "∫", "lim", "max", "min"):
        return f"{_latex(base)}_{_argument(below)}"
    return f"\\underset{_argument(below)}{_argument(base)}"


def _enclose(node: Node) -> str:
    inner = "".join(_latex(child) for child in node.nodes)
    if "radical" in node.get("notation"):
        return f"\\sqrt{{{inner}}}"
    raise _NotSimple


def _latex(node: Node) -> str:
    name = node.name
    if name in _GROUPS:
        return "".join(_latex(child) for child in node.nodes)
    if name == "mi":
        return _identifier(node)
    if name == "mn":
        return _signs(node.text)
    if name == "mo":
        return f"\\{node.text.strip()} " if node.text.strip() in _FUNCTIONS else _signs(node.text)
    if name in ("mtext", "ms"):
        return _text(node)
    if name == "mspace":
        return r"\ "
    if name == "mfrac":
        over, under = _children(node, 2)
        return f"\\frac{_argument(over)}{_argument(under)}"
    if name == "msqrt":
        return "\\sqrt{" + "".join(_latex(child) for child in node.nodes).strip() + "}"
    if name == "mroot":
        base, index = _children(node, 2)
        return f"\\sqrt[{_latex(index).strip()}]{_argument(base)}"
    if name in ("msup", "msub"):
        base, mark = _children(node, 2)
        return f"{{{_latex(base)}}}{'^' if name == 'msup' else '_'}{_argument(mark)}"
    if name in ("msubsup", "munderover"):
        base, below, above = _children(node, 3)
        body = _latex(base) if name == "munderover" else f"{{{_latex(base)}}}"
        return f"{body}_{_argument(below)}^{_argument(above)}"
    if name == "mfenced":
        return _fenced(node)
    if name == "mtable":
        return _table(node)
    if name == "mover":
        return _over(node)
    if name == "munder":
        return _under(node)
    if name == "menclose":
        return _enclose(node)
    if name in _IGNORED:
        return ""
    raise _NotSimple


def latex_of(math: Node) -> str | None:
    r"""Return a <math> element as LaTeX between \( \) or, displayed, \[ \]; None when it is not simple.

    A LaTeX annotation of the formula's author goes before anything else.
    """
    for node in math.walk():
        if node.name == "annotation" and "tex" in node.get("encoding").lower() and node.text.strip():
            body = node.text.strip().strip("$").strip()
            break
    else:
        try:
            body = " ".join(_latex(math).split())
        except _NotSimple:
            return None
    if not body or "\\(" in body or "\\)" in body:
        return None
    is_block = math.get("display") == "block" or math.get("mode") == "display"
    return f"\\[{body}\\]" if is_block else f"\\({body}\\)"
