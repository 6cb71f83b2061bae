"""Ways of writing the same mathematics or chemistry: a sign that a bar of symbols gives, and what a keyboard gives.

`x²` and `x^2`, `≤` and `<=`, `H₂O` and `H2O` are the same to whoever reads them. Two steps, since case is folded
between them: `plain_signs` replaces single signs, `plain_forms` what is made of several.
"""

import re

LONGEST = 500
"""Characters of a text whose forms are looked at: mathematics in a blank is shorter, and brackets within brackets take
time by the square of it."""
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ]+")
_HALVES = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅙": "1/6", "⅛": "1/8"}
_HALF_AFTER_DIGIT = re.compile("(?<=[0-9])(?=[½⅓⅔¼¾⅕⅙⅛])")
_SIGNS = str.maketrans(
    {
        **dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True)),
        **dict.fromkeys("≤⩽≦", "<="),
        **dict.fromkeys("≥⩾≧", ">="),
        **dict.fromkeys("×⋅∙✕", "*"),
        **dict.fromkeys("÷∕⁄", "/"),
        **_HALVES,
        "≠": "!=",
        "≈": "~=",
        "−": "-",
        "±": "+-",
        "√": "sqrt",
        "π": "pi",
        "∞": "infinity",
        "→": "->",
        "←": "<-",
        "⇒": "=>",
        "∶": ":",
        "△": "Δ",
        "µ": "μ",
        "℃": "°C",
        "℉": "°F",
    }
)
_POINT_BETWEEN = re.compile(r"([0-9A-Za-z)])\s*·\s*(?=[0-9A-Za-z(])")
_BRACED_POWER = re.compile(r"\^[({]([+-]?\w+)[)}]")
_LONE_SIGN = re.compile(r"\^([+-])(?!\w)")
_BRACED_ROOT = re.compile(r"(?<![A-Za-z])sqrt[({](\w+)[)}]")
_INDEX = re.compile(r"(?<!\w)([A-Za-z])_(?:\{(\d+)\}|(\d+))")
_OPERATOR = re.compile("\\s*(!=|~=|[\ue001<>=+*/^-])\\s*")
_OF_ASCII = re.compile("[\ue001^_<>=+*/!~-]|sqrt")


def plain_signs(text: str, /) -> str:
    """Return a text with signs of mathematics as a keyboard writes them; letters of raised digits stand behind `^`."""
    if text.isascii():
        return text
    text = _RAISED.sub(lambda found: "^" + found.group().translate(_SUPERSCRIPTS), text)
    text = _HALF_AFTER_DIGIT.sub(" ", text)
    return _POINT_BETWEEN.sub(r"\1*", text.translate(_SIGNS))


def plain_forms(text: str, /, *, is_spaced: bool) -> str:
    """Return a text of plain signs with powers, roots and indices of one token without their brackets, and, unless
    spaces count (`is_spaced`), no space around operators; one longer than LONGEST as it is."""
    if text.isalnum() or len(text) > LONGEST or not _OF_ASCII.search(text):
        return text
    if not is_spaced:
        text = _OPERATOR.sub(r"\1", text)
    former = ""
    while former != text:  # what one round lays bare, the next one takes
        former = text
        text = _BRACED_ROOT.sub(r"sqrt\1", _BRACED_POWER.sub(r"^\1", text.replace("+/-", "+-")))
        text = _INDEX.sub(lambda found: found[1] + (found[2] or found[3]), _LONE_SIGN.sub(r"\1", text))
    return text
