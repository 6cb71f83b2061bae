"""Calculated: a number that a formula gives for the variant of the values that this learner drew, or several numbers,
each by a formula of its own."""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated, Any

from pydantic import Field, PrivateAttr

from exams.domain import responses, schema
from exams.domain.errors import Problem
from exams.domain.formulas import Formula, InvalidFormula, parse_formula
from exams.domain.marks import (
    Completeness,
    GradingPolicy,
    Mark,
    MarkState,
    PartMark,
    blank_mark,
    weighted_fraction,
)
from exams.domain.numbers import ToleranceKind, is_within, parse_quantity, value_in_units
from exams.domain.schema import DecimalText, PartId, RichText, Schema, ShortLine, TypeInfo, Weight, gettext_noop
from exams.domain.seeds import SeededStream
from exams.domain.text import one_line

TYPE = TypeInfo("calculated", gettext_noop("Calculated"), "function", is_auto_graded=True, order=55)

MAXIMUM_VARIANTS = 100
MAXIMUM_NUMBERS = 12
PLACEHOLDER = re.compile(r"\{([a-zA-Z][a-zA-Z0-9_]{0,15})\}")
VariableName = Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_]{0,15}$")]
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


class Variant(Schema):
    """One set of values for the placeholders of the stem."""

    id: PartId
    values: dict[VariableName, DecimalText]


class Number(Schema):
    """One of several numbers that are asked for: what stands before its field, {x} placeholders and all, and the unit
    behind it."""

    id: PartId
    label: ShortLine = ""
    unit_label: ShortLine = ""


class Content(Schema):
    """A stem with {x} placeholders, the unit printed behind the field, and the variants of the values. A learner meets
    one.

    With `numbers` several are asked for instead of one. It is written only where there are some, so that questions of
    one number are stored as they always were.
    """

    stem: RichText
    unit_label: ShortLine = ""
    variants: Annotated[tuple[Variant, ...], Field(min_length=1, max_length=MAXIMUM_VARIANTS)]
    numbers: Annotated[tuple[Number, ...], Field(max_length=MAXIMUM_NUMBERS, exclude_if=lambda value: not value)] = ()


class Variable(Schema):
    """From where the values of a variable are drawn when variants are made: both ends count, `decimals` behind the
    point."""

    name: VariableName
    minimum: DecimalText
    maximum: DecimalText
    decimals: Annotated[int, Field(ge=0, le=9)] = 0


class Rule(Schema):
    """The formula of a right number and how near a response must come.

    With `answer_decimals` the number shown as right is rounded half up so far, and it counts as right itself.
    """

    formula: ShortLine = ""
    tolerance: DecimalText = "0.01"
    tolerance_kind: ToleranceKind = "relative"
    answer_decimals: Annotated[int, Field(ge=0, le=15)] | None = None
    units: dict[ShortLine, DecimalText] = Field(default_factory=dict)
    unit_required: bool = False
    _parsed: list[Formula] = PrivateAttr(default_factory=list)

    @property
    def parsed_formula(self) -> Formula:
        """Return the checked formula; InvalidFormula. Parsed once."""
        if not self._parsed:
            self._parsed.append(parse_formula(self.formula))
        return self._parsed[0]

    def expected(self, variant: Variant, /) -> Decimal:
        """Return the right number of a variant, not rounded; InvalidFormula where the formula has none."""
        value = self.parsed_formula.value({name: float(Decimal(text)) for name, text in variant.values.items()})
        return Decimal(repr(value))

    def shown(self, variant: Variant, /) -> Decimal:
        """Return the right number as it is shown."""
        exact = self.expected(variant)
        if self.answer_decimals is None:
            return exact
        return exact.quantize(Decimal(1).scaleb(-self.answer_decimals), context=_CONTEXT)

    def is_met(self, response: str, variant: Variant, unit_label: str, /) -> bool:
        """Tell whether a typed number lies within the tolerance of the formula's value, or is the number shown as
        right."""
        quantity = parse_quantity(response)
        if quantity is None:
            return False
        units = {name: Decimal(factor) for name, factor in self.units.items()}
        value = value_in_units(quantity, units=units, unit_label=unit_label, is_required=self.unit_required)
        if value is None:
            return False
        is_near = is_within(value, self.expected(variant), tolerance=Decimal(self.tolerance), kind=self.tolerance_kind)
        return is_near or (self.answer_decimals is not None and value == self.shown(variant))


