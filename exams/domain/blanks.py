"""One blank to be typed into: its key and how a given text is judged. Shared by fill-in-the-blank, cloze and
short text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from exams.domain.errors import InvalidCorrection, InvalidPattern, Problem
from exams.domain.marks import PartMark
from exams.domain.matching import best_assignment
from exams.domain.numbers import ToleranceKind, is_within, parse_decimal, parse_quantity, value_in_units
from exams.domain.patterns import compile_pattern
from exams.domain.schema import DecimalText, Fraction, RichText, Schema, ShortLine, Weight, decimal_text, gettext_noop
from exams.domain.text import Folding, fold, fold_expected, is_wildcard_match

ANY_NUMBER = "*"
MAXIMUM_DIGITS = 60
MARKER = re.compile(r"\[\[([a-z0-9_-]{1,32})\]\]")


class TextAnswer(Schema):
    """A text that earns a fraction, with feedback for whoever gives it."""

    text: ShortLine
    fraction: Fraction = 1.0
    feedback: RichText = ""


class FoldingKey(Schema):
    """Which differences of writing an author forgives; `fold_ends` only those of space at the ends, `fold_notation`
    those between ways of writing the same mathematics. A key to which even the width of a letter matters, as those of
    other systems are, takes mathematics as it is written too."""

    fold_case: bool = True
    fold_width: bool = True
    fold_space: bool = True
    fold_punctuation: bool = False
    fold_ends: bool = False
    fold_notation: bool = True

    @cached_property
    def folding(self) -> Folding:
        """The same as a value of the text module."""
        return Folding(
            self.fold_case,
            self.fold_width,
            self.fold_space,
            self.fold_punctuation,
            self.fold_ends,
            self.fold_notation and self.fold_width,
        )


def _number_or_any(value: object) -> object:
    return ANY_NUMBER if isinstance(value, str) and value.strip() == ANY_NUMBER else decimal_text(value)


class NumericKey(Schema):
    """An expected number and how near a response must come."""

    value: DecimalText
    tolerance: DecimalText = "0"
    tolerance_kind: ToleranceKind = "absolute"

    def is_near(self, given: Decimal, /) -> bool:
        """Tell whether a number is within the tolerance."""
        value, tolerance = self._numbers
        return is_within(given, value, tolerance=tolerance, kind=self.tolerance_kind)

    @cached_property
    def _numbers(self) -> tuple[Decimal, Decimal]:
        return Decimal(self.value), Decimal(self.tolerance)


class NumericAnswer(NumericKey):
    """A number that earns a fraction, with feedback for whoever gives it; `*` stands for any number."""

    value: Annotated[str, BeforeValidator(_number_or_any), Field(max_length=MAXIMUM_DIGITS)]
    fraction: Fraction = 1.0
    feedback: RichText = ""

    def is_near(self, given: Decimal, /) -> bool:
        """Tell whether a number is within the tolerance, or any number will do."""
        return self.value == ANY_NUMBER or super().is_near(given)


class BlankKey(FoldingKey):
    """What one blank expects: texts, patterns with `*` (wildcard), regular expressions, or a number. `numerics` are
    several numbers in order of precedence, each with its fraction, in the place of `numeric`."""

    answers: tuple[TextAnswer, ...] = ()
    match: Literal["text", "wildcard", "regex", "numeric"] = "text"
    numeric: NumericKey | None = None
    numerics: tuple[NumericAnswer, ...] = ()
    weight: Weight = 1.0


def texts_with(answers: Sequence[Mapping[str, Any]], text: str, /) -> list[dict[str, Any]]:
    """Return stored texts with one more that earns everything, before the others: the first that fits decides."""
    return [{"text": text, "fraction": 1}, *(dict(one) for one in answers)]


def numbers_with(answers: Sequence[Mapping[str, Any]], text: str, /) -> list[dict[str, Any]]:
    """Return stored numbers with one more that earns everything, before the others, as near as the first of them has
    to be met; InvalidCorrection for what is no number."""
    if len(text) > MAXIMUM_DIGITS or parse_decimal(text) is None:
        raise InvalidCorrection(gettext_noop("Write a number."))
    near = next((one for one in answers if one.get("value") != ANY_NUMBER), {})
    limits = {name: near[name] for name in ("tolerance", "tolerance_kind") if name in near}
    return [{"value": text.strip(), "fraction": 1, **limits}, *(dict(one) for one in answers)]


def blank_with(key: Mapping[str, Any], text: str, /) -> dict[str, Any]:
    """Return the stored key of a blank that takes one more answer, written as its others are; InvalidCorrection for
    what is no number, or no pattern, where the others are."""
    if key.get("match") == "regex":
        try:
            compile_pattern(text, ignore_case=key.get("fold_case", True))
        except InvalidPattern as error:
            raise InvalidCorrection(error.message) from None
    if key.get("match") != "numeric":
        return {**key, "answers": texts_with(key.get("answers", ()), text)}
    numbers = key.get("numerics") or [one for one in [key.get("numeric")] if one]
    return {**key, "numeric": None, "numerics": numbers_with(numbers, text)}


def with_accepted(key: Mapping[str, Any], place: str, text: str, /) -> dict[str, Any]:
    """Return the stored key of a blank as blank_with does; what is refused is refused of this place."""
    try:
        return blank_with(key, text)
    except InvalidCorrection as error:
        raise InvalidCorrection(error.message, field=place) from None


class Judgement(NamedTuple):
    """What a given text earns, and which answer of the key it met (-1 none)."""

    fraction: float
    answer: int = -1


MET_NONE = Judgement(0.0)
"""Of a text that none of the answers of a key fits."""


def first_match(key: FoldingKey, answers: Sequence[TextAnswer], given: str, /, *, kind: str = "text") -> Judgement:
    """Return what the first fitting answer says; the author's order decides, so that a trap can precede a
    wildcard."""
    if kind == "text":
        folded = fold(given, key.folding)
        for index, answer in enumerate(answers):
            if fold_expected(answer.text, key.folding) == folded:
                return Judgement(answer.fraction, index)
        return MET_NONE
    for index, answer in enumerate(answers):
        if kind == "wildcard":
            is_met = is_wildcard_match(answer.text, given, key.folding)
        else:
            # Case and notation are the pattern's own affair: folding the text as well would hide capitals and signs.
            folding = Folding(False, key.fold_width, key.fold_space, key.fold_punctuation, key.fold_ends)
            is_met = compile_pattern(answer.text, ignore_case=key.fold_case).is_match(fold(given, folding))
        if is_met:
            return Judgement(answer.fraction, index)
    return MET_NONE


def judge_blank(key: BlankKey, given: str, /, *, is_percent_printed: bool = False) -> Judgement:
    """Return what a text earns in a blank. `is_percent_printed`: a per cent sign stands behind it, so typing
    one changes nothing."""
    if key.match == "numeric" and (key.numerics or key.numeric is not None):
        quantity = parse_quantity(given)
        if quantity is None:
            return Judgement(0.0)
        value = value_in_units(quantity, units={}, unit_label="%" if is_percent_printed else "")
        if value is not None and key.numerics:
            for index, answer in enumerate(key.numerics):
                if answer.is_near(value):
                    return Judgement(answer.fraction, index)
        elif value is not None and key.numeric is not None and key.numeric.is_near(value):
            return Judgement(1.0)
        return Judgement(0.0)
    return first_match(key, key.answers, given, kind=key.match)


def part_of(id_: str, given: str, judgement: Judgement, /, *, weight: float = 1.0, lowest: float = 0.0) -> PartMark:
    """Return the part mark of a judged blank, not below `lowest`."""
    fraction = max(judgement.fraction, lowest)
    return PartMark(id_, fraction, fraction >= 1 - 1e-6, given, weight)


def judge_order_free(keys: Sequence[BlankKey], givens: Sequence[str], /) -> list[tuple[int, Judgement]]:
    """Return for each given text the blank of the set it counts for and what it earns there, so that the
    whole earns most.

    A text repeated within the set counts once, or as often as blanks expect just that text.
    """
    table = [[judge_blank(key, given) if given else Judgement(0.0) for key in keys] for given in givens]
    seen: dict[str, int] = {}
    for row, given in enumerate(givens):
        token = fold(given, keys[row].folding)
        expecting = sum(len(key.answers) <= 1 and table[row][at].fraction > 0 for at, key in enumerate(keys))
        if seen.get(token, 0) >= max(1, expecting):
            table[row] = [Judgement(0.0)] * len(keys)
        seen[token] = seen.get(token, 0) + 1
    columns = best_assignment(
        [[judged.fraction * key.weight for judged, key in zip(row, keys, strict=True)] for row in table]
    )
    return [(column, table[row][column]) for row, column in enumerate(columns)]


def markers_in(stem: str, /) -> tuple[str, ...]:
    """Return the ids of the [[markers]] of a stem, in order."""
    return tuple(MARKER.findall(stem))


@lru_cache(maxsize=4096)
def percent_marked(stem: str, /) -> frozenset[str]:
    """Return the ids of markers with a per cent sign printed behind them; kept, as thousands answer the same stem."""
    return frozenset(re.findall(r"\[\[([a-z0-9_-]{1,32})\]\]\s*(?:</\w+>\s*)*(?:\\?%|％)", stem))


def marker_problems(stem: str, ids: Iterable[str], /) -> list[Problem]:
    """Report markers without a blank, blanks without a marker and markers that occur twice."""
    found = markers_in(stem)
    ids = tuple(ids)
    problems = [
        Problem("content.stem", f"[[{id_}]] has no blank of that id.") for id_ in dict.fromkeys(found) if id_ not in ids
    ]
    problems += [Problem("content.stem", f"[[{id_}]] is missing from the stem.") for id_ in ids if id_ not in found]
    problems += [
        Problem("content.stem", f"[[{id_}]] stands in the stem more than once.")
        for id_ in dict.fromkeys(found)
        if found.count(id_) > 1
    ]
    return problems


def numeric_problems(field: str, numeric: NumericKey, /) -> list[Problem]:
    """Report tolerances that mean nothing."""
    tolerance = Decimal(numeric.tolerance)
    if numeric.tolerance_kind == "significant":
        if tolerance != int(tolerance) or not 1 <= tolerance <= 30:
            return [Problem(f"{field}.tolerance", "Significant figures are a whole number from 1 to 30.")]
    elif tolerance < 0:
        return [Problem(f"{field}.tolerance", "A tolerance is not negative.")]
    return []


def numbers_problems(field: str, name: str, answers: Sequence[NumericAnswer], /) -> list[Problem]:
    """Report useless tolerances, and that nothing earns full marks."""
    problems = []
    for at, answer in enumerate(answers):
        problems += numeric_problems(f"{field}.{name}.{at}", answer)
    if not any(answer.fraction == 1 for answer in answers):
        problems.append(Problem(f"{field}.{name}", "No answer earns full marks."))
    return problems


def answer_problems(field: str, answers: Sequence[TextAnswer], /) -> list[Problem]:
    """Report that nothing earns full marks, or that an answer is empty."""
    problems = [
        Problem(f"{field}.answers.{at}.text", "An answer is empty.")
        for at, answer in enumerate(answers)
        if not answer.text.strip()
    ]
    if not any(answer.fraction == 1 for answer in answers):
        problems.append(Problem(f"{field}.answers", "No answer earns full marks."))
    return problems


def blank_problems(field: str, key: BlankKey, /) -> list[Problem]:
    """Report what is wrong with the key of one blank."""
    if key.match == "numeric":
        if key.numerics:
            return numbers_problems(field, "numerics", key.numerics)
        if key.numeric is None:
            return [Problem(f"{field}.numeric", "A numeric blank needs its number.")]
        return numeric_problems(f"{field}.numeric", key.numeric)
    problems = answer_problems(field, key.answers)
    if key.match == "regex":
        for at, answer in enumerate(key.answers):
            try:
                compile_pattern(answer.text, ignore_case=key.fold_case)
            except InvalidPattern as error:
                problems.append(Problem(f"{field}.answers.{at}.text", error.message))
    return problems


def summarise_blank(key: BlankKey, /) -> str:
    """Return the expected answers as text."""
    if key.match == "numeric" and key.numerics:
        return " / ".join(answer.value for answer in key.numerics if answer.fraction == 1)
    if key.match == "numeric" and key.numeric is not None:
        return key.numeric.value
    return " / ".join(answer.text for answer in key.answers if answer.fraction == 1)


def blank_feedback(id_: str, answers: Sequence[TextAnswer | NumericAnswer], /) -> dict[str, str]:
    """Return the feedback of a blank's answers by feedback id (`b1:0`)."""
    return {f"{id_}:{at}": answer.feedback for at, answer in enumerate(answers) if answer.feedback}
