"""What grading says and by which rules: marks, parts and the policy of a paper. Every question type returns
these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from exams.domain.certainty import certainty_fraction

MultipleChoiceRule = Literal["all_or_nothing", "partial_if_no_wrong", "sum_of_fractions", "net_correct", "each_option"]


class MarkState(StrEnum):
    """Whether a mark stands, waits for a person, or belongs to a blank."""

    GRADED = "graded"
    PENDING = "pending"
    BLANK = "blank"


class Completeness(StrEnum):
    """How much of a question the learner has answered."""

    UNANSWERED = "unanswered"
    PARTLY = "partly"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class GradingPolicy:
    """The grading rules of a paper.

    All figures are fractions of an item's marks. `partial_fraction` (0..1) is what an incomplete but
    faultless multiple choice earns. `wrong_penalty` (0..1) is taken for a wrong choice or true/false, never
    for a blank. Without `is_negative_allowed` no item falls below 0; with it, `item_floor` (-1..0) is the
    lowest. With `asks_certainty` the learner says how certain she is, and items that the engine
    marks earn by that (exams.domain.certainty).
    """

    multiple_choice: MultipleChoiceRule = "partial_if_no_wrong"
    partial_fraction: float = 0.5
    wrong_penalty: float = 0.0
    is_negative_allowed: bool = False
    item_floor: float = -1.0
    asks_certainty: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.partial_fraction <= 1:
            raise ValueError("partial_fraction lies between 0 and 1.")
        if not 0 <= self.wrong_penalty <= 1:
            raise ValueError("wrong_penalty lies between 0 and 1.")
        if not -1 <= self.item_floor <= 0:
            raise ValueError("item_floor lies between -1 and 0.")

    @property
    def lowest(self) -> float:
        """The lowest fraction an item can earn."""
        return self.item_floor if self.is_negative_allowed else 0.0

    def clamp(self, fraction: float, /) -> float:
        """Return the fraction within the item's floor and 1."""
        return min(max(fraction, self.lowest), 1.0) + 0.0

    def penalise(self, fraction: float, /) -> float:
        """Return what a wrong choice earns: the penalty where the key itself sets nothing below zero."""
        return self.clamp(-self.wrong_penalty if fraction == 0 else fraction)


@dataclass(frozen=True, slots=True)
class PartMark:
    """The mark of one blank, pair, item, rubric criterion or sub-question.

    `fraction` is of the part itself, None while it is pending; `weight` is its share beside its sisters;
    `parts` are its own parts.
    """

    id: str
    fraction: float | None
    is_correct: bool | None
    given: str = ""
    weight: float = 1.0
    parts: tuple["PartMark", ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one response: how much of it is right, None while a person has to decide.

    `certainty` is what counted with it where certainty is asked for; `earned` is then another fraction of the item's
    marks than `fraction`.
    """

    fraction: float | None
    state: MarkState
    parts: tuple[PartMark, ...] = ()
    feedback_ids: tuple[str, ...] = ()
    certainty: int | None = None

    @property
    def earned(self) -> float | None:
        """The fraction of the item's marks that it earns (-2..1); None while pending."""
        if self.fraction is None or self.certainty is None:
            return self.fraction
        return certainty_fraction(self.fraction, self.certainty)

    @property
    def is_correct(self) -> bool | None:
        """Whether the response earned everything; None while pending."""
        return None if self.fraction is None else self.fraction >= 1 - 1e-6


def blank_mark(parts: Sequence[PartMark] = (), /) -> Mark:
    """Return the mark of a question left blank: nothing earned, nothing taken."""
    return Mark(0.0, MarkState.BLANK, tuple(parts))


def weighted_fraction(parts: Sequence[PartMark], /) -> float | None:
    """Return the mean of the parts' fractions by weight; None while one of them is pending, 0 without any
    weight."""
    total = earned = 0.0
    for part in parts:
        if part.fraction is None:
            return None
        total += part.weight
        earned += part.weight * part.fraction
    return earned / total if total > 0 else 0.0


def _settle_part(part: PartMark, fractions: Mapping[str, float], path: str) -> PartMark:
    if part.fraction is not None:
        return part
    if path in fractions:
        given = fractions[path]
        return replace(part, fraction=given, is_correct=given >= 1 - 1e-6)
    if not part.parts:
        return part
    parts = tuple(_settle_part(inner, fractions, f"{path}/{inner.id}") for inner in part.parts)
    fraction = weighted_fraction(parts)
    is_correct = None if fraction is None else fraction >= 1 - 1e-6
    return replace(part, parts=parts, fraction=fraction, is_correct=is_correct)


def pending_paths(mark: Mark, /) -> tuple[str, ...]:
    """Return the paths of the parts a person has to mark (`content`, or `q3/content` inside a material)."""

    def walk(parts: Sequence[PartMark], prefix: str) -> list[str]:
        found = []
        for part in parts:
            if part.fraction is None:
                found.extend(walk(part.parts, f"{prefix}{part.id}/") if part.parts else [f"{prefix}{part.id}"])
        return found

    return tuple(walk(mark.parts, ""))


def settle(mark: Mark, /, *, fractions: Mapping[str, float], policy: GradingPolicy) -> Mark:
    """Return the mark with a marker's fractions (0..1 by path) put into its pending parts; it stays pending
    until none is left.

    ValueError for a path that is not pending or a fraction outside 0..1.
    """
    unknown = set(fractions) - set(pending_paths(mark)) - {part.id for part in mark.parts if part.fraction is None}
    if unknown:
        raise ValueError(f"These parts are not waiting for a mark: {', '.join(sorted(unknown))}")
    if any(not 0 <= fraction <= 1 for fraction in fractions.values()):
        raise ValueError("A marker gives between 0 and 1 of each part.")
    parts = tuple(_settle_part(part, fractions, part.id) for part in mark.parts)
    fraction = weighted_fraction(parts)
    if fraction is None:
        return replace(mark, parts=parts)
    return replace(mark, fraction=policy.clamp(fraction), state=MarkState.GRADED, parts=parts)


def part_paths(mark: Mark, /) -> tuple[str, ...]:
    """Return the paths of all parts that have no parts of their own."""

    def walk(parts: Sequence[PartMark], prefix: str) -> list[str]:
        found = []
        for part in parts:
            found.extend(walk(part.parts, f"{prefix}{part.id}/") if part.parts else [f"{prefix}{part.id}"])
        return found

    return tuple(walk(mark.parts, ""))


def reopen(mark: Mark, /, *, paths: Sequence[str]) -> Mark:
    """Return the mark with the parts of these paths pending again, as they were before a person settled them."""
    wanted = set(paths)

    def walk(part: PartMark, path: str) -> PartMark:
        if path in wanted and not part.parts:
            return replace(part, fraction=None, is_correct=None)
        parts = tuple(walk(inner, f"{path}/{inner.id}") for inner in part.parts)
        if any(inner.fraction is None for inner in parts):
            return replace(part, parts=parts, fraction=None, is_correct=None)
        return part

    parts = tuple(walk(part, part.id) for part in mark.parts)
    if all(part.fraction is not None for part in parts):
        return mark
    return replace(mark, parts=parts, fraction=None, state=MarkState.PENDING)