class PartRule(Rule):
    """The rule of one of several numbers, and its share of the marks beside the others."""

    weight: Weight = 1.0


class Key(Rule):
    """The rule of the one number, or `answers` by number where several are asked for; what the variants are made
    from."""

    variables: Annotated[tuple[Variable, ...], Field(max_length=20)] = ()
    answers: Annotated[dict[PartId, PartRule], Field(exclude_if=lambda value: not value)] = {}


Response = str | dict[str, str]


def make_variants(variables: Sequence[Variable], /, *, count: int, seed: int) -> tuple[Variant, ...]:
    """Return up to `count` different variants drawn evenly from the ranges; fewer where the ranges hold no more."""
    found: dict[tuple[str, ...], Variant] = {}
    stream = SeededStream(seed, "variants")
    for _try in range(count * 20):
        if len(found) == count:
            break
        values = {variable.name: _drawn(variable, stream) for variable in variables}
        found.setdefault(tuple(values.values()), Variant(id=f"v{len(found) + 1}", values=values))
    return tuple(found.values())


def _drawn(variable: Variable, stream: SeededStream) -> str:
    step = Decimal(1).scaleb(-variable.decimals)
    low, high = sorted((Decimal(variable.minimum), Decimal(variable.maximum)))
    steps = int((high - low) / step) + 1
    return str((low + step * stream.below(min(steps, 2**63))).quantize(step, context=_CONTEXT))


def substituted(text: str, variant: Variant, /) -> str:
    """Return a text with its placeholders replaced; braces that name no variable stay, as in a formula of LaTeX."""
    return PLACEHOLDER.sub(lambda found: variant.values.get(found[1], found[0]), text)


def drawn_groups(content: Content) -> dict[str, tuple[str, ...]]:
    """One variant is drawn for each learner."""
    return {"variant": schema.ids_of(content.variants)}


def bind(content: Content, order: Mapping[str, Sequence[str]]) -> Content:
    """Return the content with the drawn variant alone; without one, the first."""
    wanted = (*order.get("variant", ()), "")[0]
    chosen = next((variant for variant in content.variants if variant.id == wanted), content.variants[0])
    return content.model_copy(update={"variants": (chosen,)})


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> str | dict[str, str] | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    if numbers := content.get("numbers"):
        return responses.posted_map(form, name, [entry["id"] for entry in numbers])
    return responses.posted_value(form, name)


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the number as typed, or the typed numbers by their ids where several are asked for."""
    if not content.numbers:
        return responses.checked_text(raw)
    known = schema.ids_of(content.numbers)
    entries = responses.checked_mapping(raw, known=known) or {}
    texts = {id_: responses.checked_text(value, field=id_) for id_, value in entries.items()}
    return {id_: texts[id_] or "" for id_ in known if texts.get(id_)} or None


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return 1 within the tolerance of the formula's value for the bound variant, or for the number shown as right;
    otherwise 0. Of several numbers each is marked so, and the fraction is their mean by weight."""
    if response is None:
        return blank_mark()
    variant = content.variants[0]
    if isinstance(response, str):
        fraction = policy.clamp(float(key.is_met(response, variant, content.unit_label)))
        return Mark(fraction, MarkState.GRADED, (PartMark("answer", fraction, fraction == 1, response),))
    parts = []
    for number in content.numbers:
        rule, given = key.answers[number.id], response.get(number.id, "")
        is_right = bool(given) and rule.is_met(given, variant, number.unit_label)
        parts.append(PartMark(number.id, float(is_right), is_right, given, rule.weight))
    return Mark(policy.clamp(weighted_fraction(parts) or 0.0), MarkState.GRADED, tuple(parts))


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once every number is typed."""
    if response is None:
        return Completeness.UNANSWERED
    is_whole = isinstance(response, str) or len(response) == len(content.numbers)
    return Completeness.ANSWERED if is_whole else Completeness.PARTLY


def validate(content: Content, key: Key) -> list[Problem]:
    """Report formulas that cannot be used, numbers without one, placeholders without a value and variants without a
    result."""
    problems = schema.repeated_ids("content.variants", content.variants)
    problems += schema.repeated_ids("content.numbers", content.numbers)
    known = schema.ids_of(content.numbers)
    problems += schema.unknown_ids("key.answers", key.answers, known)
    problems += [
        Problem(f"key.answers.{id_}.formula", "This number has no formula.") for id_ in known if id_ not in key.answers
    ]
    for variable in key.variables:
        if Decimal(variable.minimum) > Decimal(variable.maximum):
            problems.append(Problem(f"key.variables.{variable.name}", "The smallest value is above the greatest."))
    rules = {f"key.answers.{id_}": key.answers[id_] for id_ in known if id_ in key.answers} if known else {"key": key}
    for field, rule in rules.items():
        problems += _rule_problems(content, rule, field)
    return problems


def _rule_problems(content: Content, rule: Rule, place: str) -> list[Problem]:
    problems = []
    try:
        formula = rule.parsed_formula
    except InvalidFormula as error:
        return [Problem(f"{place}.formula", error.message)]
    if rule.tolerance_kind == "significant":
        if Decimal(rule.tolerance) not in range(1, 31):
            problems.append(Problem(f"{place}.tolerance", "Significant figures are a whole number from 1 to 30."))
    elif Decimal(rule.tolerance) < 0:
        problems.append(Problem(f"{place}.tolerance", "A tolerance is not negative."))
    for variant in content.variants:
        field = f"content.variants.{variant.id}"
        lacking = sorted(formula.names - set(variant.values))
        if lacking:
            problems.append(Problem(field, f"There is no value for {lacking[0]!r}."))
            continue
        try:
            rule.expected(variant)
        except InvalidFormula as error:
            problems.append(Problem(field, error.message))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """There is nothing to shuffle."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stem with the values of the drawn variant, and the unit label; no other variant."""
    variant = bind(content, order).variants[0]
    shown: dict[str, Any] = {"stem": substituted(content.stem, variant), "unit_label": content.unit_label}
    if content.numbers:
        shown["numbers"] = [
            {"id": number.id, "label": substituted(number.label, variant), "unit_label": number.unit_label}
            for number in content.numbers
        ]
    return shown


