"""The form of calculated: ranges of the values, the formula, and the variants with their answers."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pydantic import ValidationError

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Rows, Values
from exams.authoring.editor_parts import (
    TOLERANCE_KINDS,
    UNITS,
    is_empty_row,
    number_or_none,
    number_text,
    units_from,
    units_values,
)
from exams.domain.errors import InvalidQuestion, Problem
from exams.domain.formulas import InvalidFormula
from exams.domain.types.calculated import (
    MAXIMUM_NUMBERS,
    MAXIMUM_VARIANTS,
    Key,
    Rule,
    Variable,
    Variant,
    make_variants,
)

_PAIR = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9_]{0,15})\s*[=＝]\s*([^,;，；\s]+)\s*(?:[,;，；]|\s|$)")


def values_text(values: Mapping[str, str]) -> str:
    """Return the values of a variant as an author reads and types them."""
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def values_from(text: str) -> dict[str, str]:
    """Return the values in `p = 1000, r = 5`; InvalidQuestion for anything else."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text.rstrip()):
        pair = _PAIR.match(text, at)
        if pair is None:
            raise InvalidQuestion((Problem("variants", "Write values as in: p = 1000, r = 5"),))
        found[pair[1]] = pair[2]
        at = pair.end()
    return found


def _rule_values(rule: Mapping[str, Any]) -> Values:
    decimals = rule.get("answer_decimals")
    return {
        "formula": rule.get("formula", ""),
        "tolerance": str(rule.get("tolerance", "0.01")),
        "tolerance_kind": rule.get("tolerance_kind", "relative"),
        "answer_decimals": "" if decimals is None else str(decimals),
        "units": units_values(rule),
        "unit_required": bool(rule.get("unit_required")),
    }


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    answers = key.get("answers") or {}
    return {
        "stem": content["stem"],
        "unit_label": content.get("unit_label") or "",
        "variables": [
            {
                "name": variable["name"],
                "minimum": str(variable["minimum"]),
                "maximum": str(variable["maximum"]),
                "decimals": str(variable.get("decimals", 0)),
            }
            for variable in key.get("variables", ())
        ],
        "asks": "several" if content.get("numbers") else "one",
        **_rule_values(key),
        "numbers": [
            {
                "id": number["id"],
                "label": number.get("label") or "",
                "unit_label": number.get("unit_label") or "",
                "weight": number_text(answers.get(number["id"], {}).get("weight", 1)),
                **_rule_values(answers.get(number["id"], {})),
            }
            for number in content.get("numbers") or ()
        ],
        "count": str(len(content["variants"])),
        "variants": [
            {"id": row["id"], "values": values_text({k: str(v) for k, v in row["values"].items()})}
            for row in content["variants"]
        ],
    }


def _variables(values: Values) -> list[dict[str, Any]]:
    rows = [row for row in values["variables"] if not is_empty_row(row, "name", "minimum", "maximum")]
    return [
        {
            "name": row["name"],
            "minimum": row["minimum"],
            "maximum": row["maximum"],
            "decimals": int(number_or_none(row["decimals"], "variables") or 0),
        }
        for row in rows
    ]


