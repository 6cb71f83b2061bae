"""Numerical: one number, with a tolerance and perhaps a unit."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import blanks, corrections, responses, schema
from exams.domain.blanks import NumericAnswer
from exams.domain.corrections import KeyPlace
from exams.domain.errors import Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.numbers import parse_quantity, value_in_units
from exams.domain.schema import DecimalText, RichText, Schema, ShortLine, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo("numerical", gettext_noop("Numerical"), "calculator", is_auto_graded=True, order=50)


class Content(Schema):
    """A stem and the unit printed behind the field, if any."""

    stem: RichText
    unit_label: ShortLine = ""


class Key(Schema):
    """The accepted numbers in order of precedence, and what one of each unit is in the base unit.

    Without a `unit_penalty` a wrong unit earns nothing. With one the number is judged by itself as well, and a wrong
    or missing unit costs that fraction of what the answer earns, or of the maximum.
    """

    answers: Annotated[tuple[NumericAnswer, ...], Field(min_length=1)]
    units: dict[ShortLine, DecimalText] = Field(default_factory=dict)
    unit_required: bool = False
    unit_penalty: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    unit_penalty_of: Literal["mark", "maximum"] = "mark"

    @cached_property
    def factors(self) -> dict[str, Decimal]:
        """What one of each unit is in the base unit."""
        return {name: Decimal(factor) for name, factor in self.units.items()}


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> str | None:
    """Return the raw response in a posted form; None where nothing was answered."""
    return responses.posted_value(form, name)


def parse_response(content: Content, raw: object) -> str | None:
    """Return the number as typed; whether it is one is a matter of marks, not of refusal."""
    return responses.checked_text(raw)


def grade(content: Content, key: Key, response: str | None, policy: GradingPolicy) -> Mark:
    """Return the fraction of the first answer within tolerance; an unknown or missing unit earns nothing."""
    if response is None:
        return blank_mark()
    fraction = 0.0
    feedback: tuple[str, ...] = ()
    quantity = parse_quantity(response)
    if quantity is not None:
        value = value_in_units(
            quantity, units=key.factors, unit_label=content.unit_label, is_required=key.unit_required
        )
        for at, answer in enumerate(key.answers):
            if value is not None and answer.is_near(value):
                fraction = answer.fraction
            elif key.unit_penalty is not None and answer.is_near(quantity.value):
                lost = key.unit_penalty * (answer.fraction if key.unit_penalty_of == "mark" else 1.0)
                fraction = max(0.0, answer.fraction - lost)
            else:
                continue
            feedback = schema.chosen_feedback(list_feedback(content, key), [f"answer:{at}"])
            break
    fraction = policy.clamp(fraction)
    return Mark(fraction, MarkState.GRADED, (PartMark("answer", fraction, fraction >= 1 - 1e-6, response),), feedback)


def completeness(content: Content, response: str | None) -> Completeness:
    """Answered once something is typed."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report useless tolerances, units of no size and a key that nobody can meet."""
    problems = blanks.numbers_problems("key", "answers", key.answers)
    problems += [
        Problem(f"key.units.{name}", "A unit has a name, and a factor that is not 0.")
        for name, factor in key.units.items()
        if not name.strip() or Decimal(factor) == 0
    ]
    if key.unit_required and not key.units:
        problems.append(Problem("key.units", "A required unit needs the units that are accepted."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """There is nothing to shuffle."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return stem and unit label."""
    return content.model_dump()


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return feedback by answer."""
    return {f"answer:{at}": answer.feedback for at, answer in enumerate(key.answers) if answer.feedback}


def summarise(content: Content) -> str:
    """Return the stem."""
    return one_line(content.stem)


def summarise_key(content: Content, key: Key) -> str:
    """Return the numbers that earn full marks, with the printed unit."""
    numbers = " / ".join(answer.value for answer in key.answers if answer.fraction == 1)
    return f"{numbers} {content.unit_label}".strip()


def summarise_response(content: Content, response: str | None) -> str:
    """Return what was typed."""
    return response or ""


def key_places(content: Content, key: Key) -> tuple[KeyPlace, ...]:
    """Return the one place: one more number."""
    return corrections.answer_places(["answer"])


def key_with(content: Content, key: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the stored key that takes one more number; InvalidCorrection for what is none."""
    (text,) = given["accept-answer"]
    numbers = {"match": "numeric", "numerics": key["answers"]}
    return {**key, "answers": blanks.with_accepted(numbers, "accept-answer", text)["numerics"]}