def _shown(rule: Rule, variant: Variant) -> str:
    """Return the right number as text; empty where the formula has none."""
    try:
        return f"{rule.shown(variant).normalize():f}"
    except InvalidFormula:
        return ""


def review_key(content: Content, key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored key with the right numbers of the bound variant as `shown`; empty where there is none."""
    parsed, variant = Key.model_validate(key), content.variants[0]
    if not content.numbers:
        return {**key, "shown": _shown(parsed, variant)}
    answers = {id_: {**key["answers"][id_], "shown": _shown(rule, variant)} for id_, rule in parsed.answers.items()}
    return {**key, "answers": answers}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """There is no feedback by answer."""
    return {}


def _lettered(content: Content, variant: Variant | None = None) -> dict[str, str]:
    """Return what stands before each of several numbers: its letter and its label, with the values of a variant."""
    labels = {}
    for place, number in enumerate(content.numbers):
        label = number.label if variant is None else substituted(number.label, variant)
        labels[number.id] = f"{chr(ord('a') + place)}) {one_line(label)}".strip()
    return labels


def summarise(content: Content) -> str:
    """Return the stem with its placeholders, and below it what is asked for where that is several numbers."""
    return "\n".join([one_line(content.stem), *_lettered(content).values()])


def _rule_text(rule: Rule, variant: Variant, unit_label: str) -> str:
    number = _shown(rule, variant)
    return f"{rule.formula} = {number} {unit_label}".strip() if number else rule.formula


def summarise_key(content: Content, key: Key) -> str:
    """Return each formula and what it gives for the bound variant."""
    variant = content.variants[0]
    if not content.numbers:
        return _rule_text(key, variant, content.unit_label)
    labels = _lettered(content, variant)
    return "; ".join(
        f"{labels[number.id]} {_rule_text(key.answers[number.id], variant, number.unit_label)}"
        for number in content.numbers
        if number.id in key.answers
    )


def summarise_response(content: Content, response: Response | None) -> str:
    """Return what was typed."""
    if response is None or isinstance(response, str):
        return response or ""
    labels = _lettered(content, content.variants[0])
    return "; ".join(f"{labels[id_]} {text}" for id_, text in response.items())
