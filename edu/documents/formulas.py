"""LaTeX formulas as outlines for PDF pages. Set by ziamath (pure Python, STIX Two Math; Chinese letters by
formula_letters), drawn as paths: nothing of the web page's KaTeX is needed on the server."""

import logging
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Outline", "SetFormula", "linear_text", "set_formula"]

logger = logging.getLogger(__name__)
_COMMAND = re.compile(r"([MLQCZHV])([^MLQCZHV]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_TEXT = re.compile(r"\\(?:text|mathrm|textbf|mbox)\{([^{}]*)\}")
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_SIGNS = {
    r"\times": "×",
    r"\div": "÷",
    r"\cdot": "·",
    r"\pm": "±",
    r"\le": "≤",
    r"\ge": "≥",
    r"\ne": "≠",
    r"\approx": "≈",
    r"\%": "%",
}

LONGEST_FORMULA = 2_000
"""Characters of LaTeX; setting takes time by length."""

Outline = tuple[tuple[str, tuple[float, ...]], ...]
"""Steps of a path: M and L with a point, C with three, Z; in points from the origin on the baseline, y upwards."""


@dataclass(frozen=True, kw_only=True)
class SetFormula:
    """A formula ready to be drawn: width, height above and depth below the baseline in points, and its outlines."""

    width: float
    above: float
    below: float
    outlines: tuple[Outline, ...]

    def scaled(self, factor: float, /) -> "SetFormula":
        """Return the formula as many times as large."""
        return SetFormula(
            width=self.width * factor,
            above=self.above * factor,
            below=self.below * factor,
            outlines=tuple(
                tuple((name, tuple(number * factor for number in numbers)) for name, numbers in outline)
                for outline in self.outlines
            ),
        )


def linear_text(latex: str, /) -> str:
    """Return a formula as one readable line, for what cannot be set."""
    text = latex
    for _step in range(4):
        text = _TEXT.sub(r"\1", text)
        text = _FRACTION.sub(r"(\1)/(\2)", text)
    for command, sign in _SIGNS.items():
        text = re.sub(re.escape(command) + r"(?![a-zA-Z])", sign, text)
    return text.strip()


@lru_cache(maxsize=512)
def set_formula(latex: str, /, *, size: float) -> SetFormula | None:
    """Return a formula set at a size in points; None where it cannot be set, being faulty or longer than
    LONGEST_FORMULA: `linear_text` says it then."""
    if len(latex) > LONGEST_FORMULA:
        return None
    with warnings.catch_warnings():
        # ziamath 0.13 finds its font by a call that Python 3.11 calls outdated.
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziafont
        import ziamath

        from edu.documents.formula_letters import letters_font

    ziafont.config.svg2 = False
    try:
        formula = ziamath.Latex(latex, size=size, font=letters_font())
        drawing = formula.svgxml()
        width, height = formula.getsize()
        below = -formula.getyofst()
    except Exception:  # noqa: BLE001 - a formula of an author may be faulty in any way; it is then written out
        logger.info("a formula cannot be set: %s", latex[:200])
        return None
    outlines = []
    for element in drawing.iter():
        name = element.tag.rsplit("}", 1)[-1]
        if name == "path":
            outlines.append(_outline(element.get("d", "")))
        elif name == "rect":
            x, y, w, h = (float(element.get(key, "0")) for key in ("x", "y", "width", "height"))
            points = ((x, -y), (x + w, -y), (x + w, -y - h), (x, -y - h))
            outlines.append((("M", points[0]), *(("L", point) for point in points[1:]), ("Z", ())))
    return SetFormula(width=width, above=height - below, below=below, outlines=tuple(outlines))


def _outline(data: str) -> Outline:
    """Return the steps of an SVG path with its quadratic curves raised to cubic ones, y turned upwards."""
    steps: list[tuple[str, tuple[float, ...]]] = []
    x = y = 0.0
    for name, arguments in _COMMAND.findall(data):
        numbers = [float(text) for text in _NUMBER.findall(arguments)]
        if name in "ML":
            x, y = numbers[-2], -numbers[-1]
            steps.append((name, (x, y)))
        elif name == "H":
            x = numbers[-1]
            steps.append(("L", (x, y)))
        elif name == "V":
            y = -numbers[-1]
            steps.append(("L", (x, y)))
        elif name == "Q":
            cx, cy, to_x, to_y = numbers[0], -numbers[1], numbers[2], -numbers[3]
            first = (x + 2 / 3 * (cx - x), y + 2 / 3 * (cy - y))
            second = (to_x + 2 / 3 * (cx - to_x), to_y + 2 / 3 * (cy - to_y))
            steps.append(("C", (*first, *second, to_x, to_y)))
            x, y = to_x, to_y
        elif name == "C":
            steps.append(("C", tuple(n if at % 2 == 0 else -n for at, n in enumerate(numbers))))
            x, y = numbers[-2], -numbers[-1]
        else:
            steps.append(("Z", ()))
    return tuple(steps)
