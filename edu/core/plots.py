"""Turns series of numbers into the geometry of accessible SVG plots.

Pure: entries call it, templates/components/plot_*.html draw what it returns.
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
class Series:
    """One named line; None among the values is a gap, never a zero."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A labelled place on an axis, in SVG units from the left or from the top."""

    position: float
    label: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """A line without axes, its last value marked."""

    width: int
    height: int
    path: str
    last_x: float
    last_y: float


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
    place = _scale(low=steps[0], high=steps[-1], height=height)
    slot = (width - LEFT - RIGHT) / max(1, len(data))
    total = sum(values)
    every = math.ceil(len(data) / MAX_AXIS_LABELS) if data else 1
    baseline = place(0)
    bars = []
    for index, datum in enumerate(data):
        edge = place(datum.value)
        bars.append(
            Bar(
                x=_round(LEFT + slot * (index + gap_share / 2)),
                y=_round(min(edge, baseline)),
                width=_round(slot * (1 - gap_share)),
                height=_round(abs(baseline - edge)),
                middle=_round(LEFT + slot * (index + 0.5)),
                value_y=_round(edge - 6 if datum.value >= 0 else edge + 14),
                label=datum.label,
                value_label=datum.value_label or format_value(datum.value),
                share_percent=_round(datum.value / total * 100) if total > 0 else 0.0,
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
        baseline=_round(baseline),
        bars=tuple(bars),
        ticks=_ticks(steps=steps, place=place, format_value=format_value),
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
        line = Tick(position=_round(plot.left + share * (plot.right - plot.left)), label=mark_label)
    whole_steps = tuple(tick for tick in plot.ticks if "." not in tick.label)
    return BarPlot(
        width=plot.width,
        height=plot.height,
        left=plot.left,
        right=plot.right,
        top=plot.top,
        bottom=plot.bottom,
        baseline=plot.baseline,
        bars=plot.bars,
        ticks=whole_steps,
        mark=line,
    )


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
    place = _scale(low=steps[0], high=steps[-1], height=height)
    inner = width - LEFT - RIGHT - 16
    gap = inner / max(1, len(labels) - 1)
    across = [_round(LEFT + 8 + (gap * index if len(labels) > 1 else inner / 2)) for index in range(len(labels))]
    baseline = _round(place(0))
    lines = []
    for number, one in enumerate(series, start=1):
        runs: list[list[Point]] = [[]]
        for index, value in enumerate(one.values):
            if value is None:
                runs.append([])
                continue
            point = Point(x=across[index], y=_round(place(value)), label=labels[index], value_label=format_value(value))
            runs[-1].append(point)
        drawn = [run for run in runs if run]
        lines.append(
            Line(
                name=one.name,
                number=(number - 1) % 6 + 1,
                path=" ".join(_path([(point.x, point.y) for point in run]) for run in drawn),
                area=" ".join(
                    f"{_path([(point.x, point.y) for point in run])} "
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
        ticks=_ticks(steps=steps, place=place, format_value=format_value),
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
                share_percent=_round(share * 100),
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
            _round(margin + gap * index),
            _round(height / 2 if span == 0 else height - margin - (value - low) / span * (height - 2 * margin)),
        )
        for index, value in enumerate(values)
    ]
    return Sparkline(width=width, height=height, path=_path(points), last_x=points[-1][0], last_y=points[-1][1])


def _round(value: float) -> float:
    return round(value, 1)


def _scale(*, low: float, high: float, height: int) -> Callable[[float], float]:
    """From a value to its distance from the top edge."""
    inner = height - TOP - BOTTOM

    def place(value: float) -> float:
        return TOP + (high - value) / (high - low) * inner

    return place


def _ticks(
    *, steps: Sequence[float], place: Callable[[float], float], format_value: Callable[[float], str]
) -> tuple[Tick, ...]:
    return tuple(Tick(position=_round(place(step)), label=format_value(step)) for step in steps)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in points)


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
