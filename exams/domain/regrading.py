"""What a decision about a question that was asked makes of its marks and of the totals they belong to.

A decision is taken when the key was wrong or the question unfit: its answers are counted by another key, by both, as
full marks, or not at all. The responses and the question as it was asked never change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from exams.domain.marks import Mark, MarkState
from exams.domain.scoring import PassMark, is_passing, round_mark

Policy = Literal["new_key", "accept_both", "full_marks", "drop"]
NEEDS_KEY = frozenset({"new_key", "accept_both"})
"""Policies that mark by another key; the others need none."""
NOTHING = Decimal("0.00")
BINS = 10


def better_mark(first: Mark, second: Mark, /) -> Mark:
    """Return the mark that is worth more; one that waits for a person wins, since nobody knows yet what it is worth."""
    if first.fraction is None or second.fraction is None:
        return first if first.fraction is None else second
    return second if second.fraction > first.fraction else first


def decided_mark(*, policy: Policy, asked: Mark, other: Mark | None, marks: Decimal) -> tuple[Mark, Decimal]:
    """Return the mark of an item and the marks it is out of, by a decision.

    `asked` is the mark by the key it was asked with, `other` that by the corrected key (for the policies of
    NEEDS_KEY). A dropped item is out of nothing, whatever was answered; full marks go to blanks too.
    """
    if policy == "drop":
        return Mark(asked.fraction or 0.0, MarkState.GRADED, asked.parts), NOTHING
    if policy == "full_marks":
        return Mark(1.0, MarkState.GRADED, asked.parts), marks
    if other is None:
        raise ValueError("This policy marks by a corrected key.")
    return (other if policy == "new_key" else better_mark(asked, other)), marks


@dataclass(frozen=True, slots=True)
class Totals:
    """The total of an attempt: None for all but the maximum while something is pending; per cent of the maximum."""

    score: Decimal | None
    maximum: Decimal
    percent: Decimal | None
    passed: bool | None


def add_up(*, marks: Decimal, maximum: Decimal, pending: int, pass_percent: Decimal) -> Totals:
    """Return the total from the sum of rounded item marks, as score_paper does for an exam: it never falls below 0."""
    if pending:
        return Totals(None, maximum, None, None)
    score = max(marks, NOTHING)
    percent = round_mark(score * 100 / maximum) if maximum else NOTHING
    passed = is_passing(total=score, maximum=maximum, pass_mark=PassMark("percent", pass_percent))
    return Totals(score, maximum, percent, passed)


def direction(*, old: Totals, new: Totals) -> Literal["gain", "loss", ""]:
    """Tell whether the learner's per cent rises or falls; nothing while either is pending."""
    if old.percent is None or new.percent is None or old.percent == new.percent:
        return ""
    return "gain" if new.percent > old.percent else "loss"


def crossing(*, old: Totals, new: Totals) -> Literal["up", "down", ""]:
    """Tell whether the learner crosses the pass mark; nothing while either is pending."""
    if old.passed is None or new.passed is None or old.passed == new.passed:
        return ""
    return "up" if new.passed else "down"


class Tally:
    """Counts and distributions of a change set, gathered attempt by attempt in constant memory."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(
            ("attempts", "changed", "gain", "loss", "up", "down", "waiting", "by_hand", "conflicts", "empty"), 0
        )
        self.before = [0] * BINS
        self.after = [0] * BINS
        self.sums = [0.0, 0.0]
        self.finals = [0, 0]
        self.passes = [0, 0]

    def add(self, *, old: Totals, new: Totals, is_changed: bool, is_by_hand: bool, is_conflict: bool) -> None:
        """Count one attempt: `waiting` are those that wait for a person afterwards and did not before, `empty` those
        that would be out of no marks at all."""
        self.counts["attempts"] += 1
        self.counts["changed"] += is_changed
        self.counts["by_hand"] += is_by_hand
        self.counts["conflicts"] += is_conflict
        self.counts["waiting"] += new.percent is None and old.percent is not None
        self.counts["empty"] += new.maximum <= 0
        for found in (direction(old=old, new=new), crossing(old=old, new=new)):
            if found:
                self.counts[found] += 1
        for place, (bins, totals) in enumerate(((self.before, old), (self.after, new))):
            if totals.percent is not None:
                bins[min(BINS - 1, int(totals.percent * BINS / 100))] += 1
                self.sums[place] += float(totals.percent)
                self.finals[place] += 1
                self.passes[place] += bool(totals.passed)

    def as_json(self) -> dict[str, object]:
        """Return the counts, the distributions in tenths of the maximum, the mean per cents and the passes."""
        means = [round(total / n, 2) if n else None for total, n in zip(self.sums, self.finals, strict=True)]
        return {
            **self.counts,
            "before": list(self.before),
            "after": list(self.after),
            "means": means,
            "finals": list(self.finals),
            "passes": list(self.passes),
        }


def bin_labels() -> Sequence[str]:
    """Return the labels of the classes of a distribution: per cent from and to."""
    return [f"{100 * at // BINS}–{100 * (at + 1) // BINS}" for at in range(BINS)]
