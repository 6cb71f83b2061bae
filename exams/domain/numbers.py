"""Numbers as learners type them, and when two numbers are near enough. Decimal throughout: no binary
surprises."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from exams.domain.text import Folding, fold, fold_expected

ToleranceKind = Literal["absolute", "relative", "significant"]

MAXIMUM_LENGTH = 200
MAXIMUM_EXPONENT = 300
_CONTEXT = Context(prec=60)
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "。": ".", "٫": ".", "’": ",", "\u00a5": "¥"})
_MANTISSA = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d*)?|\.\d+"
_EXPONENT = r"(?:[eE]([+-]?\d{1,4})|\s*[x×*·]\s*10\s*(?:\^|\*\*)\s*\(?([+-]?\d{1,4})\)?)?"
_NUMBER = re.compile(
    rf"(?P<sign1>[+-]?)\s*(?P<prefix>[¥$€£₩]?)\s*(?P<sign2>[+-]?)\s*(?P<mantissa>{_MANTISSA}){_EXPONENT}\s*(?P<unit>.*)",
    re.ASCII,
)
_UNIT_FOLDING = Folding(case=False, width=True, space=True, punctuation=False)
_CURRENCY_NAMES = {
    "¥": ("¥", "元", "人民币", "RMB", "CNY"),
    "$": ("$", "美元", "USD"),
    "€": ("€", "欧元", "EUR"),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as typed: its value without any unit applied, the currency sign before it, the unit behind
    it."""

    value: Decimal
    prefix: str = ""
    unit: str = ""


def parse_decimal(text: str, /) -> Decimal | None:
    """Return the value of a plain decimal written by an author (`12.5`, `-1e3`); None when it is none or
    absurdly large."""
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        return None
    if not value.is_finite() or abs(value.adjusted()) > MAXIMUM_EXPONENT:
        return None
    return value


def parse_quantity(text: str, /) -> Quantity | None:
    """Return the number a learner typed, or None when the text is not one number with at most one unit.

    Understood: full-width digits, `1,234.5` and `1 234.5` in groups of three, `1.2e3`, `1.2×10^3`, a sign or
    minus of any keyboard, a currency sign in front, any unit behind. `1,5` and `12,34` are refused: nobody
    can tell what they mean.
    """
    if len(text) > MAXIMUM_LENGTH:
        return None
    flat = " ".join(unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).split())
    found = _NUMBER.fullmatch(flat)
    if not found or (found["sign1"] and found["sign2"]):
        return None
    unit = found["unit"]
    if unit[:1].isdigit() or unit[:1] in {",", ".", "+", "-"}:
        return None
    exponent = found.group(5) or found.group(6) or "0"
    digits = found["mantissa"].replace(",", "").replace(" ", "")
    value = parse_decimal(f"{found['sign1'] or found['sign2']}{digits}e{exponent}")
    return None if value is None else Quantity(value, found["prefix"], unit)


def value_in_units(
    quantity: Quantity, /, *, units: Mapping[str, Decimal], unit_label: str = "", is_required: bool = False
) -> Decimal | None:
    """Return the value in the key's base unit, or None where the unit is unknown, contradictory or missing
    though required.

    Units are looked up in the key's own table first (`{"元": 1, "万元": 10000}`), then the label printed
    beside the field counts as the base unit, and a per cent sign otherwise divides by a hundred. A currency
    sign counts as the unit it stands for.
    """
    table = {fold_expected(name, _UNIT_FOLDING): factor for name, factor in units.items()}
    label = fold_expected(unit_label, _UNIT_FOLDING)
    unit = fold(quantity.unit, _UNIT_FOLDING)
    has_unit = bool(unit or quantity.prefix)
    if is_required and not has_unit:
        return None
    factor = Decimal(1)
    if unit:
        known = table.get(unit)
        if known is not None:
            factor = known
        elif unit == "%" and label != "%":
            factor = Decimal("0.01")
        elif unit != label:
            return None
    if quantity.prefix and not unit:
        names = _CURRENCY_NAMES.get(quantity.prefix, (quantity.prefix,))
        declared = [table[name] for name in names if name in table]
        if declared:
            factor = declared[0]
        elif label not in ("", *names) or table:
            return None
    return _CONTEXT.multiply(quantity.value, factor)


def round_to_significant(value: Decimal, figures: int, /) -> Decimal:
    """Return the value with so many significant figures, half rounded away from zero."""
    if value == 0:
        return Decimal(0)
    return Context(prec=figures, rounding=ROUND_HALF_UP).plus(value)


def is_within(given: Decimal, expected: Decimal, /, *, tolerance: Decimal, kind: ToleranceKind) -> bool:
    """Tell whether a number is near enough; the edge of the tolerance counts as inside.

    absolute: |given - expected| <= tolerance. relative: the same with tolerance x |expected|. significant:
    both are equal when rounded to `tolerance` significant figures.
    """
    if kind == "significant":
        figures = int(tolerance)
        return round_to_significant(given, figures) == round_to_significant(expected, figures)
    reach = tolerance if kind == "absolute" else _CONTEXT.multiply(tolerance, abs(expected))
    return abs(_CONTEXT.subtract(given, expected)) <= reach
