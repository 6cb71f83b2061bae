"""Parts of a whole as a ring."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edu.core.plots.axes import Datum, number_label, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One part of a donut; `number` counts from 1 and chooses the colour."""

    label: str
    value_label: str
    number: int
    share_percent: float
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Donut:
    """Parts of a whole in a square of `size` units; empty when the whole is zero."""

    size: int
    centre: float
    ring_radius: float
    ring_width: float
    slices: tuple[Slice, ...]


def donut(
    *,
    parts: Sequence[Datum],
    format_value: Callable[[float], str] = number_label,
    size: int = 160,
    ring_width: int = 22,
) -> Donut:
    """Parts of a whole, clockwise from the top. Raises ValueError for a negative part."""
    if any(part.value < 0 for part in parts):
        raise ValueError("A part of a whole cannot be negative.")
    total = sum(part.value for part in parts)
    centre = size / 2
    outer = centre - 1
    inner = outer - ring_width
    start = 0.0
    slices = []
    for number, part in enumerate(parts, start=1):
        share = part.value / total if total else 0.0
        slices.append(
            Slice(
                label=part.label,
                value_label=part.value_label or format_value(part.value),
                number=(number - 1) % 6 + 1,
                share_percent=rounded(share * 100),
                path=_ring_path(centre=centre, outer=outer, inner=inner, start=start, share=share),
            )
        )
        start += share
    return Donut(
        size=size,
        centre=centre,
        ring_radius=(outer + inner) / 2,
        ring_width=ring_width,
        slices=tuple(slices),
    )


def _ring_path(*, centre: float, outer: float, inner: float, start: float, share: float) -> str:
    """A ring segment from `start` over `share`, both in turns.

    A whole ring is drawn as two halves, since an SVG arc cannot end where it begins.
    """
    if share <= 0:
        return ""
    if share >= 1:
        halves = [_ring_path(centre=centre, outer=outer, inner=inner, start=begin, share=0.5) for begin in (0.0, 0.5)]
        return " ".join(halves)

    def at(radius: float, turn: float) -> str:
        angle = math.tau * (turn - 0.25)
        return f"{centre + radius * math.cos(angle):.2f} {centre + radius * math.sin(angle):.2f}"

    end = start + share
    large = 1 if share > 0.5 else 0
    return (
        f"M{at(outer, start)} A{outer:g} {outer:g} 0 {large} 1 {at(outer, end)} "
        f"L{at(inner, end)} A{inner:g} {inner:g} 0 {large} 0 {at(inner, start)} Z"
    )
