"""Calculated: one number that a formula gives for the variant of the values that this learner drew."""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Annotated, Any

from pydantic import Field, PrivateAttr

from exams.domain import responses, schema
from exams.domain.errors import Problem
from exams.domain.formulas import Formula, InvalidFormula, parse_formula
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.numbers import ToleranceKind, is_within, parse_quantity, value_in_units
from exams.domain.schema import DecimalText, PartId, RichText, Schema, ShortLine, TypeInfo, gettext_noop
from exams.domain.seeds import SeededStream
from exams.domain.text import one_line

TYPE = TypeInfo("calculated", gettext_noop("Calculated"), "function", is_auto_graded=True, order=55)

MAXIMUM_VARIANTS = 100
PLACEHOLDER = re.compile(r"\{([a-zA-Z][a-zA-Z0-9_]{0,15})\}")
VariableName = Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_]{0,15}$")]
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


class Variant(Schema):
    """One set of values for the placeholders of the stem."""

    id: PartId
    values: dict[VariableName, DecimalText]


class Content(Schema):
    """A stem with {x} placeholders, the unit printed behind the field, and the variants of the values. A learner meets
    one."""

    stem: RichText
    unit_label: ShortLine = ""
    variants: Annotated[tuple[Variant, ...], Field(min_length=1, max_length=MAXIMUM_VARIANTS)]


class Variable(Schema):
    """From where the values of a variable are drawn when variants are made: both ends count, `decimals` behind the
    point."""

    name: VariableName
    minimum: DecimalText
    maximum: DecimalText
    decimals: Annotated[int, Field(ge=0, le=9)] = 0


class Key(Schema):
    """The formula of the right number and how near a response must come; what the variants are made from.

    With `answer_decimals` the number shown as right is rounded half up so far, and it counts as right itself.
    """

    formula: ShortLine
    tolerance: DecimalText = "0.01"
    tolerance_kind: ToleranceKind = "relative"
    answer_decimals: Annotated[int, Field(ge=0, le=15)] | None = None
    units: dict[ShortLine, DecimalText] = {}
    unit_required: bool = False
    variables: Annotated[tuple[Variable, ...], Field(max_length=20)] = ()
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


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> str | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_value(form, name)


def parse_response(content: Content, raw: object) -> str | None:
    """Return the number as typed."""
    return responses.checked_text(raw)


def grade(content: Content, key: Key, response: str | None, policy: GradingPolicy) -> Mark:
    """Return 1 within the tolerance of the formula's value for the bound variant, or for the number shown as right;
    otherwise 0."""
    if response is None:
        return blank_mark()
    quantity = parse_quantity(response)
    fraction = 0.0
    if quantity is not None:
        units = {name: Decimal(factor) for name, factor in key.units.items()}
        value = value_in_units(quantity, units=units, unit_label=content.unit_label, is_required=key.unit_required)
        variant = content.variants[0]
        if value is not None:
            expected, tolerance = key.expected(variant), Decimal(key.tolerance)
            is_near = is_within(value, expected, tolerance=tolerance, kind=key.tolerance_kind)
            fraction = float(is_near or (key.answer_decimals is not None and value == key.shown(variant)))
    fraction = policy.clamp(fraction)
    return Mark(fraction, MarkState.GRADED, (PartMark("answer", fraction, fraction == 1, response),))


def completeness(content: Content, response: str | None) -> Completeness:
    """Answered once something is typed."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report a formula that cannot be used, placeholders without a value and variants without a result."""
    problems = schema.repeated_ids("content.variants", content.variants)
    try:
        formula = key.parsed_formula
    except InvalidFormula as error:
        return [*problems, Problem("key.formula", error.message)]
    if key.tolerance_kind == "significant":
        if Decimal(key.tolerance) not in range(1, 31):
            problems.append(Problem("key.tolerance", "Significant figures are a whole number from 1 to 30."))
    elif Decimal(key.tolerance) < 0:
        problems.append(Problem("key.tolerance", "A tolerance is not negative."))
    for variable in key.variables:
        if Decimal(variable.minimum) > Decimal(variable.maximum):
            problems.append(Problem(f"key.variables.{variable.name}", "The smallest value is above the greatest."))
    for variant in content.variants:
        field = f"content.variants.{variant.id}"
        lacking = sorted(formula.names - set(variant.values))
        if lacking:
            problems.append(Problem(field, f"There is no value for {lacking[0]!r}."))
            continue
        try:
            key.expected(variant)
        except InvalidFormula as error:
            problems.append(Problem(field, error.message))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """There is nothing to shuffle."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stem with the values of the drawn variant, and the unit label; no other variant."""
    return {"stem": substituted(content.stem, bind(content, order).variants[0]), "unit_label": content.unit_label}


def review_key(content: Content, key: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored key with the right number of the bound variant as `shown`; empty where there is none."""
    parsed = Key.model_validate(key)
    try:
        shown = f"{parsed.shown(content.variants[0]).normalize():f}"
    except InvalidFormula:
        shown = ""
    return {**key, "shown": shown}


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """There is no feedback by answer."""
    return {}


def summarise(content: Content) -> str:
    """Return the stem with its placeholders."""
    return one_line(content.stem)


def summarise_key(content: Content, key: Key) -> str:
    """Return the formula and what it gives for the bound variant."""
    try:
        number = f"{key.shown(content.variants[0]).normalize():f}"
    except InvalidFormula:
        return key.formula
    return f"{key.formula} = {number} {content.unit_label}".strip()


def summarise_response(content: Content, response: str | None) -> str:
    """Return what was typed."""
    return response or ""
