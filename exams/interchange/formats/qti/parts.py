"""One interaction as a native question, or as a gap in one; and the check that both mark alike."""

import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from exams.domain.grading import GradingPolicy, load_question
from exams.interchange.formats.base import gettext_noop
from exams.interchange.formats.qti.values import Unsupported, Value

Score = Callable[[Value | None], Decimal]

TOLERANCE = Decimal("0.000001")
BLANK_PAYS = gettext_noop("Giving no answer earns marks or costs some.")
NOTHING_EARNS = gettext_noop("No answer earns marks.")
DIFFERENT = gettext_noop("Its marking cannot be expressed: no rule of ours gives the same marks for every response.")
TOO_NEGATIVE = gettext_noop("A wrong answer costs more than a right one earns.")
NEGATIVE = gettext_noop("Wrong answers take marks away; that counts in papers that allow negative marks.")
TOO_MANY = gettext_noop("There are more than %(count)s options.")
NO_OPTIONS = gettext_noop("There is nothing to choose from.")


@dataclass
class Part:
    """A native question made of one interaction: type, content without its stem, and key.

    `maximum` is the score that full marks stand for. `native` turns a value of the response into a raw native
    response. `samples` are values at which marks were compared. `stem` is what the interaction itself says. `gap` is
    the same as a gap of a cloze (content and key), where that is possible; `blank` as a blank.
    """

    type: str
    content: dict[str, Any]
    key: dict[str, Any]
    maximum: Decimal
    native: Callable[[Value | None], Any]
    samples: list[Value | None] = field(default_factory=list)
    stem: str = ""
    gap: tuple[dict[str, Any], dict[str, Any]] | None = None
    blank: tuple[dict[str, Any], dict[str, Any]] | None = None
    gap_native: Callable[[Value | None], Any] | None = None
    is_negative: bool = False
    gaps: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    passage: str = ""


def option_ids(count: int) -> list[str]:
    """Return so many stable ids: a, b, c … z, o27, o28 …"""
    return [string.ascii_lowercase[at] if at < 26 else f"o{at + 1}" for at in range(count)]


def fraction_of(score: Decimal, maximum: Decimal) -> float:
    """Return a score as a fraction of the maximum; Unsupported below -1."""
    found = float(score / maximum)
    if found < -1 - 1e-9:
        raise Unsupported(TOO_NEGATIVE)
    return max(-1.0, min(1.0, found))


def greatest(scores: Iterable[Decimal]) -> Decimal:
    """Return the greatest score; Unsupported when nothing earns."""
    found = max(scores, default=Decimal(0))
    if found <= 0:
        raise Unsupported(NOTHING_EARNS)
    return found


def verify(
    type_: str,
    content: dict[str, Any],
    key: dict[str, Any],
    *,
    maximum: Decimal,
    cases: Iterable[tuple[Any, Decimal]],
    tolerance: Decimal = TOLERANCE,
) -> bool:
    """Tell whether a native question marks raw responses as stated, whether or not negative marks are allowed."""
    question = load_question(type_, content, key)
    lenient, strict = GradingPolicy(), GradingPolicy(is_negative_allowed=True)
    limit = max(tolerance * maximum, tolerance)
    for raw, wanted in cases:
        below_zero = Decimal(repr(question.grade(raw, policy=strict).fraction or 0.0)) * maximum
        if abs(below_zero - wanted) > limit:
            return False
        from_zero = Decimal(repr(question.grade(raw, policy=lenient).fraction or 0.0)) * maximum
        if abs(from_zero - max(wanted, Decimal(0))) > limit:
            return False
    return True


def first_fitting(
    candidates: Iterable[tuple[str, dict[str, Any], dict[str, Any]]],
    *,
    maximum: Decimal,
    cases: Sequence[tuple[Any, Decimal]],
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the first question (type, content, key) that marks all cases as stated; Unsupported when none does."""
    for type_, content, key in candidates:
        if verify(type_, content, key, maximum=maximum, cases=cases):
            return type_, content, key
    raise Unsupported(DIFFERENT)
