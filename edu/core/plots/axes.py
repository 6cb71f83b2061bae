"""Measures, round steps, scales and ticks that all plots share; units are those of the SVG.

Pure: entries call the plots, templates/components/plot_*.html draw what they return.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 480
HEIGHT = 240
LEFT = 46
RIGHT = 12
TOP = 22
BOTTOM = 28
MAX_AXIS_LABELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One labelled value; `value_label` is how people read it (money, percent), else the plain number."""

    label: str
    value: float
    value_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A labelled place on an axis, in SVG units from the left or from the top."""

    position: float
    label: str


def number_label(value: float) -> str:
    """The value with thousands separated and at most two decimals, without trailing zeros."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def axis_steps(*, low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """About `most` round steps (1, 2, 2.5 or 5 times a power of ten) that enclose `low`, `high` and zero."""
    low, high = min(0.0, low), max(0.0, high)
    if low == high:
        high = 1.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return tuple(round(index * step, 10) for index in range(first, last + 1))


def scale(*, low: float, high: float, height: int) -> Callable[[float], float]:
    """From a value to its distance from the top edge."""
    inner = height - TOP - BOTTOM

    def place(value: float) -> float:
        return TOP + (high - value) / (high - low) * inner

    return place


def ticks_at(
    *, steps: Sequence[float], place: Callable[[float], float], format_value: Callable[[float], str]
) -> tuple[Tick, ...]:
    """Labelled places of the steps on the upright axis."""
    return tuple(Tick(position=rounded(place(step)), label=format_value(step)) for step in steps)


def path_of(points: Sequence[tuple[float, float]]) -> str:
    """An SVG path through points."""
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points)


def rounded(value: float) -> float:
    """The value to a tenth of a unit: finer is not seen and makes pages longer."""
    return round(value, 1)
