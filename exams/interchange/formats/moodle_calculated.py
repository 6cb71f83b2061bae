"""Moodle's calculated questions: a formula over data sets. Pure; called by `moodle_xml`."""

import re
from decimal import Decimal
from typing import Any

from exams.domain.formulas import InvalidFormula, parse_formula
from exams.domain.numbers import is_within, parse_decimal
from exams.domain.types.calculated import MAXIMUM_VARIANTS, Content, Key
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.moodle_questions import NO_FULL_MARKS, Declined, Parts
from exams.interchange.formats.moodle_xml_types import Question

ONLY_ONE_NUMBER = gettext_noop("A calculated question of the type %(name)s cannot be imported; only one with a number.")
SEVERAL_FORMULAS = gettext_noop("Several formulas that earn marks cannot be imported; only one.")
NO_DATA = gettext_noop("The values of the variables are missing.")
BAD_NAME = gettext_noop("The variable %(name)s has a name that cannot be used here: letters, digits and _ only.")
FORMULA_IN_TEXT = gettext_noop("A formula inside the text, {=…}, cannot be imported.")
BAD_FORMULA = gettext_noop("The formula %(formula)s cannot be computed here.")
OTHER_TOLERANCE = gettext_noop("A geometric tolerance is not offered here.")
UNITS = gettext_noop("A calculated question with marks for units cannot be imported.")
LOST_VARIANTS = gettext_noop("Of %(count)s sets of values the first %(limit)s are taken.")
LOST_FEEDBACK = gettext_noop("The feedback of the answer is left out.")

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,15}")
_PLACE = re.compile(r"\{([^{}=\s][^{}]{0,60})\}")
# PHP's own: a whole-number %, half away from zero in round, pi as a function.
_OTHER_MEANING = re.compile(r"%|\bround\s*\(|\bfmod\s*\(|\brand\s*\(")
_RENAMED = (
    (re.compile(r"\bpi\s*\(\s*\)"), "pi"),
    (re.compile(r"\bdeg2rad\b"), "radians"),
    (re.compile(r"\brad2deg\b"), "degrees"),
)


def _formula(text: str, names: set[str]) -> str:
    if _OTHER_MEANING.search(text):
        raise Declined(BAD_FORMULA, {"formula": text[:80]}, "key.formula")
    formula = _PLACE.sub(lambda found: f"({found[1].strip()})", text)
    for pattern, name in _RENAMED:
        formula = pattern.sub(name, formula)
    try:
        parse_formula(formula)
    except InvalidFormula:
        raise Declined(BAD_FORMULA, {"formula": text[:80]}, "key.formula") from None
    unknown = {found.strip() for found in _PLACE.findall(text)} - names
    if unknown:
        raise Declined(NO_DATA, place="content.variants")
    return formula


def _values(question: Question) -> tuple[dict[str, dict[int, str]], list[dict[str, Any]]]:
    values: dict[str, dict[int, str]] = {}
    ranges: list[dict[str, Any]] = []
    for definition in question.element.iterfind("dataset_definitions/dataset_definition"):
        name = (definition.findtext("name/text") or definition.findtext("name") or "").strip()
        if not _NAME.fullmatch(name):
            raise Declined(BAD_NAME, {"name": name[:40]}, "content.variants")
        items: dict[int, str] = {}
        for item in definition.iterfind("dataset_items/dataset_item"):
            number, value = (item.findtext("number") or "").strip(), (item.findtext("value") or "").strip()
            if number.isdecimal() and parse_decimal(value) is not None:
                items[int(number)] = value
        count = (definition.findtext("itemcount") or "").strip()
        limit = int(count) if count.isdecimal() and int(count) else len(items)
        values[name] = {number: value for number, value in items.items() if number <= limit}
        low, high = (parse_decimal(definition.findtext(f"{end}/text") or "") for end in ("minimum", "maximum"))
        decimals = (definition.findtext("decimals/text") or "0").strip()
        if low is not None and high is not None and low <= high and decimals.isdecimal() and int(decimals) <= 9:
            ranges.append({"name": name, "minimum": str(low), "maximum": str(high), "decimals": int(decimals)})
    return values, ranges


def _variants(question: Question, values: dict[str, dict[int, str]]) -> list[dict[str, Any]]:
    shared = sorted(set.intersection(*(set(items) for items in values.values()))) if values else []
    if not shared:
        raise Declined(NO_DATA, place="content.variants")
    if len(shared) > MAXIMUM_VARIANTS:
        question.reader.lose("content.variants", LOST_VARIANTS, {"count": len(shared), "limit": MAXIMUM_VARIANTS})
    return [
        {"id": f"v{number}", "values": {name: items[number] for name, items in values.items()}}
        for number in shared[:MAXIMUM_VARIANTS]
    ]


def calculated(question: Question) -> Parts:
    """Return a calculated question with the data sets of the file as its variants."""
    if question.type not in {"calculated", "calculatedsimple"}:
        raise Declined(ONLY_ONE_NUMBER, {"name": question.type}, "type")
    if question.plain("unitgradingtype", "0") not in {"0", ""} or question.element.find("units/unit") is not None:
        raise Declined(UNITS, place="key.units")
    stem = question.stem()
    if "{=" in stem:
        raise Declined(FORMULA_IN_TEXT, place="content.stem")
    answers = [answer for answer in question.element.iterfind("answer") if question.fraction(answer)]
    if len(answers) != 1:
        raise Declined(SEVERAL_FORMULAS if answers else NO_FULL_MARKS, place="key.formula")
    answer = answers[0]
    if question.fraction(answer) != 1:
        raise Declined(NO_FULL_MARKS, place="key.formula")
    kind = (answer.findtext("tolerancetype") or "1").strip()
    tolerance = parse_decimal(answer.findtext("tolerance") or "0")
    if kind not in {"1", "2"} or tolerance is None:
        raise Declined(OTHER_TOLERANCE, place="key.tolerance_kind")
    if (answer.findtext("feedback/text") or "").strip():
        question.reader.lose("key.feedback", LOST_FEEDBACK)
    values, ranges = _values(question)
    content = {"stem": stem, "variants": _variants(question, values)}
    key: dict[str, Any] = {
        "formula": _formula((answer.findtext("text") or "").strip(), set(values)),
        "tolerance": format(abs(tolerance), "f"),
        "tolerance_kind": "relative" if kind == "1" else "absolute",
    }
    if len(ranges) == len(values) <= 20:
        key["variables"] = ranges
    length = (answer.findtext("correctanswerlength") or "").strip()
    if (answer.findtext("correctanswerformat") or "1").strip() == "1" and length.isdecimal() and int(length) <= 15:
        rounded = key | {"answer_decimals": int(length)}
        if _shown_is_right(content, rounded):
            key = rounded
    return Parts("calculated", content, key)


def _shown_is_right(content: dict[str, Any], key: dict[str, Any]) -> bool:
    """Tell whether the rounded number lies within the tolerance for every variant, so that showing it changes no
    mark."""
    parsed, variants = Key.model_validate(key), Content.model_validate(content).variants
    try:
        return all(
            is_within(
                parsed.shown(variant),
                parsed.expected(variant),
                tolerance=Decimal(parsed.tolerance),
                kind=parsed.tolerance_kind,
            )
            for variant in variants
        )
    except (InvalidFormula, ArithmeticError):
        raise Declined(BAD_FORMULA, {"formula": parsed.formula[:80]}, "key.formula") from None
