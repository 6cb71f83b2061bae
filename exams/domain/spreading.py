"""Spreading the marks of a section over its questions, in hundredths, as evenly as the rules allow."""

from collections.abc import Sequence
from decimal import Decimal

CENT = Decimal("0.01")


class CannotSpread(ValueError):
    """The total cannot be reached, since all questions of a rule are worth the same; `nearest` are totals that can."""

    def __init__(self, nearest: tuple[Decimal, ...]) -> None:
        self.nearest = nearest
        super().__init__(f"Possible: {', '.join(map(str, nearest))}")


def spread_total(total: Decimal, counts: Sequence[int], /) -> tuple[Decimal, ...]:
    """Return the marks of each question of each entry so that count x marks add up to the total.

    An entry is a fixed question (count 1) or a rule. Everybody gets the even share rounded down to hundredths; the
    hundredths that are left go to the earliest entries that take them up exactly. CannotSpread where none do;
    ValueError for no questions, a negative total or one finer than a hundredth.
    """
    cents = total / CENT
    if not counts or min(counts) < 1 or cents != cents.to_integral_value() or cents < 0:
        raise ValueError("A total in hundredths over at least one question.")
    questions = sum(counts)
    share, left = divmod(int(cents), questions)
    reach = _reachable(counts, left)
    if left not in reach:
        below = max(reach)
        above = next(add for add in range(left, questions + 1) if add in _reachable(counts, add))
        raise CannotSpread(tuple((share * questions + add) * CENT for add in (below, above)))
    marks = [share * CENT] * len(counts)
    while left:
        entry = reach[left]
        marks[entry] += CENT
        left -= counts[entry]
    return tuple(marks)


def _reachable(counts: Sequence[int], most: int) -> dict[int, int]:
    """Return the sums up to `most` that some of the entries make, each with the last entry it took (-1 for none)."""
    found = {0: -1}
    for entry, count in enumerate(counts):
        for before in sorted(found, reverse=True):
            if before + count <= most and before + count not in found:
                found[before + count] = entry
    return found