def _rule_from(values: Values) -> dict[str, Any]:
    decimals = number_or_none(values["answer_decimals"], "answer_decimals")
    return {
        "formula": values["formula"],
        "tolerance": values["tolerance"] or "0",
        "tolerance_kind": values["tolerance_kind"] or "relative",
        "answer_decimals": None if decimals is None else int(decimals),
        "units": units_from(values),
        "unit_required": values["unit_required"],
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    content: dict[str, Any] = {
        "stem": values["stem"],
        "variants": [
            {"id": row["id"], "values": values_from(row["values"])} for row in values["variants"] if row["values"]
        ],
    }
    variables = _variables(values)
    if values["asks"] != "several":
        return content | {"unit_label": values["unit_label"]}, _rule_from(values) | {"variables": variables}
    rows = [row for row in values["numbers"] if not is_empty_row(row, "label", "formula")]
    content["numbers"] = [{name: row[name] for name in ("id", "label", "unit_label")} for row in rows]
    answers = {row["id"]: _rule_from(row) | {"weight": number_or_none(row["weight"], "numbers") or 1.0} for row in rows}
    return content, {"answers": answers, "variables": variables}


def make(values: Values) -> str:
    """Draw new variants from the ranges; return the field to focus, that of the ranges when they make no sense."""
    try:
        variables = [Variable.model_validate(entry) for entry in _variables(values)]
        count = int(number_or_none(values["count"], "count") or 10)
    except (ValidationError, InvalidQuestion):
        return "variables-0"
    drawn = make_variants(variables, count=max(1, min(count, MAXIMUM_VARIANTS)), seed=secrets.randbits(48))
    if variables and all(Decimal(one.minimum) <= Decimal(one.maximum) for one in variables):
        values["variants"] = [{"id": one.id, "values": values_text(one.values)} for one in drawn]
        return "variants-0"
    return "variables-0"


def derive(values: Values) -> None:
    """Write beside each variant the answer that the formula gives, or why it gives none."""
    try:
        _content, key = dump({**values, "variants": []})
        parsed = Key.model_validate(key)
    except (InvalidQuestion, ValidationError):
        parsed = None
    rules = list(parsed.answers.values()) if parsed and parsed.answers else [parsed] if parsed else []
    for row in values["variants"]:
        found = [_answer(rule, row) for rule in rules if row.get("values")]
        lettered = [f"{chr(ord('a') + place)}) {text}" for place, text in enumerate(found)]
        row["answer"] = "; ".join(lettered if len(found) > 1 else found)


def _answer(key: Rule, row: Values) -> str:
    try:
        variant = Variant.model_validate({"id": "v", "values": values_from(row["values"])})
        if lacking := sorted(key.parsed_formula.names - set(variant.values)):
            return _now("no value for %(name)s") % {"name": lacking[0]}
        return f"{key.shown(variant).normalize():f}"
    except InvalidFormula as error:
        return _now(error.message)
    except (InvalidQuestion, ValidationError, InvalidOperation):
        return _now("cannot be read")


ONE = ("asks", frozenset({"", "one"}))
UNIT_LABEL = Field(name="unit_label", label=_("Unit printed behind the field"))
RULE: tuple[Field | Rows, ...] = (
    Field(
        name="formula",
        label=_("Formula of the answer"),
        help=_("As in {p} * {r} / 100. Known: + - * / ^, brackets, sqrt, sin, cos, log, exp, abs, round, pi …"),
    ),
    Field(name="tolerance", label=_("Tolerance"), kind="number", default="0.01"),
    Field(
        name="tolerance_kind",
        label=_("Tolerance is"),
        kind="choice",
        choices=TOLERANCE_KINDS,
        default="relative",
    ),
    Field(
        name="answer_decimals",
        label=_("Decimals of the answer that is shown"),
        kind="number",
        help=_("Empty: not rounded. The rounded number counts as right itself."),
    ),
    *UNITS,
)
"""What says whether one typed number is right."""


EDITOR = Editor(
    type="calculated",
    hint=_("Each learner gets other numbers; a formula knows the answer."),
    layout=(
        Field(
            name="stem",
            label=_("Question"),
            kind="rich",
            help=_("Write {p}, {r} … where a value stands. Each learner gets one variant of the values."),
        ),
        Rows(
            name="variables",
            label=_("Values and their ranges"),
            row_label=_("Value"),
            add_label=_("Add a value"),
            has_ids=False,
            is_compact=True,
            is_ordered=False,
            fields=(
                Field(name="name", label=pgettext_lazy("variable", "Name")),
                Field(name="minimum", label=_("Smallest"), kind="number"),
                Field(name="maximum", label=_("Greatest"), kind="number"),
                Field(name="decimals", label=_("Decimals"), kind="number", default="0"),
            ),
        ),
        Field(
            name="asks",
            label=_("Asked for"),
            kind="choice",
            choices=(("one", _("one number")), ("several", _("several numbers, each with its formula"))),
            default="one",
            refreshes=True,
        ),
        *(replace(part, when=ONE) for part in (UNIT_LABEL, *RULE)),
        Rows(
            name="numbers",
            label=_("Numbers asked for"),
            row_label=_("Number asked for"),
            add_label=_("Add a number"),
            prefix="n",
            start=2,
            maximum=MAXIMUM_NUMBERS,
            when=("asks", frozenset({"several"})),
            fields=(
                Field(name="label", label=_("What stands before its field")),
                UNIT_LABEL,
                *RULE,
                Field(name="weight", label=_("Share of the marks"), kind="number", default="1", is_minor=True),
            ),
        ),
        Field(name="count", label=_("How many variants"), kind="number", default="10"),
        Field(name="make", label=_("Make variants"), kind="action", help=_("Replaces the variants below.")),
        Rows(
            name="variants",
            label=_("Variants"),
            row_label=_("Variant"),
            add_label=_("Add a variant"),
            prefix="v",
            start=0,
            is_compact=True,
            is_ordered=False,
            maximum=MAXIMUM_VARIANTS,
            fields=(
                Field(name="values", label=_("Values")),
                Field(name="answer", label=_("Answer"), kind="output"),
            ),
        ),
    ),
    load=load,
    dump=dump,
    derive=derive,
    aliases={"answers": "numbers"},
    actions={"make": make},
)
