"""Lines over a shared horizontal axis, with the same in words; and sparklines."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edu.core.plots.axes import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MAX_AXIS_LABELS,
    RIGHT,
    TOP,
    WIDTH,
    Tick,
    axis_steps,
    number_label,
    path_of,
    rounded,
    scale,
    ticks_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One named line; None among the values is a gap, never a zero."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One drawn value of a line."""

    x: float
    y: float
    label: str
    value_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: `path` breaks at gaps, `area` closes each run, `number` (1 to 6) is the colour."""

    name: str
    number: int
    path: str
    area: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table that says the same as the plot in words."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlot:
    """Lines over a shared horizontal axis."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    baseline: float
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Tick, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """A line without axes, its last value marked."""

    width: int
    height: int
    path: str
    last_x: float
    last_y: float


def line_plot(
    *,
    labels: Sequence[str],
    series: Sequence[Series],
    format_value: Callable[[float], str] = number_label,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> LinePlot:
    """Lines over the given labels; raises ValueError unless each series has one value (or None) a label."""
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"Series {one.name!r} has {len(one.values)} values for {len(labels)} labels.")
    known = [value for one in series for value in one.values if value is not None]
    steps = axis_steps(low=min(known, default=0), high=max(known, default=0))
    place = scale(low=steps[0], high=steps[-1], height=height)
    inner = width - LEFT - RIGHT - 16
    gap = inner / max(1, len(labels) - 1)
    across = [rounded(LEFT + 8 + (gap * index if len(labels) > 1 else inner / 2)) for index in range(len(labels))]
    baseline = rounded(place(0))
    lines = []
    for number, one in enumerate(series, start=1):
        runs: list[list[Point]] = [[]]
        for index, value in enumerate(one.values):
            if value is None:
                runs.append([])
                continue
            point = Point(
                x=across[index], y=rounded(place(value)), label=labels[index], value_label=format_value(value)
            )
            runs[-1].append(point)
        drawn = [run for run in runs if run]
        lines.append(
            Line(
                name=one.name,
                number=(number - 1) % 6 + 1,
                path=" ".join(path_of([(point.x, point.y) for point in run]) for run in drawn),
                area=" ".join(
                    f"{path_of([(point.x, point.y) for point in run])} "
                    f"L{run[-1].x:g} {baseline:g} L{run[0].x:g} {baseline:g} Z"
                    for run in drawn
                ),
                points=tuple(point for run in drawn for point in run),
            )
        )
    every = math.ceil(len(labels) / MAX_AXIS_LABELS) if labels else 1
    return LinePlot(
        width=width,
        height=height,
        left=LEFT,
        right=width - RIGHT,
        top=TOP,
        bottom=height - BOTTOM,
        baseline=baseline,
        lines=tuple(lines),
        ticks=ticks_at(steps=steps, place=place, format_value=format_value),
        labels=tuple(
            Tick(position=across[index], label=label) for index, label in enumerate(labels) if index % every == 0
        ),
        rows=tuple(
            Row(
                label=label,
                cells=tuple("–" if (value := one.values[index]) is None else format_value(value) for one in series),
            )
            for index, label in enumerate(labels)
        ),
    )


def sparkline(*, values: Sequence[float], width: int = 128, height: int = 32) -> Sparkline:
    """A line from its own lowest to its highest value: flat runs through the middle, empty has no path."""
    if not values:
        return Sparkline(width=width, height=height, path="", last_x=0.0, last_y=0.0)
    margin = 4
    low, high = min(values), max(values)
    span = high - low
    gap = (width - 2 * margin) / max(1, len(values) - 1)
    points = [
        (
            rounded(margin + gap * index),
            rounded(height / 2 if span == 0 else height - margin - (value - low) / span * (height - 2 * margin)),
        )
        for index, value in enumerate(values)
    ]
    return Sparkline(width=width, height=height, path=path_of(points), last_x=points[-1][0], last_y=points[-1][1])
