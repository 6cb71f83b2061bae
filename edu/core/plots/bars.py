"""Bars over a baseline, and histograms."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from edu.core.plots.axes import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MAX_AXIS_LABELS,
    RIGHT,
    TOP,
    WIDTH,
    Datum,
    Tick,
    axis_steps,
    number_label,
    rounded,
    scale,
    ticks_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar in SVG units; `share_percent` of the total is 0 when the total is not positive."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    value_y: float
    label: str
    value_label: str
    share_percent: float
    shows_label: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPlot:
    """Bars over a baseline; `mark` is an upright line such as the pass mark."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    baseline: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    mark: Tick | None = None


def bar_plot(
    *,
    data: Sequence[Datum],
    format_value: Callable[[float], str] = number_label,
    gap_share: float = 0.36,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> BarPlot:
    """Bars for labelled values, negative ones hanging; `gap_share` (0 to 1) of each slot stays empty."""
    values = [datum.value for datum in data]
    steps = axis_steps(low=min(values, default=0), high=max(values, default=0))
    place = scale(low=steps[0], high=steps[-1], height=height)
    slot = (width - LEFT - RIGHT) / max(1, len(data))
    total = sum(values)
    every = math.ceil(len(data) / MAX_AXIS_LABELS) if data else 1
    baseline = place(0)
    bars = []
    for index, datum in enumerate(data):
        edge = place(datum.value)
        bars.append(
            Bar(
                x=rounded(LEFT + slot * (index + gap_share / 2)),
                y=rounded(min(edge, baseline)),
                width=rounded(slot * (1 - gap_share)),
                height=rounded(abs(baseline - edge)),
                middle=rounded(LEFT + slot * (index + 0.5)),
                value_y=rounded(edge - 6 if datum.value >= 0 else edge + 14),
                label=datum.label,
                value_label=datum.value_label or format_value(datum.value),
                share_percent=rounded(datum.value / total * 100) if total > 0 else 0.0,
                shows_label=index % every == 0,
            )
        )
    return BarPlot(
        width=width,
        height=height,
        left=LEFT,
        right=width - RIGHT,
        top=TOP,
        bottom=height - BOTTOM,
        baseline=rounded(baseline),
        bars=tuple(bars),
        ticks=ticks_at(steps=steps, place=place, format_value=format_value),
    )


def histogram(
    *,
    values: Sequence[float],
    low: float,
    high: float,
    bins: int = 10,
    mark: float | None = None,
    mark_label: str = "",
) -> BarPlot:
    """Counts of `values` in equal classes from `low` to `high`.

    The last class includes its upper end; values outside count in the outermost class. `mark` draws an
    upright line at that value (a pass mark). Raises ValueError when the range is empty or `bins` below one.
    """
    if high <= low or bins < 1:
        raise ValueError("A histogram needs high > low and at least one class.")
    size = (high - low) / bins
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, max(0, int((value - low) / size)))] += 1
    edges = [low + size * index for index in range(bins + 1)]
    data = [
        Datum(label=f"{number_label(edges[index])}–{number_label(edges[index + 1])}", value=count)
        for index, count in enumerate(counts)
    ]
    plot = bar_plot(data=data, gap_share=0.08)
    line = None
    if mark is not None:
        share = min(1.0, max(0.0, (mark - low) / (high - low)))
        line = Tick(position=rounded(plot.left + share * (plot.right - plot.left)), label=mark_label)
    whole_steps = tuple(tick for tick in plot.ticks if "." not in tick.label)
    return replace(plot, ticks=whole_steps, mark=line)
