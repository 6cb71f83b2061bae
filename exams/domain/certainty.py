"""Certainty-based marking: with each answer the learner says how certain she is of it, and saying so honestly pays
best.

The scheme is that of A. R. Gardner-Medwin, "Confidence assessment in the teaching of basic science" (ALT-J 3(1), 1995,
pp. 80-85), and of the certainty-based marking at University College London that grew from it: with certainty 1, 2, 3 a
right answer earns 1, 2, 3 and a wrong one 0, -2, -6; no answer is 0. Low certainty pays best below a chance of 2/3 to
be right, high certainty above 4/5, the middle between them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LOW, MIDDLE, HIGH = LEVELS = (1, 2, 3)
RIGHT = {LOW: 1, MIDDLE: 2, HIGH: 3}
WRONG = {LOW: 0, MIDDLE: -2, HIGH: -6}
FULL = 3
"""The marks of the scheme that stand for the full marks of a question."""
LOWEST = WRONG[HIGH] / FULL


def certainty_fraction(fraction: float, certainty: int, /) -> float:
    """Return the fraction of a question's marks that an answer earns: from -2 to 1.

    What is partly right lies on the line between wrong and right: as if each of its parts had been asked for itself
    with the same certainty. A penalty that the question itself sets is left out; the scheme has its own. No floor of
    single questions applies, for without its negative marks the scheme rewards nobody's honesty; the floor of the
    whole paper does.
    """
    part = min(max(fraction, 0.0), 1.0)
    return (WRONG[certainty] + part * (RIGHT[certainty] - WRONG[certainty])) / FULL


@dataclass(frozen=True, slots=True)
class CertaintyRow:
    """How the answers of one certainty went: how many, how much of them was right, and what they earned on the average,
    both in per cent of full marks."""

    certainty: int
    count: int
    right_percent: int
    earned_percent: int


def by_certainty(answers: Iterable[tuple[int | None, float | None]], /) -> tuple[CertaintyRow, ...]:
    """Return a row for each certainty that was stated, the lowest first, from (certainty, fraction right) of answers;
    those without a certainty or not marked yet are passed over."""
    found: dict[int, list[float]] = {}
    for certainty, fraction in answers:
        if certainty is not None and fraction is not None:
            found.setdefault(certainty, []).append(min(max(fraction, 0.0), 1.0))
    return tuple(
        CertaintyRow(
            certainty,
            len(found[certainty]),
            round(100 * sum(found[certainty]) / len(found[certainty])),
            round(100 * sum(certainty_fraction(one, certainty) for one in found[certainty]) / len(found[certainty])),
        )
        for certainty in LEVELS
        if certainty in found
    )
