"""QR codes as vector paths, for PDF pages and for SVG."""

from collections.abc import Iterator

import segno


def qr_runs(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the side of the code in modules and its dark runs as (column, row, length); no quiet zone."""
    code = segno.make(text, error="m", micro=False)
    rows = [list(row) for row in code.matrix]
    return len(rows), list(_dark_runs(rows))


def _dark_runs(rows: list[list[int]]) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(rows):
        start: int | None = None
        for x, module in enumerate([*row, 0]):
            if module and start is None:
                start = x
            elif not module and start is not None:
                yield start, y, x - start
                start = None


def qr_path(text: str) -> tuple[int, str]:
    """Return the side of the code in modules and the SVG path of its dark modules."""
    side, runs = qr_runs(text)
    return side, "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
