"""What a run says: rows with a figure, a reference and a reach; as a table, as JSON, as a plot, as documentation."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

Reach = tuple[Literal["ratio", "value"], Literal["least", "most"], float]
"""What has to be reached: of the ratio or of the value, at least or at most, how much."""

START, END = "<!-- figures: begin -->", "<!-- figures: end -->"
HEADS = ("job", "figure", "reference", "ratio", "reach", "met")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; `reference` is measured in the same run, in the same unit, None where there is none."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    reach: Reach | None = None

    @property
    def ratio(self) -> float | None:
        """The figure over its reference."""
        return self.value / self.reference if self.reference else None

    @property
    def met(self) -> bool | None:
        """Whether the reach is reached; None where none is set or its ratio is unknown."""
        if self.reach is None:
            return None
        kind, side, bound = self.reach
        measured = self.ratio if kind == "ratio" else self.value
        if measured is None:
            return None
        return measured >= bound if side == "least" else measured <= bound

    @property
    def reach_text(self) -> str | None:
        """The reach as it is read: `>= 0.45 x` is of the reference, else it is in the row's own unit."""
        if self.reach is None:
            return None
        kind, side, bound = self.reach
        return f"{'>=' if side == 'least' else '<='} {bound:g}{' x' if kind == 'ratio' else ''}"


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """When and on what a run was made."""

    date: str
    machine: str
    mode: str

    def __str__(self) -> str:
        return f"{self.date}, {self.machine}, {self.mode}"


def figure(value: float | None) -> str:
    """Return a figure with three digits that count; an en dash for none."""
    if value is None:
        return "–"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: "–"}[row.met]
    reference = figure(row.reference)
    return (row.name, f"{figure(row.value)} {row.unit}", reference, _ratio(row), row.reach_text or "–", met)


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return "–"
    # A hundredth of the reference must not read as nothing.
    return f"{row.ratio:.2f}" if row.ratio >= 0.1 else f"{row.ratio:.3f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table for the console."""
    lines = [HEADS, *map(_cells, rows)]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(HEADS))]
    written = [_line(line, widths) for line in lines]
    return "\n".join([written[0], "-" * max(map(_width, written)), *written[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    # Names read from the left, figures from the right.
    turned = [text if place in {0, 4, 5} else text.strip().rjust(len(text)) for place, text in enumerate(padded)]
    return "  ".join(turned).rstrip()


def markdown(rows: Sequence[Row], circumstances: Circumstances) -> str:
    """Return the rows as a Markdown table under one line that says when and where they were measured."""
    lines = [f"Measured {circumstances}.", "", f"| {' | '.join(HEADS)} |", "|---|---:|---:|---:|---|---|"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in _cells(row))} |" for row in rows]
    return "\n".join(lines)


def by_clients(details: Iterable[Mapping[str, Any]]) -> str:
    """Return the measurements of jobs as a Markdown table: what they do with one, sixteen and sixty-four clients."""
    heads = ("database, job", "clients", "requests/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms")
    lines = [f"| {' | '.join(heads)} |", "|---|---:|---:|---:|---:|---:|---:|"]
    jobs = [one for one in details if "clients" in one]
    for one in sorted(jobs, key=lambda row: (row["database"] != "sqlite", row["job"], row["clients"])):
        times = [figure(one[name]) for name in ("p50_ms", "p95_ms", "p99_ms", "cpu_ms")]
        cells = [f"{one['database']}: {one['job']}", str(one["clients"]), f"{one['per_second']:,.0f}", *times]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return the rows as plain values: name, value, unit, reference, ratio, reach, met."""
    return [
        {
            "name": row.name,
            "value": round(row.value, 4),
            "unit": row.unit,
            "reference": None if row.reference is None else round(row.reference, 4),
            "ratio": None if row.ratio is None else round(row.ratio, 4),
            "reach": row.reach_text,
            "met": row.met,
        }
        for row in rows
    ]


def write_files(
    *, rows: Sequence[Row], details: object, circumstances: Circumstances, folder: Path
) -> tuple[Path, Path]:
    """Write latest.json, latest.svg and details.json into `folder`; return the first two."""
    folder.mkdir(parents=True, exist_ok=True)
    json_path, svg_path = folder / "latest.json", folder / "latest.svg"
    json_path.write_text(json.dumps(as_json(rows), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    svg_path.write_text(svg(rows, circumstances), encoding="utf-8")
    more = {"circumstances": asdict(circumstances), "measurements": details}
    (folder / "details.json").write_text(json.dumps(more, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return json_path, svg_path


def write_docs(
    *, rows: Sequence[Row], circumstances: Circumstances, path: Path, details: Iterable[Mapping[str, Any]] = ()
) -> None:
    """Replace what stands between the two markers of a document; ValueError where they are missing."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(START)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no lines {START} and {END}")
    parts = [markdown(rows, circumstances)]
    if details := list(details):
        parts += ["### By clients", by_clients(details)]
    block = "\n".join([START, "\n\n".join(parts), END])
    path.write_text(f"{before}{block}{after}", encoding="utf-8")


def svg(rows: Sequence[Row], circumstances: Circumstances) -> str:
    """Return a plot of how far each reach is reached: bars on a logarithmic axis, the line in the middle is the reach.

    A bar to the right of the line is better than asked, whichever way the reach is meant.
    """
    shown = [(row, share) for row in rows if (share := _share_of_reach(row)) is not None]
    step, left, width, top = 22, 320, 300, 66
    height = top + step * len(shown) + 16
    middle = left + width / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 140}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="12" role="img">',
        f"<title>Figures against their reaches. {escape(str(circumstances))}</title>",
        '<rect width="100%" height="100%" fill="#fffdf8"/>',
        '<text x="12" y="20" font-size="14" fill="#1c1a17">Figures against their reaches</text>',
        f'<text x="12" y="38" fill="#6b6459">{escape(str(circumstances))}</text>',
        '<text x="12" y="54" fill="#6b6459">Right of the line is better than asked; a full bar is ten times.</text>',
    ]
    for place, (row, share) in enumerate(shown):
        y = top + step * place
        # One decade to either side: a tenth and ten times of what was asked.
        end = middle + max(-1.0, min(1.0, share)) * width / 2
        colour = "#8a6d1d" if share >= 0 else "#a3341f"
        parts.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end" fill="#1c1a17">{escape(row.name)}</text>')
        parts.append(
            f'<rect x="{min(middle, end):.1f}" y="{y + 3}" width="{max(abs(end - middle), 1):.1f}" height="13" '
            f'fill="{colour}"/>'
        )
        label = f"{figure(row.value)} {row.unit}" if row.reach and row.reach[0] == "value" else f"{_ratio(row)} x"
        parts.append(f'<text x="{max(end, middle) + 6:.1f}" y="{y + 13}" fill="#6b6459">{escape(label)}</text>')
    parts.append(
        f'<line x1="{middle}" x2="{middle}" y1="{top - 4}" y2="{height - 10}" stroke="#1c1a17" stroke-width="1"/>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _share_of_reach(row: Row) -> float | None:
    """Return decades by which a row is better (above 0) or worse than its reach; None where there is none."""
    from math import log10

    if row.reach is None or row.met is None:
        return None
    kind, side, bound = row.reach
    measured = row.ratio if kind == "ratio" else row.value
    if not measured or bound <= 0 or measured <= 0:
        return None
    decades = log10(measured / bound)
    return decades if side == "least" else -decades
