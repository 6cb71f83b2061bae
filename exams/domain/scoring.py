"""Marks of items -> score of a paper: rounding, floors, sections, topics, pass or fail. Decimal
throughout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

CENT = Decimal("0.01")
_TOLERANCE = Decimal("0.000001")


def round_mark(value: Decimal, /) -> Decimal:
    """Return a mark with two decimals, half rounded up (away from zero), within a tolerance of 1e-6 for
    binary fractions."""
    return value.quantize(_TOLERANCE, rounding=ROUND_HALF_UP).quantize(CENT, rounding=ROUND_HALF_UP)


def item_mark(*, fraction: float | None, marks: Decimal) -> Decimal | None:
    """Return fraction x marks rounded to two decimals; None while the fraction is pending."""
    return None if fraction is None else _rounded(fraction + 0.0, marks)


@lru_cache(maxsize=8192)
def _rounded(fraction: float, marks: Decimal) -> Decimal:
    """Round once what thousands of answers earn: nothing and everything of the usual marks, mostly."""
    return round_mark(Decimal(repr(fraction)) * marks)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One slot of a paper as graded: its section and topic, what it is worth, and the fraction earned (None
    pending); where its `mark` is known already, that counts."""

    slot: str
    section_id: str
    marks: Decimal
    fraction: float | None
    topic: str = ""
    mark: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PassMark:
    """What has to be reached: marks, or per cent (0..100) of the maximum. Reaching it exactly is passing."""

    kind: Literal["percent", "marks"]
    value: Decimal


@dataclass(frozen=True, slots=True)
class PartScore:
    """What a section or topic earned of its maximum; marks of pending items count 0 and `pending` says how
    many there are."""

    total: Decimal
    maximum: Decimal
    pending: int = 0

    @property
    def percent(self) -> Decimal:
        """The share earned in per cent with two decimals; 0 where there is nothing to earn."""
        return round_mark(self.total * 100 / self.maximum) if self.maximum else Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PaperScore:
    """The score of an attempt. `passed` is None while marks are pending or where the exam has no pass
    mark."""

    total: Decimal
    maximum: Decimal
    percent: Decimal
    passed: bool | None
    pending_slots: tuple[str, ...]
    item_marks: Mapping[str, Decimal | None]
    by_section: Mapping[str, PartScore]
    by_topic: Mapping[str, PartScore]

    @property
    def is_pending(self) -> bool:
        """Whether a person still has to mark something."""
        return bool(self.pending_slots)


def _mark_of(item: ItemResult) -> Decimal | None:
    return item_mark(fraction=item.fraction, marks=item.marks) if item.mark is None else item.mark


def _part_score(items: Sequence[tuple[ItemResult, Decimal | None]], floor: Decimal | None) -> PartScore:
    total = sum((mark for _, mark in items if mark is not None), Decimal("0.00"))
    if floor is not None:
        total = max(total, floor)
    maximum = sum((item.marks for item, _ in items), Decimal(0))
    return PartScore(total, maximum, sum(mark is None for _, mark in items))


def is_passing(*, total: Decimal, maximum: Decimal, pass_mark: PassMark) -> bool:
    """Tell whether a total reaches the pass mark; per cent are compared unrounded, so 59.996 % does not pass
    60 %."""
    if pass_mark.kind == "marks":
        return total >= pass_mark.value
    return maximum > 0 and total * 100 >= pass_mark.value * maximum


def score_paper(
    *,
    items: Sequence[ItemResult],
    pass_mark: PassMark | None = None,
    section_floors: Mapping[str, Decimal] | None = None,
    paper_floor: Decimal | None = None,
) -> PaperScore:
    """Return the score of all items of a paper.

    Items are rounded first, sections add up rounded items and are raised to their floor, the total adds up
    sections and is raised to the paper's. By topic no floor applies. ValueError when a slot occurs twice.
    """
    if len({item.slot for item in items}) != len(items):
        raise ValueError("A slot is scored once.")
    marked = [(item, _mark_of(item)) for item in items]
    floors = section_floors or {}

    def grouped(name: str) -> dict[str, list[tuple[ItemResult, Decimal | None]]]:
        groups: dict[str, list[tuple[ItemResult, Decimal | None]]] = {}
        for item, mark in marked:
            groups.setdefault(getattr(item, name), []).append((item, mark))
        return groups

    by_section = {id_: _part_score(group, floors.get(id_)) for id_, group in grouped("section_id").items()}
    by_topic = {id_: _part_score(group, None) for id_, group in grouped("topic").items() if id_}
    total = sum((part.total for part in by_section.values()), Decimal("0.00"))
    if paper_floor is not None:
        total = max(total, paper_floor)
    maximum = sum((item.marks for item in items), Decimal(0))
    pending = tuple(item.slot for item, mark in marked if mark is None)
    passed = None
    if pass_mark is not None and not pending:
        passed = is_passing(total=total, maximum=maximum, pass_mark=pass_mark)
    return PaperScore(
        total=total,
        maximum=maximum,
        percent=PartScore(total, maximum).percent,
        passed=passed,
        pending_slots=pending,
        item_marks={item.slot: mark for item, mark in marked},
        by_section=by_section,
        by_topic=by_topic,
    )
