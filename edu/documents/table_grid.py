"""The grid of a table: which cell stands where, and how wide its columns are. Pure: no fonts, no pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

__all__ = ["MOST_COLUMNS", "Placed", "Wish", "column_widths", "place_cells"]

MOST_COLUMNS = 40
"""Columns of a table that is drawn; no page is wide enough for more."""

C = TypeVar("C")


@dataclass(frozen=True)
class Placed(Generic[C]):
    """A cell with its first row and column, from 0, and how many rows and columns it takes."""

    cell: C
    row: int
    column: int
    down: int = 1
    across: int = 1


@dataclass(frozen=True)
class Wish:
    """How wide a column has to be at least, and what it would take so that nothing is broken, in points."""

    least: float
    most: float


def place_cells(rows: Sequence[Sequence[tuple[C, int, int]]]) -> tuple[list[Placed[C]], int] | None:
    """Return cells, given by rows with how many columns and rows each takes, in their places, and the number of
    columns; None for more than MOST_COLUMNS. No cell reaches below the last row; columns in which no cell begins are
    not counted."""
    placed: list[Placed[C]] = []
    taken: list[int] = []  # the row from which each column is free
    for at, row in enumerate(rows):
        column = 0
        for cell, across, down in row:
            while column < len(taken) and taken[column] > at:
                column += 1
            if column >= MOST_COLUMNS:
                return None
            across = min(max(across, 1), MOST_COLUMNS - column)
            down = min(max(down, 1), len(rows) - at)
            taken += [0] * (column + across - len(taken))
            taken[column : column + across] = [at + down] * across
            placed.append(Placed(cell, at, column, down, across))
            column += across
    starts = {one.column for one in placed}
    ranks = [0]
    for column in range(len(taken)):
        ranks.append(ranks[-1] + (column in starts))
    return [
        replace(one, column=ranks[one.column], across=max(ranks[one.column + one.across] - ranks[one.column], 1))
        for one in placed
    ], ranks[-1]


def column_widths(wishes: Sequence[Wish], *, width: float) -> list[float]:
    """Return the widths of columns: what each would take where all fit into `width` points; else the narrow ones get
    that, and the others share what is left, none less than its least."""
    if sum(wish.most for wish in wishes) <= width:
        return [wish.most for wish in wishes]
    widths = [0.0] * len(wishes)
    left = width
    waiting = list(range(len(wishes)))
    while waiting:
        share = left / len(waiting)
        # What must be wider than the share is served first, for it makes the others' share smaller.
        settled = [at for at in waiting if wishes[at].least > share] or [
            at for at in waiting if wishes[at].most <= share
        ]
        for at in settled or waiting:
            wish = wishes[at]
            widths[at] = wish.least if wish.least > share else min(wish.most, share)
            left -= widths[at]
        waiting = [at for at in waiting if at not in set(settled)] if settled else []
    return widths
